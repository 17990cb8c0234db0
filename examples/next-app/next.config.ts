import type { NextConfig } from "next";

const config: NextConfig = {
  // They bring programs that are not JavaScript, which a bundler would not find.
  serverExternalPackages: ["@electric-sql/pglite", "@node-rs/argon2"],
};

export default config;
