import type { UserConfig } from "tsdown";

const config: UserConfig = {
  entry: ["src/index.ts", "src/vitest-global-setup.ts"],
  platform: "node",
  fixedExtension: false,
  dts: true,
};

export default config;
