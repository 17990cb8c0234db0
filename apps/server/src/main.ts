/** The program: without arguments the service, with arguments one command of the command line. */
const args = process.argv.slice(2);

if (args.length === 0) {
  const { runService } = await import("./run-service.ts");
  await runService();
} else {
  const { runCommandLine } = await import("./cli/run-command-line.ts");
  process.exit(await runCommandLine(args));
}
