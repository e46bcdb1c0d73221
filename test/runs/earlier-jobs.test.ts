import { cpSync, mkdirSync } from "node:fs";
import { basename, join } from "node:path";
import { expect, test } from "vitest";
import { declaredModel } from "#runtime/models/families/declared.ts";
import { openStore } from "#runtime/runs/store.ts";
import { temporaryFolder } from "./temporary.ts";

/** A `job.json` that an earlier version wrote, read today. */
function earlier(id: string) {
  const root = temporaryFolder();
  const folder = join(root, "runs", id);
  mkdirSync(folder, { recursive: true });
  cpSync(join(import.meta.dirname, "earlier-jobs", `${basename(folder)}.json`), join(folder, "job.json"));
  return openStore(root).readJob(id);
}

test("a model gets the choices that were not written, since it was declared without them", () => {
  const sizes = { layers: 2, hidden: 16, heads: 2, feedForward: 64, context: 24, vocabulary: 130, dropout: 0.1 };
  expect(earlier("pretrain-97fa2a49ccfc4990")).toMatchObject({ steps: 6, model: declaredModel("bert", sizes) });
});
