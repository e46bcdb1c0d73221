import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { commandLine } from "#client/running/command-line.ts";
import { folderWith } from "../cli/cli.ts";

// processes start slowly on a busy machine
vi.setConfig({ testTimeout: 60_000 });

const cli = join(import.meta.dirname, "../../runtime/cli/main.ts");
const text = "objective clm = causal\n";
const folder = (more: Record<string, string> = {}) => folderWith({ "a.pretrain": text, ...more });
const messageOf = (failing: Promise<unknown>) => failing.then(String, (error: Error) => error.message);

test("the command's own message about its failure is shown", async () => {
  const where = folder();
  const line = commandLine(cli, join(where, "logs"));
  expect(await messageOf(line.json(["plan", join(where, "none.pretrain")], { folder: where }))).toMatch(
    /^there is no file .*none\.pretrain$/,
  );
  const end = await line.run({ file: join(where, "a.pretrain"), name: "clm", engine: "auto", jobs: 1 }).ended;
  expect(end).toMatchObject({ outcome: "failed", failure: { message: expect.stringContaining("the file declares clm as objective") } });
});

test.each(["a \"quoted\" 'name'", "with spaces", "日本語 ü", "$(touch x) `id` %PATH%", "a#b&c;d"])(
  "a path such as %s is a path",
  async (name) => {
    const where = folder({ [`${name}/a.pretrain`]: text });
    const line = commandLine(cli, join(where, "logs"));
    const file = join(where, name, "a.pretrain");
    expect(await line.json(["check", file], { folder: join(where, name) })).toEqual({ problems: [] });
  },
);

test("a folder, a Node or a script that is gone, and a log that cannot be written, are said", async () => {
  const where = folder({ logs: "a file" });
  const logs = join(where, "other");
  const gone = join(where, "gone");
  const run = { file: join(where, "a.pretrain"), name: "base", engine: "auto" as const, jobs: 1 };
  const failureOf = async (line: ReturnType<typeof commandLine>, file = run.file) => {
    const end = await line.run({ ...run, file }).ended;
    return end.outcome === "failed" ? end.failure.message : end.outcome;
  };
  expect(await failureOf(commandLine(cli, logs), join(gone, "a.pretrain"))).toMatch(/^the folder .*gone no longer exists/);
  expect(await messageOf(commandLine(cli, logs).json(["engines"], { folder: gone }))).toMatch(/^the folder .*gone no longer exists/);
  expect(await failureOf(commandLine(cli, logs, gone))).toMatch(/^VS Code's own Node is no longer at .*gone/);
  expect(await failureOf(commandLine(gone, logs))).toMatch(/^the extension's file .*gone is missing/);
  expect(await failureOf(commandLine(cli, join(where, "logs")))).toMatch(/logs already exists, where something else must be created/);
  expect(await failureOf(commandLine(cli, join(where, "logs", "below")))).toMatch(/leads through a file where a folder is needed/);
});

test("a program that dies without a message is reported by its exit, not by its stack", async () => {
  const where = folder({ "stack.js": "throw new TypeError('no such thing')\n", "killed.js": "process.kill(process.pid, 'SIGKILL')\n" });
  const failureOf = (script: string) => messageOf(commandLine(join(where, script), join(where, "logs")).json(["x"], { folder: where }));
  const crashed = await failureOf("stack.js");
  expect(crashed).toMatch(/^its process ended with exit code 1/);
  expect(crashed).not.toMatch(/\bat .*:\d+:\d+/);
  expect(await failureOf("killed.js")).toMatch(/^its process was killed/);
});

test("a name longer than a file's name may be has a log", async () => {
  const where = folder();
  mkdirSync(join(where, "logs"));
  writeFileSync(join(where, "x.js"), "process.exit(0)\n");
  const line = commandLine(join(where, "x.js"), join(where, "logs"));
  expect(await line.run({ file: join(where, "a.pretrain"), name: "n".repeat(400), engine: "auto", jobs: 1 }).ended).toEqual({
    outcome: "done",
  });
});

test("notifications, where text can become a link, go through one file", () => {
  const client = join(import.meta.dirname, "../../client");
  const direct = readdirSync(client, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(".ts") && path !== "notify.ts")
    .filter((path) =>
      /\.show(Error|Warning|Information)Message\(|ProgressLocation\.Notification/.test(readFileSync(join(client, path), "utf8")),
    );
  expect(direct).toEqual([]);
});
