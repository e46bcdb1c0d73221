import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { UsageError } from "./exit.ts";

/** The absolute path of a `.pretrain` file that an argument names. Throws `UsageError` if it is none. */
export function pretrainFile(argument: string): string {
  const stat = statSync(argument, { throwIfNoEntry: false });
  if (!stat) throw new UsageError(`there is no file ${argument}`);
  if (stat.isDirectory()) {
    const [inside] = readdirSync(argument).filter((name) => name.endsWith(".pretrain") && existsSync(join(argument, name)));
    const such = inside === undefined ? "" : `, such as ${join(argument, inside)}`;
    throw new UsageError(`${argument} is a folder; name a .pretrain file${such}`);
  }
  if (!argument.endsWith(".pretrain"))
    throw new UsageError(`${argument} is not a .pretrain file; rename it so that its name ends in .pretrain, or name another`);
  return resolve(argument);
}

/** The content of a file that an argument names. Throws `UsageError` if it is none. */
export function readGivenFile(argument: string): Buffer {
  const stat = statSync(argument, { throwIfNoEntry: false });
  if (!stat) throw new UsageError(`there is no file ${argument}`);
  if (stat.isDirectory()) throw new UsageError(`${argument} is a folder; name a file`);
  return readFileSync(argument);
}
