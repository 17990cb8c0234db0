import type { UserConfig } from "tsdown";

const config: UserConfig = {
  entry: ["src/index.ts"],
  tsconfig: "tsconfig.build.json",
  platform: "neutral",
  fixedExtension: false,
  dts: true,
  deps: { dts: { alwaysBundle: ["@portcullis/server"] } },
};

export default config;
