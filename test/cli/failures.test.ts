import { spawn } from "node:child_process";
import { existsSync, mkdirSync, openSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { command, folderWith, pretrain, sentences } from "./cli.ts";

// processes start slowly on a busy machine
vi.setConfig({ testTimeout: 60_000 });

const text = `corpus tales {
  files: "tales.txt"
  split: { by: position, validation: 10% }
}
objective clm = causal
model m {
  layers: 1
  hidden: 16
  heads: 1
  context: 16
}
tokenizer letters {
  kind: characters
  train on: tales
}
pretrain base {
  model: m
  objective: clm
  corpus: tales
  tokenizer: letters
  budget: 3 steps
  batch: 2
}
`;
const folder = (more: Record<string, string> = {}) => folderWith({ "a.pretrain": text, "tales.txt": sentences(60), ...more });

/** What `--json` leaves as the last line of standard error. */
function failureIn(stderr: string): { exit_code: number; message: string } {
  return (JSON.parse(stderr.trim().split("\n").at(-1)!) as { failure: { exit_code: number; message: string } }).failure;
}

test.each([
  ["run", ["run", "a.pretrain", "base"]],
  ["preview", ["preview", "a.pretrain", "clm"]],
])("where a file has the store's name, %s says so and what to do", async (_, args) => {
  const where = folder({ ".pretrain": "notes" });
  const said = await pretrain(where, ...args);
  expect(said.stderr).toContain(
    `${join(where, ".pretrain")} is a file, and runs need a folder of that name beside the experiment; rename it`,
  );
  expect(said.stderr).not.toMatch(/\bat .*:\d+:\d+/);
  expect(said.code).toBe(1);
  const told = await pretrain(where, ...args, "--json");
  expect(failureIn(told.stderr)).toMatchObject({ exit_code: 1, message: expect.stringContaining("is a file, and runs need a folder") });
  expect(readFileSync(join(where, ".pretrain"), "utf8")).toBe("notes");
});

test("read-only commands still work there", async () => {
  const where = folder({ ".pretrain": "notes" });
  for (const args of [
    ["plan", "a.pretrain"],
    ["check", "a.pretrain"],
    ["diff", "a.pretrain", "base", "base"],
  ]) {
    const said = await pretrain(where, ...args);
    expect(said, said.stderr).toMatchObject({ code: 0 });
  }
});

test("a run folder whose job.json was spoilt is said to be", async () => {
  const at = folder({ ".pretrain/runs/pretrain-0000000000000001/job.json": "null" });
  const { code, stderr } = await pretrain(at, "inspect", ".pretrain/runs/pretrain-0000000000000001", "--text", "a");
  expect([code, stderr]).toEqual([2, expect.stringMatching(/^error: .*job\.json was changed after a run wrote it; pretrain run/)]);
});

test("a link in the store's place is not followed", async () => {
  const where = folder();
  symlinkSync(join(where, "elsewhere"), join(where, ".pretrain"));
  const said = await pretrain(where, "run", "a.pretrain", "base");
  expect(said).toMatchObject({ code: 1, stderr: expect.stringContaining(`${join(where, ".pretrain")} is a link`) });
  expect(existsSync(join(where, "elsewhere"))).toBe(false);
  expect(await pretrain(where, "plan", "a.pretrain")).toMatchObject({ code: 0 });
});

test.runIf(existsSync("/dev/full"))("a full disk at the other end of standard output is said", async () => {
  const where = folder();
  const full = openSync("/dev/full", "w");
  const child = spawn(command[0]!, [command[1]!, "check", "b.pretrain"], { cwd: where, stdio: ["ignore", full, "pipe"] });
  writeFileSync(join(where, "b.pretrain"), "corpus a {\n  fils: 1\n}\n");
  let stderr = "";
  child.stderr!.on("data", (data: Buffer) => {
    stderr += data;
  });
  const code = await new Promise((resolve) => child.once("close", resolve));
  expect(stderr).toContain("the disk is full, so standard output could not be written");
  expect(code).toBe(1);
});

test("with --json the last line of standard error says why, whatever went wrong", async () => {
  const where = folder({ "b.pretrain": "corpus a {\n  fils: 1\n}\nobjective" });
  const of = async (...args: string[]) => failureIn((await pretrain(where, ...args, "--json")).stderr);
  expect(await of("plan", "none.pretrain")).toEqual({ exit_code: 2, message: "there is no file none.pretrain" });
  expect(await of("plan")).toEqual({ exit_code: 2, message: "missing required argument 'file'" });
  expect(await of("plan", "b.pretrain")).toMatchObject({ exit_code: 1, message: expect.stringMatching(/^b\.pretrain:\d+:\d+: /) });
  expect(await of("run", "a.pretrain", "clm")).toMatchObject({
    exit_code: 2,
    message: expect.stringContaining("the file declares clm as objective"),
  });
});

test("the failure of a job is the failure of the run", async () => {
  const where = folder();
  const { jobs } = JSON.parse((await pretrain(where, "plan", "a.pretrain", "--json")).stdout) as { jobs: { id: string; kind: string }[] };
  const taken = join(where, ".pretrain", "runs", jobs.find(({ kind }) => kind === "corpus")!.id);
  mkdirSync(join(where, ".pretrain", "runs"), { recursive: true });
  writeFileSync(taken, "something else");
  const said = await pretrain(where, "run", "a.pretrain", "base");
  expect(said).toMatchObject({
    code: 3,
    stdout: expect.stringContaining(`${taken} already exists, where something else must be created; rename it`),
  });
  const told = await pretrain(where, "run", "a.pretrain", "base", "--json");
  expect(failureIn(told.stderr)).toEqual({
    exit_code: 3,
    message: expect.stringMatching(/^tales: .* already exists, where something else must be created/),
  });
});

test("a new store keeps itself out of Git; what the user wrote there stays", async () => {
  const where = folder();
  const ignore = join(where, ".pretrain", ".gitignore");
  expect((await pretrain(where, "run", "a.pretrain", "base")).code).toBe(0);
  expect(readFileSync(ignore, "utf8")).toBe("*\n");
  writeFileSync(ignore, "runs/*/checkpoints\n");
  expect((await pretrain(where, "run", "a.pretrain", "base")).code).toBe(0);
  expect(readFileSync(ignore, "utf8")).toBe("runs/*/checkpoints\n");
  // who took it away wants the store in Git
  rmSync(ignore);
  expect((await pretrain(where, "run", "a.pretrain", "base")).code).toBe(0);
  expect(existsSync(ignore)).toBe(false);
});
