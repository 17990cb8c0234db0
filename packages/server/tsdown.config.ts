import type { UserConfig } from "tsdown";

const config: UserConfig = {
  entry: ["src/index.ts", "src/inputs.ts"],
  platform: "node",
  fixedExtension: false,
  dts: true,
};

export default config;
