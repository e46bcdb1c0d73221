import {
  appendFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { bitsOf, failingWrites, hasStack, run, runArguments, start } from "../../bench/faults/small-run.ts";
import { finished, fresh } from "./small.ts";

const slow = { timeout: 300_000 };

const jobOf = (folder: string, kind: string) =>
  join(folder, ".pretrain/runs", readdirSync(join(folder, ".pretrain/runs")).find((id) => id.startsWith(`${kind}-`))!);

const cli = (folder: string, ...args: string[]) => start(folder, args).ended;

/** Changes a byte and keeps the size. */
function flip(path: string, at = 0.5): void {
  const bytes = readFileSync(path);
  bytes[Math.floor(bytes.length * at)]! ^= 1;
  writeFileSync(path, bytes);
}

test.each([
  { kind: "majority", file: "predictions.jsonl", damage: flip },
  {
    kind: "finetune",
    file: "result.json",
    damage: (path: string) => writeFileSync(path, readFileSync(path, "utf8").replace(/"value": 0\.\d+/, '"value": 0.99')),
  },
  { kind: "finetune", file: "predictions.jsonl", damage: (path: string) => truncateSync(path, 30) },
  { kind: "finetune", file: "job.json", damage: (path: string) => truncateSync(path, 30) },
  { kind: "pretrain", file: "model.safetensors", damage: (path: string) => truncateSync(path, 0) },
  { kind: "encode", file: "train-00000.bin", damage: (path: string) => rmSync(path) },
  { kind: "compare", file: "result.json", damage: (path: string) => writeFileSync(path, "[]") },
])("$kind/$file that is not what was left there is said, and done again to the same bits", slow, async ({ kind, file, damage }) => {
  const { folder, bits } = await finished();
  const path = join(jobOf(folder, kind), file);
  damage(path);
  const results = await cli(folder, "results", "a.pretrain", "objectives");
  expect(results.code).toBe(0);
  const verified = await cli(folder, "verify-store", "a.pretrain");
  expect(verified).toMatchObject({ code: 1, stdout: expect.stringContaining(path) });
  const again = await run(folder);
  expect(again).toMatchObject({ code: 0, stderr: expect.stringContaining(path) });
  expect([results, verified, again].some(hasStack)).toBe(false);
  expect(bitsOf(folder)).toEqual(bits);
  expect(await cli(folder, "verify-store", "a.pretrain")).toMatchObject({ code: 0 });
});

test("verify-store continues after files that cannot be read", slow, async () => {
  const { folder } = await finished();
  const [first, last] = [join(jobOf(folder, "compare"), "result.json"), join(jobOf(folder, "tokenizer"), "tokenizer.json")];
  rmSync(first);
  symlinkSync(first, first);
  flip(last);
  const { code, stdout } = await cli(folder, "verify-store", "a.pretrain");
  expect(code).toBe(1);
  for (const path of [first, last]) expect(stdout).toContain(path);
});

test("a job's inputs are checked by content: a zeroed shard is made again before a training reads it", slow, async () => {
  const { folder, bits } = await finished();
  const shard = join(jobOf(folder, "encode"), "train-00000.bin");
  writeFileSync(shard, Buffer.alloc(statSync(shard).size));
  rmSync(jobOf(folder, "pretrain"), { recursive: true });
  rmSync(join(jobOf(folder, "compare"), "result.json"));
  for (const id of readdirSync(join(folder, ".pretrain/runs")))
    if (id.startsWith("finetune-")) rmSync(join(folder, ".pretrain/runs", id), { recursive: true });
  expect(await run(folder)).toMatchObject({ code: 0, stderr: expect.stringContaining(`${shard}: its content is not what was left there`) });
  expect(bitsOf(folder)).toEqual(bits);
});

test("a raw file that changed with its size and its time of change as they were is noticed", slow, async () => {
  const { folder } = await finished();
  const path = join(folder, "tales.txt");
  const { atime, mtime } = statSync(path);
  writeFileSync(path, readFileSync(path, "utf8").replace("sailor", "sculpt"));
  utimesSync(path, atime, mtime);
  const { stdout } = await cli(folder, "plan", "a.pretrain", "objectives", "--json");
  const { jobs } = JSON.parse(stdout) as { jobs: { kind: string; done: boolean }[] };
  expect(jobs.find(({ kind }) => kind === "corpus")).toMatchObject({ done: false });
});

test("a truncated manifest is started again", slow, async () => {
  const { folder, bits } = await finished();
  const compare = jobOf(folder, "compare");
  truncateSync(join(compare, "manifest.json"), 30);
  rmSync(join(compare, "result.json"));
  const again = await run(folder);
  expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining("manifest.json: it is not JSON") });
  expect(bitsOf(folder)).toEqual(bits);
});

