import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import wabt from "wabt";

/* Assembles `runtime/engines/onnx/adamw.wat` into `adamw.generated.ts`, so that the bundler can load it like any other module. */

const folder = join(fileURLToPath(import.meta.url), "..", "..", "runtime", "engines", "onnx");
const { parseWat } = await wabt();
const { buffer } = parseWat("adamw.wat", readFileSync(join(folder, "adamw.wat"), "utf8"), { simd: true }).toBinary({});
writeFileSync(
  join(folder, "adamw.generated.ts"),
  `// Generated from adamw.wat by npm run generate.
export const adamWModule = (): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(
    Buffer.from(
      "${Buffer.from(buffer).toString("base64")}",
      "base64",
    ),
  );
`,
);
