import { appendFileSync, writeFileSync } from "node:fs";
import { format } from "node:util";
import Mocha from "mocha";
import { defineReloadSuite } from "./reload.ts";
import { defineSuite } from "./suite.ts";

/**
 * What VS Code calls in the extension host, on a desktop and headless alike. A remote extension host sends its console to the
 * browser unformatted and late, so there the report goes to files that environment variables name.
 */
export async function run(): Promise<void> {
  const { PRETRAIN_TEST_SUITE: suite, PRETRAIN_TEST_LOG: log, PRETRAIN_TEST_RESULTS: results } = process.env;
  if (log) Mocha.reporters.Base.consoleLog = (...parts: unknown[]) => appendFileSync(log, `${format(...parts)}\n`);
  const mocha = new Mocha({ ui: "bdd", color: false, timeout: 90_000, reporter: "spec", bail: false });
  mocha.suite.emit("pre-require", globalThis as never, "", mocha);
  if (suite === "reload") defineReloadSuite();
  else defineSuite();
  const runner = await new Promise<Mocha.Runner>((resolve) => {
    const started = mocha.run(() => resolve(started));
  });
  const { passes, failures, pending, tests } = runner.stats!;
  if (results) writeFileSync(results, JSON.stringify({ passed: passes, failed: failures, skipped: pending }));
  if (failures > 0 || passes === 0) throw new Error(`${failures} of ${tests} tests failed`);
}