test("hypotheses that are torn at their end are mended", slow, async () => {
  const { folder } = await finished();
  const path = join(folder, ".pretrain/hypotheses.jsonl");
  const whole = readFileSync(path, "utf8");
  appendFileSync(path, whole.slice(0, 40));
  for (const command of ["plan", "results"]) expect(await cli(folder, command, "a.pretrain", "objectives")).toMatchObject({ code: 0 });
  writeFileSync(join(folder, "a.pretrain"), readFileSync(join(folder, "a.pretrain"), "utf8").replace("causal > masked", "masked > causal"));
  expect(await run(folder)).toMatchObject({ code: 0 });
  const lines = readFileSync(path, "utf8").trimEnd().split("\n");
  expect(lines.map((line) => (JSON.parse(line) as { text: string }).text)).toEqual([
    expect.stringContaining("causal > masked"),
    expect.stringContaining("masked > causal"),
  ]);
});

test.each([
  { link: "runs/JOB/train.txt", target: "file" },
  { link: "runs/JOB/log.txt", target: "file" },
  { link: "runs/JOB/events.jsonl", target: "file" },
  { link: "runs/JOB", target: "folder" },
  { link: "runs", target: "folder" },
  { link: "sessions", target: "folder" },
  { link: "hypotheses.jsonl", target: "file" },
  { link: "", target: "folder" },
])("a link at .pretrain/$link is not written through", slow, async ({ link, target }) => {
  const { folder } = await finished();
  const job = jobOf(folder, "corpus").split("/").at(-1)!;
  const outside = join(folder, "outside");
  const path = join(folder, ".pretrain", link.replace("JOB", job));
  rmSync(join(folder, ".pretrain/runs", job, "result.json"));
  rmSync(join(jobOf(folder, "compare"), "result.json"));
  for (const id of readdirSync(join(folder, ".pretrain/runs")))
    if (/^(tokenizer|encode|pretrain|finetune|contamination|majority)-/.test(id))
      rmSync(join(folder, ".pretrain/runs", id), { recursive: true });
  if (target === "folder") renameSync(path, outside);
  else {
    rmSync(path, { force: true });
    writeFileSync(outside, "mine");
  }
  symlinkSync(outside, path);
  const before = target === "file" ? readFileSync(outside, "utf8") : readdirSync(outside, { recursive: true }).length;
  const ended = await run(folder);
  expect(target === "file" ? readFileSync(outside, "utf8") : readdirSync(outside, { recursive: true }).length).toEqual(before);
  expect(hasStack(ended)).toBe(false);
  // a file of results is put in the link's place; where that cannot be, it is said
  if (ended.code !== 0) expect(ended.stdout + ended.stderr).toContain("is a link, and nothing is written through links");
  else expect(target).toBe("file");
});

test("a finished run on a file system that is read-only can be planned, read and run: there is nothing to do", slow, async () => {
  const { folder } = await finished();
  rmSync(join(folder, ".pretrain/cache"), { recursive: true });
  const readOnly = () => failingWrites(folder, 1, { FAULT_CODE: "EROFS", FAULT_LASTING: "1" });
  for (const command of ["plan", "results", "run"]) {
    const ended = await start(folder, [command, "a.pretrain", "objectives"], readOnly()).ended;
    expect(ended, ended.stderr).toMatchObject({ code: 0 });
    expect(hasStack(ended)).toBe(false);
  }
  rmSync(join(jobOf(folder, "compare"), "result.json"));
  const refused = await start(folder, runArguments, readOnly()).ended;
  expect(refused).toMatchObject({ code: 3, stdout: expect.stringContaining("is on a read-only file system") });
  expect(hasStack(refused)).toBe(false);
});

test("a folder that is moved away in mid-run ends the run with a message", slow, async () => {
  const folder = fresh();
  const begun = start(folder, runArguments);
  while (!existsSync(join(folder, ".pretrain/runs"))) await new Promise((resolve) => setTimeout(resolve, 20));
  renameSync(folder, `${folder}-moved`);
  const ended = await begun.ended;
  rmSync(`${folder}-moved`, { recursive: true });
  expect(ended.code).not.toBe(0);
  expect(hasStack(ended)).toBe(false);
});
