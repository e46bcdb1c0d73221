import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { NotInstalled } from "#runtime/engines/installer.ts";
import { type InstallOptions, install, remove } from "#runtime/engines/tensorflow/install/install-tensorflow.ts";
import { installed } from "#runtime/engines/tensorflow/installation.ts";
import { engineFolder } from "#runtime/machine/installed-engines.ts";
import { userFolder } from "#runtime/machine/user-folder.ts";
import { pretrain } from "../cli/cli.ts";
import { temporaryFolder } from "../runs/temporary.ts";

let home: string;
let tools: string;

/** Programs of our own are all that there is on the PATH: what each does is a few lines of shell. */
function fake(programs: Record<string, string>): void {
  for (const [name, script] of Object.entries(programs)) {
    writeFileSync(join(tools, name), `#!/bin/sh\nPATH=/usr/bin:/bin\necho "${name} $*" >> ${join(home, "calls")}\n${script}\n`);
    chmodSync(join(tools, name), 0o755);
  }
}

const calls = () => readFileSync(join(home, "calls"), "utf8").trim().split("\n");

/** pip that downloads, an unpacking Python, npm, and a compiler that makes something. */
const working = {
  python3: 'case "$3" in --version) ;; download) echo wheel > tensorflow_cpu.whl ;; *) mkdir -p "$4" ;; esac',
  npm: "echo tgz > tfjs-node-gpu.tgz",
  "g++": 'while [ "$1" != -o ]; do shift; done; echo not a module > "$2"',
};

/** Checksums of what the programs above download. */
const sums = {
  "tensorflow_cpu.whl": integrity("wheel\n", "sha256"),
  "tfjs-node-gpu.tgz": integrity("tgz\n", "sha512"),
};

function integrity(content: string, algorithm: string): string {
  return `${algorithm}-${createHash(algorithm).update(content).digest("base64")}`;
}

const options = (over: Partial<InstallOptions> = {}): InstallOptions => ({
  gpu: false,
  sums,
  onProgress() {},
  platform: { os: "linux", arch: "x64" },
  free: () => 1e12,
  ...over,
});

beforeEach(() => {
  home = temporaryFolder();
  tools = join(home, "tools");
  mkdirSync(tools);
  vi.stubEnv("PRETRAIN_HOME", join(home, "user"));
  vi.stubEnv("PATH", tools);
  vi.stubEnv("PYTHON", "");
  vi.stubEnv("CXX", "");
});
afterEach(() => {
  vi.unstubAllEnvs();
});

describe("missing requirements are reported with a remedy", () => {
  test("everything at once", async () => {
    await expect(install(options())).rejects.toThrow(/^missing: Python 3 with pip, .*; npm, .*; a C\+\+ compiler, .*CXX/);
  });

  test("pip", async () => {
    fake({ ...working, python3: "echo No module named pip >&2; exit 1" });
    await expect(install(options())).rejects.toThrow(/^missing: pip, .*python3 has none .*apt-get install python3-pip\)$/);
  });

  test("a compiler", async () => {
    const { "g++": _, ...others } = working;
    fake(others);
    await expect(install(options())).rejects.toThrow(/^missing: a C\+\+ compiler.*apt-get install g\+\+/);
  });

  test("npm", async () => {
    const { npm: _, ...others } = working;
    fake(others);
    await expect(install(options())).rejects.toThrow(/^missing: npm, .*nodejs\.org/);
  });

  test("space on the disk", async () => {
    fake(working);
    await expect(install(options({ free: () => 1e9 }))).rejects.toThrow(/^2\.5 GB are needed in .* and 1\.0 GB are free: .*PRETRAIN_HOME/);
    fake({ ...working, python3: '[ "$3" = --version ] || { echo "OSError: [Errno 28] No space left on device" >&2; exit 2; }' });
    await expect(install(options())).rejects.toThrow(/no space is left on the disk; make room/);
  });

  test("the network, for pip and for npm", async () => {
    const broken = '[ "$3" = --version ] || { echo "NewConnectionError: Temporary failure in name resolution" >&2; exit 1; }';
    fake({ ...working, python3: broken });
    await expect(install(options())).rejects.toThrow(/^tensorflow-cpu==[\d.]+ could not be downloaded: the network .* cannot be reached/);
    fake({ ...working, npm: "echo npm error code ENOTFOUND >&2; exit 1" });
    await expect(install(options())).rejects.toThrow(/^the binding could not be downloaded: the network .* cannot be reached/);
  });

  test("a platform that it runs on", async () => {
    fake(working);
    await expect(install(options({ platform: { os: "win32", arch: "x64" } }))).rejects.toThrow(
      /on Linux on x64 and arm64; this is win32 on x64\. The onnx engine/,
    );
    await expect(install(options({ gpu: true, platform: { os: "linux", arch: "arm64" } }))).rejects.toThrow(
      /with a GPU can be installed on Linux on x64; this is/,
    );
  });

  test("a compiler that fails, and a module that cannot be loaded", async () => {
    fake({ ...working, "g++": "echo x.cc:1: fatal error: no header >&2; exit 1" });
    await expect(install(options())).rejects.toThrow("the binding could not be built: x.cc:1: fatal error: no header");
    fake(working);
    await expect(install(options())).rejects.toThrow(/^the engine cannot be loaded: /);
    expect(existsSync(engineFolder("tensorflow"))).toBe(false);
  });
});

