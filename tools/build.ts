import { chmodSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

/**
 * Bundles the command line into `dist/`: `cli.js` and the parts that it loads when a command needs them. Packages with native
 * code, and TensorFlow.js, whose kernels register themselves with the one copy that is loaded, stay in node_modules.
 */
const root = join(fileURLToPath(import.meta.url), "..", "..");
const dist = join(root, "dist");
rmSync(dist, { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: { cli: "runtime/cli/main.ts" },
  outdir: dist,
  bundle: true,
  splitting: true,
  chunkNames: "parts/[name]-[hash]",
  format: "esm",
  platform: "node",
  target: "node20",
  sourcemap: true,
  external: ["onnxruntime-node", "tokenizers", "@tensorflow/*"],
  banner: { js: 'import { createRequire as createRequireHere } from "node:module"; const require = createRequireHere(import.meta.url);' },
  logLevel: "warning",
});
chmodSync(join(dist, "cli.js"), 0o755);
