import { join } from "node:path";
import { build } from "esbuild";
import { root } from "./workspace.ts";

/** The suite as one file that VS Code can load. */
export async function bundleSuite(): Promise<string> {
  const outfile = join(root, "dist/test/suite.cjs");
  await build({
    entryPoints: [join(import.meta.dirname, "host/index.ts")],
    outfile,
    bundle: true,
    format: "cjs",
    platform: "node",
    target: "node20",
    // found from dist/, in the repository's node_modules
    external: ["vscode", "mocha"],
    logLevel: "warning",
  });
  return outfile;
}
