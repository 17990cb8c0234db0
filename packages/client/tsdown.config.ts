import { fileURLToPath } from "node:url";
import type { UserConfig } from "tsdown";

const contract = fileURLToPath(new URL("../server/src/contract.ts", import.meta.url));

const config: UserConfig = {
  entry: ["src/index.ts"],
  platform: "neutral",
  fixedExtension: false,
  dts: true,
  // The contract's types are copied into our declarations, so that an application in a browser needs
  // neither the server package nor what that one needs. All of them stand in this one file.
  alias: { "@portcullis/server": contract },
  deps: { dts: { alwaysBundle: [contract, "@portcullis/server"] } },
};

export default config;
