import { parseArgs } from "node:util";
import { allScenarios } from "./scenarios/all-scenarios.ts";
import type { Scenario } from "./scenarios/scenario.ts";

export type LoadtestCommand =
  | { readonly kind: "help" }
  | { readonly kind: "list" }
  | ({ readonly kind: "run" } & RunArguments);

export interface RunArguments {
  readonly scenarios: readonly Scenario[];
  /** By name: then also what takes long. */
  readonly isNamed: boolean;
  /** Undefined: it starts what it needs. */
  readonly elsewhere: ElsewhereArguments | undefined;
  readonly seconds: number | undefined;
  readonly rate: number | undefined;
  readonly connections: number | undefined;
  readonly nodes: number;
  readonly isShort: boolean;
  readonly compares: boolean;
  /** Folder of the results; undefined: the one in the repository. */
  readonly out: string | undefined;
}

export interface ElsewhereArguments {
  /** An origin. */
  readonly url: string;
  /** Whose password comes on the standard input. */
  readonly email: string | undefined;
}

/** What was typed cannot be meant; the message says what can. */
export class ArgumentError extends Error {
  override readonly name = "ArgumentError";
}

const namesElsewhere = allScenarios
  .filter(({ runElsewhere }) => runElsewhere !== undefined)
  .map(({ name }) => name);

export const usage: string = `Load on the procedures over real HTTP, and what came of it as a page with plots.

  pnpm loadtest                    everything but what takes long, in about ten minutes
  pnpm loadtest NAME...            these scenarios, in full: ${allScenarios.map(({ name }) => name).join(", ")}
  pnpm loadtest --list             what each of them does
  pnpm loadtest --url URL          a service that runs already: ${namesElsewhere.join(", ")}
      --email EMAIL --password-stdin   with this account; without one only what needs none

  --seconds N        how long each load is, 1 to 86400; else each scenario's own
  --rate N           requests per second of loads at a fixed rate; else half of what was reached before
  --connections N    1 to 10000; else 32 a load, or what its scenario needs
  --nodes N          nodes of the service, 1 to 16; else 1, or what its scenario needs
  --compare, --no-compare   beside other ways to check who calls; else only where nothing is named
  --short            does it run at all? Its figures mean nothing
  --out FOLDER       where to write results.json and the page; else .data/loadtest

Leave the machine alone meanwhile. Ctrl-C ends it with what was measured so far.
Exit code: 0 when it was measured, 1 when the service broke a promise or a scenario failed, 2 when it was used wrongly.`;

/** @throws ArgumentError */
export function parseArguments(words: readonly string[]): LoadtestCommand {
  const { values, positionals } = parseWords(words);
  if (values.help) return { kind: "help" };
  if (values.list) return { kind: "list" };
  const elsewhere = elsewhereOf(values);
  if (elsewhere !== undefined) refuseWithUrl(values);
  const isNamed = positionals.length > 0;
  return {
    kind: "run",
    isNamed,
    scenarios: isNamed ? positionals.map(findScenario).map(fitting(elsewhere)) : usual(elsewhere),
    elsewhere,
    seconds: numberOf("--seconds", values.seconds, 1, 86_400),
    rate: numberOf("--rate", values.rate, 1, 200_000),
    connections: wholeOf("--connections", values.connections, 1, 10_000),
    nodes: wholeOf("--nodes", values.nodes, 1, 16) ?? 1,
    isShort: values.short,
    compares: values.compare ?? (!isNamed && elsewhere === undefined),
    out: values.out,
  };
}

type Values = ReturnType<typeof parseWords>["values"];

function parseWords(words: readonly string[]) {
  try {
    return parseArgs({
      // pnpm passes on the two dashes that end its own options.
      args: words.filter((word) => word !== "--"),
      allowPositionals: true,
      allowNegative: true,
      options: {
        list: { type: "boolean", default: false },
        help: { type: "boolean", default: false, short: "h" },
        url: { type: "string" },
        email: { type: "string" },
        "password-stdin": { type: "boolean", default: false },
        seconds: { type: "string" },
        rate: { type: "string" },
        connections: { type: "string" },
        nodes: { type: "string" },
        short: { type: "boolean", default: false },
        compare: { type: "boolean" },
        out: { type: "string" },
      },
    });
  } catch (error) {
    throw new ArgumentError(error instanceof Error ? error.message : String(error));
  }
}

function elsewhereOf(values: Values): ElsewhereArguments | undefined {
  const { url, email } = values;
  const readsPassword = values["password-stdin"];
  if (url === undefined) {
    if (email === undefined && !readsPassword) return undefined;
    throw new ArgumentError("--email and --password-stdin go with --url: else users are made");
  }
  if ((email !== undefined) !== readsPassword) {
    throw new ArgumentError(
      "--email and --password-stdin go together: the password is read from the standard input, where no list of processes shows it",
    );
  }
  return { url: originOf(url), email };
}

function originOf(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const isWeb = parsed?.protocol === "http:" || parsed?.protocol === "https:";
  if (parsed === undefined || !isWeb) {
    throw new ArgumentError("--url takes an address such as http://127.0.0.1:3000");
  }
  if (parsed.pathname !== "/" || parsed.search !== "" || parsed.username !== "") {
    throw new ArgumentError(
      "--url takes the address of the service without a path or a user: procedures are at /trpc",
    );
  }
  return parsed.origin;
}

function refuseWithUrl({ nodes, compare }: Values): void {
  if (nodes !== undefined) throw new ArgumentError("--nodes is for nodes that are started here");
  if (compare === true) throw new ArgumentError("--compare is for servers that are started here");
}

function findScenario(name: string): Scenario {
  const found = allScenarios.find((scenario) => scenario.name === name);
  if (found !== undefined) return found;
  throw new ArgumentError(
    `There is no scenario "${name}"; there are ${allScenarios.map((one) => one.name).join(", ")}`,
  );
}

function fitting(elsewhere: ElsewhereArguments | undefined): (scenario: Scenario) => Scenario {
  return (scenario) => {
    if (elsewhere === undefined) return scenario;
    if (scenario.runElsewhere === undefined) {
      throw new ArgumentError(
        `"${scenario.name}" makes users in the database, so it cannot be done with --url; ${namesElsewhere.join(" and ")} can`,
      );
    }
    if (needsAccount(scenario) && elsewhere.email === undefined) {
      throw new ArgumentError(`"${scenario.name}" needs --email and --password-stdin`);
    }
    return scenario;
  };
}

function usual(elsewhere: ElsewhereArguments | undefined): readonly Scenario[] {
  if (elsewhere === undefined) {
    return allScenarios.filter(({ isOnlyByName }) => isOnlyByName !== true);
  }
  return allScenarios.filter(
    (scenario) =>
      scenario.runElsewhere !== undefined &&
      (elsewhere.email !== undefined || !needsAccount(scenario)),
  );
}

function needsAccount({ elsewhereNeedsAccount }: Scenario): boolean {
  return elsewhereNeedsAccount === true;
}

function wholeOf(
  name: string,
  text: string | undefined,
  least: number,
  most: number,
): number | undefined {
  const value = numberOf(name, text, least, most);
  if (value === undefined || Number.isInteger(value)) return value;
  throw new ArgumentError(`${name} takes a whole number`);
}

function numberOf(
  name: string,
  text: string | undefined,
  least: number,
  most: number,
): number | undefined {
  if (text === undefined) return undefined;
  const value = /^\d{1,9}(?:\.\d{1,3})?$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new ArgumentError(`${name} takes a number from ${least} to ${most}`);
}
