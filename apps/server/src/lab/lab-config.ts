import { z } from "zod";

/** A node of the service, as the lab's page reaches it. */
export interface LabNode {
  /** 1 to 100 characters. */
  readonly name: string;
  /** Its web origin, without a path; empty: where the page came from. */
  readonly url: string;
}

/** Where the page switches faults on and off, and the key that it takes. */
export interface LabControl {
  readonly url: string;
  readonly key: string;
}

/** What the revocation lab is made of. */
export interface LabConfig {
  /** This node, then the others. */
  readonly nodes: readonly [LabNode, ...LabNode[]];
  readonly control: LabControl | null;
}

const maxNodes = 10;
const loopbackNames = ["127.0.0.1", "localhost", "[::1]"];

/** Reads `LAB_NODES`: this node first, each as an origin, or as a name and its origin. */
export const labNodesSchema = z.string().transform((text, context) => {
  const parts = text.split(",").map((part) => part.trim());
  const nodes = parts.slice(0, maxNodes + 1).flatMap(readNode);
  const [self, ...others] = nodes;
  const isWhole =
    nodes.length === parts.length &&
    nodes.length <= maxNodes &&
    areDifferent(nodes.map(({ name }) => name)) &&
    areDifferent(nodes.map(({ url }) => url));
  if (self !== undefined && isWhole) return [self, ...others] as const;
  context.addIssue(
    `LAB_NODES must be the web origins of 1 to ${maxNodes} nodes with commas between them, this node first, each with or without a name: a=http://localhost:3001,b=http://localhost:3002 for instance.`,
  );
  return z.NEVER;
});

/** Reads `LAB_CONTROL_URL`: what it controls is on this machine, and so is it. */
export const labControlSchema = z.string().transform((text, context): LabControl => {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const key = url?.searchParams.get("key") ?? "";
  const isLocal = url?.protocol === "http:" && loopbackNames.includes(url.hostname);
  if (url !== undefined && isLocal && /^[\w-]{16,128}$/.test(key)) {
    return { url: url.origin, key };
  }
  context.addIssue(
    "LAB_CONTROL_URL must be an http address of this machine with a key of 16 to 128 characters, http://127.0.0.1:4000/?key=… for instance.",
  );
  return z.NEVER;
});

/** Where the lab's page has to be able to connect to, besides where it came from. */
export function originsOfLab(lab: LabConfig | undefined): readonly string[] {
  const urls = lab?.nodes.map(({ url }) => url) ?? [];
  return [...urls, lab?.control?.url ?? ""].filter((url) => url !== "");
}

function readNode(text: string): LabNode[] {
  const [, name, url = ""] = /^(?:([\w.-]{1,40})=)?(https?:\/\/.+)$/.exec(text) ?? [];
  if (!URL.canParse(url) || new URL(url).origin !== url || url.length > 100) return [];
  return [{ name: name ?? new URL(url).host, url }];
}

function areDifferent(texts: readonly string[]): boolean {
  return new Set(texts).size === texts.length;
}
