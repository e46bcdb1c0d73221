import type { ContaminationResult } from "#runtime/contract/artifacts.ts";
import { type JobContext, JobStopped } from "#runtime/contract/job-context.ts";
import type { ContaminationJob } from "#runtime/contract/plan.ts";
import { definitionOf } from "#runtime/tasks/task-definitions.ts";
import { ngramMatcher } from "./ngram-matches.ts";
import { corpusPieces } from "./read-documents.ts";
import { readTaskExamples } from "./task-examples.ts";

/** Number of characters between two reports. */
const reportEvery = 1 << 22;
/** Number of examples that the result shows. */
const shown = 5;

/** The contamination check: finds the test examples of a task that occur verbatim in a corpus' training text. Throws `JobStopped`. */
export async function findContamination(job: ContaminationJob, context: JobContext): Promise<ContaminationResult> {
  const { question } = definitionOf(job.task.kind);
  const items = readTaskExamples(job.task, "test").map((example) => ({ id: example.id, texts: question(example) }));
  const matcher = ngramMatcher(items.map(({ texts }) => texts));
  let [done, reported] = [0, 0];
  for (const piece of corpusPieces(context.folderOf(job.corpus), "train")) {
    if (context.signal.aborted) throw new JobStopped();
    matcher.read(piece);
    done += piece.text.length;
    // a piece can be as long as a document
    if (done - reported < reportEvery) continue;
    reported = done;
    context.emit({ event: "phase", phase: "searching for test examples", done, unit: "characters" });
  }
  const found = matcher.matches();
  return {
    items: items.length,
    checked: matcher.checked,
    contaminated: found.map(({ item }) => items[item]!.id),
    examples: found.slice(0, shown).map(({ item, words }) => ({ id: items[item]!.id, text: items[item]!.texts.join("\n"), words })),
  };
}
