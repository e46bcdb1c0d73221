import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../runs/temporary.ts";
import { files, read, root } from "./repository.ts";

/** From a lower floor to a higher one, by way of a type: nothing but the direction is wrong with it. */
const [from, to, name] = ["runtime/metrics/pearson.ts", "#runtime/scoring/statistics.ts", "Estimate"];

test("an import from a higher floor is refused by the compiler and by the house rule", { timeout: 300_000 }, () => {
  const copy = copyOfRepository();
  writeFileSync(join(copy, from), `import type { ${name} } from "${to}";\n${read(from)}\nexport type Wrong = ${name};\n`);
  const compiled = run(copy, "node_modules/typescript/bin/tsc", "-b", dirname(from));
  expect(compiled.status).not.toBe(0);
  expect(compiled.said).toContain("runtime/scoring/statistics.ts' is not listed within the file list of project");
  const rule = run(copy, "node_modules/vitest/vitest.mjs", "run", "test/house/imports.test.ts");
  expect(rule.status).not.toBe(0);
  expect(rule.said).toContain(`${from} imports ${to}`);
});

function copyOfRepository(): string {
  const copy = temporaryFolder();
  for (const path of files) {
    mkdirSync(join(copy, dirname(path)), { recursive: true });
    cpSync(join(root, path), join(copy, path));
  }
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
  return copy;
}

function run(cwd: string, script: string, ...args: string[]): { status: number | null; said: string } {
  const options = { cwd, encoding: "utf8", env: { ...process.env, NO_COLOR: "1" } } as const;
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, script), ...args], options);
  return { status, said: stdout + stderr };
}
