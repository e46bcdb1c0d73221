/**
 * `npm test`: the tests of vitest, then those of the extension in a real VS Code. The last line counts both, and what was
 * skipped. With arguments (`npm test --
 * test/compile`) vitest alone, with these.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Counts, countsLine, sumOf } from "./extension/counts.ts";
import { testExtension, whyNotTested } from "./extension/run.ts";

const root = join(import.meta.dirname, "..");
const given = process.argv.slice(2);
const counts = [runVitest(given)];
if (given.length === 0) {
  const why = whyNotTested();
  console.log(why === null ? "\nThe extension in VS Code" : `\nThe extension's tests in VS Code are left out: ${why}`);
  // what is left out as a whole is not known test by test
  counts.push(why === null ? await testExtension() : { passed: 0, failed: 0, skipped: 1 });
}
const total = sumOf(counts);
console.log(countsLine(total));
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1;

function runVitest(args: readonly string[]): Counts {
  const folder = mkdtempSync(join(tmpdir(), "pretrain-tests-"));
  const report = join(folder, "report.json");
  try {
    const { status } = spawnSync(
      process.execPath,
      [
        join(root, "node_modules/vitest/vitest.mjs"),
        ...["run", "--reporter=default", "--reporter=json", `--outputFile.json=${report}`],
        ...args,
      ],
      { cwd: root, stdio: "inherit" },
    );
    const {
      numPassedTests = 0,
      numFailedTests = 0,
      numPendingTests = 0,
      numTodoTests = 0,
    } = JSON.parse(readFileSync(report, "utf8")) as Record<string, number>;
    // a file that cannot be loaded, an error outside of any test
    const failed = status === 0 ? 0 : Math.max(1, numFailedTests);
    return { passed: numPassedTests, failed, skipped: numPendingTests + numTodoTests };
  } catch {
    return { passed: 0, failed: 1, skipped: 0 };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
