#!/usr/bin/env node
import { exitCodeOf } from "./exit.ts";
import { createProgram } from "./program.ts";

// a reader that closes the pipe (`| head`) needs no more output, which is not an error
process.stdout.on("error", (error: NodeJS.ErrnoException) =>
  process.exit(error.code === "EPIPE" ? 0 : exitCodeOf(Object.assign(error, { path: error.path ?? "standard output" }))),
);

try {
  await createProgram().parseAsync(process.argv);
} catch (error) {
  process.exitCode = exitCodeOf(error);
}
