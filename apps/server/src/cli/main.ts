/** The command line by itself: without arguments it does not start the service, but says so. */
import { runCommandLine } from "./run-command-line.ts";

process.exit(await runCommandLine(process.argv.slice(2)));
