/*
 * Preloaded (`node --import`) into every process of a run: writes below a folder are counted over all of them, and one fails as the
 * disk would let it fail.
 *
 *   FAULT_FOLDER   writes below it are counted
 *   FAULT_COUNTER  a file, outside of the folder, that grows by a byte with every write
 *   FAULT_AT       which write fails, from 1; 0: none
 *   FAULT_LASTING  set: those after it fail too, as on a disk that stays full
 *   FAULT_CODE     ENOSPC, EIO, EROFS …
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
} = process.env;
const { appendFileSync, statSync } = fs;
const paths = new Map();

const isWatched = (path) => typeof path === "string" && `${resolve(path)}/`.startsWith(`${folder}/`);
const opensToWrite = (flags) => (typeof flags === "number" ? (flags & 3) !== 0 : flags !== undefined && flags !== "r");

function count(call) {
  appendFileSync(counter, ".");
  const { size } = statSync(counter);
  if (Number(at) === 0 || (lasting ? size < Number(at) : size !== Number(at))) return;
  throw Object.assign(new Error(`${code}: ${call}`), { code, syscall: call, errno: -28 });
}

function wrap(name, isWrite, after = () => {}) {
  const original = fs[name];
  fs[name] = (...given) => {
    if (isWrite(...given)) count(name);
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
