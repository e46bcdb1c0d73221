/**
 * Makes `dist/pretrain-<platform>.vsix` from the bundles of `tools/build.ts`, the contributions of package.json, and those files of
 * unbundled packages that a run loads on this platform. Starts a run from the packed files to show that nothing is missing. Prints the size
 * and, if the VS Code for tests is installed, the activation time in it (not with `--unmeasured`).
 */
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createVSIX } from "@vscode/vsce";
import { globSync } from "tinyglobby";
import { installableEngines } from "#runtime/contract/catalogue/engines.ts";
import { activationMilliseconds } from "../test/extension/activation.ts";
import { chromium } from "../test/extension/vscode-server.ts";

const root = join(import.meta.dirname, "..");

/** Packages that are not bundled, and their files, as `require` finds them. `prebuilt`: native code, of this platform alone. */
function unbundled(platform: NodeJS.Platform, arch: string): Record<string, readonly string[]> {
  return {
    "onnxruntime-node": ["dist/*.js", `bin/napi-v6/${platform}/${arch}/*`],
    "onnxruntime-common": ["dist/cjs/**/*.js", "dist/cjs/package.json"],
    tokenizers: ["index.js", `tokenizers.${nativeName(platform, arch)}.node`],
    "@tensorflow/tfjs-core": ["dist/tf-core.node.js"],
    "@tensorflow/tfjs-backend-cpu": ["dist/tf-backend-cpu.node.js"],
    seedrandom: ["index.js", "seedrandom.js", "lib/*.js"],
  };
}

const own = ["dist/**/*.{js,cjs,css,ttf}", "!dist/test/**", "media/**", "!media/icon.svg", "syntaxes/*.json", "CHANGELOG.md", "LICENSE"];

async function packageExtension(platform: NodeJS.Platform = process.platform, arch: string = process.arch): Promise<string> {
  const target = `${platform}-${arch}`;
  const staging = mkdtempSync(join(tmpdir(), "pretrain-package-"));
  const vsix = join(root, "dist", `pretrain-${target}.vsix`);
  try {
    copy(root, own, staging);
    for (const [name, files] of Object.entries(unbundled(platform, arch))) {
      const from = join(root, "node_modules", name);
      // beside dist/cli.js, where it looks first; VS Code's packager leaves out a node_modules at the root
      copy(from, [...files, "package.json", "LICENSE*"], join(staging, "dist/node_modules", name));
    }
    writeFileSync(join(staging, "package.json"), manifest());
    copyReadme(staging);
    if (platform === process.platform && arch === process.arch) tryOut(staging);
    await createVSIX({
      cwd: staging,
      packagePath: vsix,
      target,
      dependencies: false,
      allowMissingRepository: true,
      rewriteRelativeLinks: false,
    });
    console.log(`${vsix.slice(root.length + 1)}: ${megabytes(statSync(vsix).size)} packed, ${megabytes(sizeOf(staging))} installed`);
    return vsix;
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

/** The extension's own page, with its pictures. */
function copyReadme(staging: string): void {
  const text = readFileSync(join(root, "client/README.md"), "utf8");
  const pictures = [...text.matchAll(/\(\.\.\/(docs\/images\/[\w-]+\.png)\)/g)].map((match) => match[1] as string);
  copy(root, pictures, staging);
  writeFileSync(join(staging, "README.md"), text.replaceAll("(../docs/", "(docs/"));
}

/** The Rust triple's short form in the names of the tokenizers package. */
function nativeName(platform: NodeJS.Platform, arch: string): string {
  if (platform === "linux") return `linux-${arch}-gnu`;
  return platform === "win32" ? `win32-${arch}-msvc` : `darwin-${arch}`;
}

/** Without what only development needs. */
function manifest(): string {
  const {
    devDependencies: _,
    dependencies: __,
    scripts: ___,
    allowScripts: ____,
    imports: _____,
    private: ______,
    ...kept
  } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as Record<string, unknown>;
  return `${JSON.stringify(kept, null, 2)}\n`;
}

function copy(from: string, patterns: readonly string[], to: string): void {
  const files = globSync([...patterns], { cwd: from, dot: false });
  if (files.length === 0) throw new Error(`${from} has none of ${patterns.join(", ")}`);
  for (const file of files) {
    mkdirSync(dirname(join(to, file)), { recursive: true });
    cpSync(join(from, file), join(to, file));
  }
}

/** The engines that need no installation, and the tokenizers, start from what is packed. */
function tryOut(staging: string): void {
  const printed = execFileSync(process.execPath, [join(staging, "dist/cli.js"), "engines", "--json"], { encoding: "utf8", cwd: staging });
  const { engines } = JSON.parse(printed) as { engines: { engine: string; available: boolean; reason: string }[] };
  const missing = engines.filter(({ engine, available }) => !available && !installableEngines.some(({ name }) => name === engine));
  if (missing.length > 0) throw new Error(missing.map(({ engine, reason }) => `${engine} ${reason}`).join("; "));
  const tokenizers = join(staging, "dist/node_modules/tokenizers/index.js");
  if (!existsSync(tokenizers)) throw new Error("tokenizers is missing");
  execFileSync(process.execPath, ["-e", `require(${JSON.stringify(tokenizers)})`], { cwd: staging });
}

function sizeOf(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

const vsix = await packageExtension();
if (!process.argv.includes("--unmeasured")) {
  const installed = existsSync(join(root, "tools/vscode/node_modules/.ready")) && existsSync(chromium.executablePath);
  const measured = installed
    ? `${await activationMilliseconds(vsix)} ms`
    : "not measured, as the VS Code for tests is not installed (tools/vscode/install.sh)";
  console.log(`activation: ${measured}`);
}
