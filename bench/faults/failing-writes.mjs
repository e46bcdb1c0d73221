/*
 * Preloaded (`node --import`) into every process of a run. Counts writes below a folder and makes one fail as a disk would.
 *
 *   FAULT_FOLDER   writes below it are counted
 *   FAULT_COUNTS   a folder outside FAULT_FOLDER, with a file that grows by a byte with every write, and `fired`, which grows with every fault
 *   FAULT_AT       the number of the failing write, from 1, counted over all processes; 0 for none. Or, as JSON, numbers for each process by
 *                  the id or kind of its job; `run` is the process that starts jobs
 *   FAULT_PATH     count only writes to paths that match this pattern
 *   FAULT_LASTING  if set, later writes fail too, as on a disk that stays full
 *   FAULT_CODE     ENOSPC, EIO, EROFS …
 *   FAULT_KILL     instead of failing, do half of the write and kill `process` (the writer) or `group` (all processes); `stop`: ask the
 *                  writer to stop, and continue the write
 */
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { join, resolve } from "node:path";

const {
  FAULT_FOLDER: folder,
  FAULT_COUNTS: counts,
  FAULT_AT: given = "0",
  FAULT_PATH: pattern = "",
  FAULT_LASTING: lasting,
  FAULT_CODE: code = "ENOSPC",
  FAULT_KILL: kill,
} = process.env;
const { appendFileSync, existsSync, mkdirSync, statSync } = fs;
const paths = new Map();

// the command line is: node cli.js job <store> <id>
const name = process.argv[2] === "job" ? process.argv[4] : "run";
const own = given.startsWith("{") ? JSON.parse(given) : undefined;
const at = Number(own ? (own[name] ?? own[name.replace(/-[0-9a-f]+$/, "")] ?? 0) : given);
const [counter, fired] = [join(counts, own ? name : "all"), join(counts, "fired")];
const isCounted = new RegExp(pattern);
mkdirSync(counts, { recursive: true });

const isWatched = (path) => typeof path === "string" && `${resolve(path)}/`.startsWith(`${folder}/`) && isCounted.test(path);
const opensToWrite = (flags) => (typeof flags === "number" ? (flags & 3) !== 0 : flags !== undefined && flags !== "r");

function count(call, path, halfDone) {
  appendFileSync(counter, ".");
  const { size } = statSync(counter);
  // a full disk is full for every process
  const isOver = lasting && existsSync(fired);
  if (!isOver && (at === 0 || (lasting ? size < at : size !== at))) return;
  appendFileSync(fired, ".");
  if (kill === "stop") return process.kill(process.pid, "SIGTERM");
  if (kill) {
    halfDone();
    process.kill(kill === "group" ? 0 : process.pid, "SIGKILL");
  }
  throw Object.assign(new Error(`${code}: ${call}`), { code, syscall: call, errno: -28, ...(typeof path === "string" ? { path } : {}) });
}

function wrap(call, isWrite, after = () => {}) {
  const original = fs[call];
  fs[call] = (...given) => {
    const half = () => {
      if (/^write/.test(call) && given[1].length > 1) original(given[0], given[1].slice(0, given[1].length >> 1));
    };
    if (isWrite(...given)) count(call, given[0], half);
    const result = original(...given);
    after(result, ...given);
    return result;
  };
}

wrap(
  "openSync",
  (path, flags) => isWatched(path) && opensToWrite(flags),
  (file, path) => paths.set(file, path),
);
wrap(
  "closeSync",
  () => false,
  (_, file) => paths.delete(file),
);
for (const call of ["writeSync", "fsyncSync", "ftruncateSync"]) wrap(call, (file) => isWatched(paths.get(file)));
for (const call of ["mkdirSync", "linkSync"]) wrap(call, (path) => isWatched(path));
// counted by the destination path
wrap("renameSync", (_, path) => isWatched(path));
for (const call of ["writeFileSync", "appendFileSync"]) wrap(call, (path) => isWatched(path));
syncBuiltinESMExports();
