import { spawn, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test, vi } from "vitest";
import { command, folderWith, labelled, sentences } from "./cli.ts";

// processes start slowly on a busy machine, and more so when they are traced
vi.setConfig({ testTimeout: 120_000 });

const root = join(import.meta.dirname, "../..");

/** Tracing needs Linux, strace and the right to trace: without these nothing is known, and the test is left out. */
const canTrace = process.platform === "linux" && spawnSync("strace", ["-o", "/dev/null", "true"]).status === 0;

const text = `import "shared.pretrain"

corpus tales {
  files: "texts/*.txt"
}
task mood = classification {
  train: "mood/train.tsv"
  test: "mood/test.tsv"
  text: sentence
  label: polarity
}
tokenizer given {
  file: "given/tokenizer.json"
}
model bert {
  checkpoint: "bert"
}
model small {
  layers: 1
  hidden: 16
  heads: 1
  context: 16
}
pretrain base {
  model: small
  objective: clm
  corpus: tales
  tokenizer: letters
  budget: 3 steps
}
finetune tuned {
  from: base
  task: mood
}
`;

/** A user's home with a project in it, and many private files. */
function home(): string {
  const folder = folderWith({
    "project/a.pretrain": text,
    "project/shared.pretrain": "objective clm = causal\ntokenizer letters {\n  kind: characters\n  train on: tales\n}\n",
    "project/texts/tales.txt": sentences(40),
    "project/mood/train.tsv": labelled(20),
    "project/mood/test.tsv": labelled(8),
    "project/given/tokenizer.json": "{}",
    "project/secret.txt": "secret",
    "project/.env": "TOKEN=secret",
    "project/texts/secret.key": "secret",
    "project/mood/notes.md": "secret",
    ".ssh/id_ed25519": "secret",
    ".netrc": "secret",
    ".npmrc": "secret",
    ".cache/huggingface/token": "secret",
    "other/a.txt": "secret",
  });
  cpSync(join(root, "test/reference/models/bert-masked-lm"), join(folder, "project/bert"), { recursive: true });
  mkdirSync(join(folder, "project/bert"), { recursive: true });
  writeFileSync(join(folder, "project/bert/modeling_bert.py"), "import os\n");
  return folder;
}

/** What SECURITY.md lists, by the user's home. */
const listed: readonly RegExp[] = [
  /^project\/(a|shared)\.pretrain$/,
  /^project\/texts\/tales\.txt$/,
  /^project\/mood\/(train|test)\.tsv$/,
  /^project\/given\/tokenizer\.json$/,
  /^project\/bert\/(config\.json|.*\.safetensors|.*\.safetensors\.index\.json|tokenizer.*\.json|vocab\.(txt|json)|merges\.txt|(added|special)_tokens.*\.json)$/,
  /^project\/\.pretrain(\/|$)/,
  /^\.cache\/huggingface\/hub(\/|$)/,
  /^\.local\/share\/pretrain(\/|$)/,
  /^\.cache\/pretrain(\/|$)/,
];

interface Opened {
  path: string;
  written: boolean;
  folder: boolean;
}

async function traced(folder: string, args: readonly string[], talk?: (input: NodeJS.WritableStream) => void): Promise<Opened[]> {
  const log = join(dirname(folder), `${folder.split("/").at(-1)}.strace`);
  const calls = "open,openat,creat,rename,renameat,renameat2,unlink,unlinkat,mkdir,mkdirat,link,linkat,symlink,symlinkat,truncate";
  const environment: NodeJS.ProcessEnv = { PATH: process.env["PATH"], HOME: folder, XDG_CACHE_HOME: "", XDG_DATA_HOME: "", HF_HOME: "" };
  for (const name of ["XDG_CACHE_HOME", "XDG_DATA_HOME", "HF_HOME"]) delete environment[name];
  const child = spawn("strace", ["-f", "-qq", "-s", "4096", "-e", `trace=${calls}`, "-o", log, ...command, ...args], {
    cwd: join(folder, "project"),
    env: environment,
    stdio: ["pipe", "ignore", "ignore"],
  });
  if (talk) talk(child.stdin!);
  else child.stdin!.end();
  await new Promise((resolve) => child.once("close", resolve));
  const lines = readFileSync(log, "utf8").split("\n");
  return lines.flatMap((line) =>
    [...line.matchAll(/"((?:[^"\\]|\\.)*)"/g)]
      .map(([, path]) => path!)
      .filter((path) => path.startsWith(`${folder}/`) && !/ = -1 ENO(ENT|TDIR)/.test(line))
      .map((path) => ({
        path: path.slice(folder.length + 1),
        folder: line.includes("O_DIRECTORY"),
        written: !/\bopen(at)?\(/.test(line) || /O_WRONLY|O_RDWR|O_CREAT|O_TRUNC/.test(line),
      })),
  );
}

function message(body: object): string {
  const json = JSON.stringify({ jsonrpc: "2.0", ...body });
  return `Content-Length: ${Buffer.byteLength(json)}\r\n\r\n${json}`;
}

/** Opens the file, lets the server look at it, and goes. */
function editing(folder: string): (input: NodeJS.WritableStream) => void {
  const uri = `file://${folder}/project/a.pretrain`;
  const workspaceFolders = [{ uri: `file://${folder}/project`, name: "project" }];
  return (input) => {
    input.write(message({ id: 1, method: "initialize", params: { processId: null, rootUri: null, capabilities: {}, workspaceFolders } }));
    input.write(message({ method: "initialized", params: {} }));
    input.write(message({ method: "textDocument/didOpen", params: { textDocument: { uri, languageId: "pretrain", version: 1, text } } }));
    setTimeout(() => input.end(), 15_000);
  };
}

test.runIf(canTrace).each(["check", "server"])(
  "%s opens what SECURITY.md lists and nothing else of the user's, and writes nothing",
  async (program) => {
    const folder = home();
    const opened =
      program === "check" ? await traced(folder, ["check", "a.pretrain"]) : await traced(folder, ["lsp", "--stdio"], editing(folder));
    const files = opened.filter((each) => !each.folder);
    expect(files.filter(({ path }) => !listed.some((pattern) => pattern.test(path)))).toEqual([]);
    expect(opened.filter(({ written }) => written)).toEqual([]);
    // the trace sees what is read
    for (const path of ["project/shared.pretrain", "project/mood/train.tsv", "project/bert/config.json"])
      expect(files.map((each) => each.path)).toContain(path);
  },
);