test("files downloaded before a failure are kept for the next attempt, and nothing counts as installed", async () => {
  fake({ ...working, "g++": "exit 1" });
  await expect(install(options())).rejects.toThrow("could not be built");
  expect(readdirSync(`${engineFolder("tensorflow")}.download`)).toEqual(["tensorflow_cpu.whl", "tfjs-node-gpu.tgz"]);
  expect(() => installed()).toThrow(NotInstalled);
  expect(remove()).toBe(true);
  expect(readdirSync(join(home, "user", "engines"))).toEqual([]);
  expect(remove()).toBe(false);
});

describe("downloads are verified against published checksums", () => {
  const left = () => readdirSync(`${engineFolder("tensorflow")}.download`);

  test("an altered package is refused and removed, and nothing of it is unpacked", async () => {
    fake({ ...working, npm: "echo other > tfjs-node-gpu.tgz" });
    await expect(install(options())).rejects.toThrow(
      `tfjs-node-gpu.tgz is not what was published: ${sums["tfjs-node-gpu.tgz"]} expected, ${integrity("other\n", "sha512")} found. It was removed; try again`,
    );
    expect(left()).toEqual(["tensorflow_cpu.whl"]);
    expect(calls().some((call) => call.startsWith("python3 -c"))).toBe(false);
  });

  test("so is a library left from an earlier attempt", async () => {
    mkdirSync(`${engineFolder("tensorflow")}.download`, { recursive: true });
    writeFileSync(join(`${engineFolder("tensorflow")}.download`, "tensorflow_cpu.whl"), "torn");
    fake({ ...working, python3: 'case "$3" in --version|download) ;; *) mkdir -p "$4" ;; esac' });
    await expect(install(options())).rejects.toThrow(/^tensorflow_cpu\.whl is not what was published: sha256-/);
    expect(left()).not.toContain("tensorflow_cpu.whl");
  });

  test("a file of another name than those that were published is none of them", async () => {
    fake(working);
    await expect(install(options({ sums: {} }))).rejects.toThrow(
      /tensorflow_cpu\.whl \(sha256-.*\) is none of the files that were published under this version\. It was removed; look which index/,
    );
  });
});

test("the GPU build installs what TensorFlow's extra requires", async () => {
  const requirements = 'case "$2" in *METADATA*) echo nvidia-cublas-cu12==12.9; echo nvidia-cudnn-cu12==9.1; exit 0;; esac';
  fake({ ...working, python3: `${requirements}\n${working.python3}` });
  await expect(install(options({ gpu: true }))).rejects.toThrow("the engine cannot be loaded");
  const downloads = calls().filter((call) => call.includes("pip download"));
  expect(downloads[0]).toMatch(/ tensorflow==[\d.]+$/);
  expect(downloads[1]).toMatch(/ nvidia-cublas-cu12==12\.9 nvidia-cudnn-cu12==9\.1$/);
});

test("the command line names the missing part and exits with 1", async () => {
  const { code, stderr } = await pretrain(home, "engines", "install", "tensorflow");
  expect(code).toBe(1);
  expect(stderr).toMatch(/^error: tensorflow cannot be installed: missing: Python 3/);
});

test("the folder is the user's, by the platform's custom", () => {
  expect(userFolder({ PRETRAIN_HOME: "/x" }, "linux")).toBe("/x");
  expect(userFolder({ XDG_DATA_HOME: "/data" }, "linux")).toBe("/data/pretrain");
  expect(userFolder({}, "linux")).toMatch(/\/\.local\/share\/pretrain$/);
  expect(userFolder({}, "darwin")).toMatch(/\/Library\/Application Support\/pretrain$/);
  expect(userFolder({ LOCALAPPDATA: "C:\\Users\\me\\AppData\\Local" }, "win32")).toContain("AppData");
});
