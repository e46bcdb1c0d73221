import assert from "node:assert/strict";
import { type Experiment, openExperiment, until } from "./editor.ts";

/** In a window that opens while the run that another one started goes on. */
export function defineReloadSuite(): void {
  describe("a window that opens in the middle of a run", () => {
    let experiment: Experiment;

    before(async () => {
      experiment = await openExperiment();
    });

    it("shows the run, which has gone on", async () => {
      assert.equal(experiment.sessions().length, 1);
      await experiment.lens("long", /Stop/);
      await experiment.lens("long", /loss \d/);
      const before = experiment.stepsOf("long");
      assert.ok(before > 0);
      await until("more steps", () => experiment.stepsOf("long") > before);
    });

    it("shows what was done before", async () => {
      await experiment.lens("base", /perplexity [\d.]+/);
      await experiment.lens("objectives", /on century/);
    });

    it("does not start a second run of it", async () => {
      await experiment.run("long");
      assert.equal(experiment.sessions().length, 1);
    });

    it("stops it", async () => {
      await experiment.stop("long");
      await experiment.lens("long", /Continue/);
      await until("no session", () => experiment.sessions().length === 0);
    });
  });
}
