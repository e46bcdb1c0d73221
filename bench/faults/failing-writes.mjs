/*
 * Preloaded (`node --import`) into every process of a run: writes below a folder are counted over all of them, and one fails as the
 * disk would let it fail.
 *
 *   FAULT_FOLDER   writes below it are counted
 *   FAULT_COUNTER  a file, outside of the folder, that grows by a byte with every write
 *   FAULT_AT       which write fails, from 1; 0: none
 *   FAULT_LASTING  set: those after it fail too, as on a disk that stays full
 *   FAULT_CODE     ENOSPC, EIO, EROFS …
 *   FAULT_KILL     instead of failing, half of the write is done and then `process` (the writer) or `group` (all of them) killed
 */
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { resolve } from "node:path";

const {
  FAULT_FOLDER: folder,
  FAULT_COUNTER: counter,
  FAULT_AT: at = "0",
  FAULT_LASTING: lasting,
  FAULT_CODE: code = "ENOSPC",
  FAULT_KILL: kill,
} = process.env;
const { appendFileSync, statSync } = fs;
const paths = new Map();

const isWatched = (path) => typeof path === "string" && `${resolve(path)}/`.startsWith(`${folder}/`);
const opensToWrite = (flags) => (typeof flags === "number" ? (flags & 3) !== 0 : flags !== undefined && flags !== "r");

function count(call, path, halfDone) {
  appendFileSync(counter, ".");
  const { size } = statSync(counter);
  if (Number(at) === 0 || (lasting ? size < Number(at) : size !== Number(at))) return;
  if (kill) {
    halfDone();
    process.kill(kill === "group" ? 0 : process.pid, "SIGKILL");
  }
  throw Object.assign(new Error(`${code}: ${call}`), { code, syscall: call, errno: -28, ...(typeof path === "string" ? { path } : {}) });
}

function wrap(name, isWrite, after = () => {}) {
  const original = fs[name];
  fs[name] = (...given) => {
    const half = () => {
      if (name === "writeSync" && given[1].length > 1) original(given[0], given[1].subarray(0, given[1].length >> 1));
    };
    if (isWrite(...given)) count(name, given[0], half);
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
for (const name of ["writeSync", "fsyncSync", "ftruncateSync"]) wrap(name, (file) => isWatched(paths.get(file)));
for (const name of ["mkdirSync", "linkSync"]) wrap(name, (path) => isWatched(path));
wrap("renameSync", (_, path) => isWatched(path));
for (const name of ["writeFileSync", "appendFileSync"]) wrap(name, (path) => isWatched(path));
syncBuiltinESMExports();
