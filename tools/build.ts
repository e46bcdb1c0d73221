import { chmodSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type BuildOptions, build } from "esbuild";
import { pages } from "#client/webviews/pages.ts";

/**
 * Bundles into `dist/`:
 *   cli.js, server.js       the command line and the language server, with the parts that they share or load when needed. Packages
 *                           with native code, and TensorFlow.js, whose kernels register themselves with the one copy that is
 *                           loaded, stay in node_modules.
 *   *-thread-main.js        what the command line starts on threads of their own
 *   extension.cjs           what VS Code loads
 *   webviews/               the extension's pages: a script each, and their style with VS Code's icons
 */
const root = join(fileURLToPath(import.meta.url), "..", "..");
const dist = join(root, "dist");
rmSync(dist, { recursive: true, force: true });
const common: BuildOptions = { absWorkingDir: root, bundle: true, sourcemap: true, logLevel: "warning" };
const programs: BuildOptions = {
  ...common,
  entryPoints: {
    cli: "runtime/cli/main.ts",
    server: "server/main.ts",
    "session-thread-main": "runtime/engines/tensorflow/session-thread-main.ts",
    "batch-thread-main": "runtime/train/batch-thread-main.ts",
    "mask-thread-main": "runtime/train/mask-thread-main.ts",
    "encode-thread-main": "runtime/encoding/encode-thread-main.ts",
    "parquet-thread-main": "runtime/tasks/formats/parquet-thread-main.ts",
  },
  outdir: dist,
  splitting: true,
  chunkNames: "parts/[name]-[hash]",
  format: "esm",
  platform: "node",
  target: "node20",
  external: ["onnxruntime-node", "tokenizers", "@tensorflow/*"],
  banner: { js: 'import { createRequire as createRequireHere } from "node:module"; const require = createRequireHere(import.meta.url);' },
};
const extension: BuildOptions = {
  ...common,
  entryPoints: ["client/extension.ts"],
  outfile: join(dist, "extension.cjs"),
  format: "cjs",
  platform: "node",
  target: "node20",
  external: ["vscode"],
  minify: true,
  keepNames: true,
};
const webviews: BuildOptions = {
  ...common,
  entryPoints: Object.fromEntries(
    Object.entries(pages).flatMap(([name, { entry, style }]) => [
      [name, `client/webviews/${entry}`],
      [style.replace(/\.css$/, ""), `client/webviews/${style}`],
    ]),
  ),
  outdir: join(dist, "webviews"),
  format: "iife",
  platform: "browser",
  target: "chrome128",
  minify: true,
  loader: { ".ttf": "file" },
};
await Promise.all([programs, extension, webviews].map((options) => build(options)));
chmodSync(join(dist, "cli.js"), 0o755);
