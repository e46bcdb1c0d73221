import type { ResolvedTask, ResolvedTaskOf } from "#runtime/contract/plan.ts";
import type { Prediction } from "#runtime/contract/predictions.ts";
import type { TaskKind, TextPairKind } from "#runtime/contract/spec.ts";
import { answersInWords } from "#runtime/programs/adaptation.ts";
import type { Adaptation, AdaptationSetup } from "./adaptation.ts";
import { adaptChoices } from "./choices.ts";
import { adaptClasses } from "./classes.ts";
import { adaptSpans } from "./spans.ts";
import { adaptTags } from "./tags.ts";
import { adaptValue } from "./value.ts";
import { adaptWriting } from "./writing.ts";

/** Minimal pairs are scored and not trained on; texts are written. */
type TrainedKind = Exclude<TaskKind, "minimal_pairs" | TextPairKind>;

/** How every kind of task that has a head is fine-tuned on; adding one touches its file, this table and its tests. */
const adaptations: {
  readonly [K in TrainedKind]: (setup: AdaptationSetup<ResolvedTaskOf<K>>) => Promise<Adaptation<unknown, Prediction<K>>>;
} = {
  classification: adaptClasses,
  pair_classification: adaptClasses,
  regression: adaptValue,
  tagging: adaptTags,
  multiple_choice: adaptChoices,
  span_question_answering: adaptSpans,
};

/** Reads the training examples; throws `JobFailure` where they are not what was planned. */
export function adapt(setup: AdaptationSetup): Promise<Adaptation> {
  if (answersInWords(setup.task)) return adaptWriting(setup) as unknown as Promise<Adaptation>;
  const of = adaptations[setup.task.kind as TrainedKind] as unknown as (setup: AdaptationSetup<ResolvedTask>) => Promise<Adaptation>;
  return of(setup);
}
