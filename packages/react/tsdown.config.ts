import type { UserConfig } from "tsdown";

const config: UserConfig = {
  entry: ["src/index.ts", "src/server.ts"],
  tsconfig: "tsconfig.build.json",
  platform: "neutral",
  fixedExtension: false,
  dts: true,
  // Rolldown keeps "use client", and warns that it may not.
  inputOptions: { checks: { moduleLevelDirective: false } },
  deps: { dts: { alwaysBundle: ["@portcullis/server"] } },
};

export default config;
