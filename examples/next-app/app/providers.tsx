"use client";

import { PortcullisProvider, type PortcullisProviderProps } from "@portcullis/react";
import { client } from "../lib/client.ts";

export function Providers(props: Omit<PortcullisProviderProps, "client">) {
  return <PortcullisProvider client={client} {...props} />;
}
