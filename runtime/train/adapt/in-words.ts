import { decimalOf } from "#runtime/contract/decimal.ts";
import type { ResolvedTask, ResolvedTaskOf } from "#runtime/contract/plan.ts";
import type { Prediction } from "#runtime/contract/predictions.ts";
import type { ClassificationKind, Split, TaskKind, TextPairKind } from "#runtime/contract/spec.ts";
import { classOf, type ExampleOf, readTaskExamples } from "#runtime/corpus/task-examples.ts";
import { shareOfRight } from "#runtime/metrics/accuracy.ts";
import { noLabel } from "#runtime/metrics/confusion-matrix.ts";
import { scoreClassification, scoreNumbers } from "#runtime/metrics/table.ts";
import { areEntityTags } from "#runtime/metrics/tag-schemes.ts";
import { scoreTags } from "#runtime/metrics/tags.ts";
import { scoreTexts } from "#runtime/metrics/texts.ts";
import type { Tokenizer } from "#runtime/tokenizers/tokenizer.ts";
import type { Evaluation } from "./adaptation.ts";
import { mean } from "./head-answers.ts";
import { scoredAnswers } from "./scored-answers.ts";

/** An example as a text that is read and one that is written. */
export interface WordPair {
  id: string;
  source: string;
  target: string;
}

/** What a task's examples are to a model that writes. */
export function readWordPairs(task: ResolvedTask, split: Split): WordPair[] {
  const { wordsOf } = kindOf(task);
  const prefix = "prefix" in task ? task.prefix : (asWords(task)?.prefix ?? "");
  return readTaskExamples(task, split).map((example) => {
    const { source, target } = wordsOf(example, task);
    return { id: example.id, source: prefix + source, target };
  });
}

/** Texts written for a split's examples, as ids without frame, scored by the task's own metrics. */
export async function scoreWritten(
  task: ResolvedTask,
  split: Split,
  written: readonly (readonly number[])[],
  tokenizer: Tokenizer,
): Promise<Pick<Evaluation, "scores" | "main" | "predictions">> {
  return kindOf(task).score({ task, examples: readTaskExamples(task, split), written, tokenizer });
}

/** Whether the answers are few and short, so that they are written for the validation split too, after every epoch. */
export function hasShortAnswers(task: ResolvedTask): boolean {
  return asWords(task) !== undefined;
}

function asWords(task: ResolvedTask): { prefix: string } | undefined {
  return "as" in task ? task.as : undefined;
}

interface Written<T extends ResolvedTask> {
  task: T;
  examples: readonly ExampleOf<T>[];
  written: readonly (readonly number[])[];
  tokenizer: Tokenizer;
}

interface Kind<T extends ResolvedTask = ResolvedTask, P extends Prediction = Prediction<T["kind"]>> {
  wordsOf(example: ExampleOf<T>, task: T): { source: string; target: string };
  score(written: Written<T>): Promise<Pick<Evaluation<P>, "scores" | "main" | "predictions">>;
}

type Writable = Exclude<TaskKind, "minimal_pairs">;
type Texts = ResolvedTaskOf<TextPairKind>;

const texts: Kind<Texts> = {
  wordsOf: ({ source, target }) => ({ source, target }),
  async score({ task, examples, written, tokenizer }) {
    const found = written.map((ids) => tokenizer.decode(ids).trim());
    const references = examples.map(({ target }) => [target]);
    return {
      scores: scoreTexts(task.kind, references, found),
      main: null,
      predictions: examples.map(({ id, source, target }, i): Prediction<Texts["kind"]> => ({ id, source, target, predicted: found[i]! })),
    };
  },
};

type Labelled = ResolvedTaskOf<ClassificationKind>;

/** Raffel et al. 2020, appendix D: the parts of what is read are named. */
const labels: Kind<Labelled> = {
  wordsOf: ({ text, second, label }, task) => ({ source: named([task.text, text], [task.second, second]), target: label }),
  async score({ task, examples, written, tokenizer }) {
    const labelOf = await recogniser(task.labels, tokenizer);
    const found = written.map(labelOf);
    const gold = examples.map(({ label, id }) => classOf(task.labels, label, id));
    // what is no label is wrong, and none of the other labels either (Raffel et al. 2020, section 2.4)
    const predicted = found.map((answer) => answer ?? noLabel);
    return {
      scores: scoreClassification(gold, predicted, task.labels),
      main: "accuracy",
      predictions: examples.map(
        ({ id, label }, i): Prediction<Labelled["kind"]> => ({
          id,
          label,
          predicted: task.labels[predicted[i]!] ?? null,
          written: tokenizer.decode(written[i]!).trim(),
        }),
      ),
    };
  },
};

const numbers: Kind<ResolvedTaskOf<"regression">> = {
  wordsOf: ({ text, second, value }, task) => ({ source: named([task.text, text], [task.second, second]), target: String(value) }),
  async score({ task, examples, written, tokenizer }) {
    const gold = examples.map(({ value }) => value);
    const otherwise = mean(readTaskExamples(task, "train").map(({ value }) => value));
    const found = written.map((ids) => tokenizer.decode(ids));
    const predicted = found.map((text) => numberIn(text) ?? otherwise);
    return {
      scores: scoreNumbers(gold, predicted),
      main: "pearson",
      predictions: examples.map(
        ({ id, value }, i): Prediction<"regression"> => ({ id, value, predicted: predicted[i]!, written: found[i]!.trim() }),
      ),
    };
  },
};

const tags: Kind<ResolvedTaskOf<"tagging">> = {
  wordsOf: ({ words, tags: own }) => ({ source: words.join(" "), target: own.join(" ") }),
  async score({ task, examples, written, tokenizer }) {
    const tagsOf = await sequenceRecogniser(task.labels, tokenizer);
    const predicted = examples.map(({ words }, i) => {
      const found = tagsOf(written[i]!);
      return words.map((_, at) => found[at] ?? none);
    });
    const gold = examples.map((example) => example.tags);
    return {
      scores: scoreTags(gold, predicted),
      main: areEntityTags(task.labels) ? "entity_f1" : "accuracy",
      predictions: examples.map(
        ({ id, words, tags: own }, i): Prediction<"tagging"> => ({ id, words, tags: own, predicted: predicted[i]! }),
      ),
    };
  },
};

/** A tag that was not written: no entity to the metrics, and never right, as no tag of a task has spaces around it. */
const none = ". ";

const choices: Kind<ResolvedTaskOf<"multiple_choice">> = {
  wordsOf: ({ question, choices: given, answer }) => ({
    source: named(["question", question], ...given.map((choice, i): [string, string] => [`choice ${i + 1}`, choice])),
    target: String(answer + 1),
  }),
  async score({ task, examples, written, tokenizer }) {
    const choiceOf = await recogniser(task.labels, tokenizer);
    const predicted = examples.map(({ choices: given }, i) => {
      const found = choiceOf(written[i]!);
      return found !== undefined && found < given.length ? found : null;
    });
    const gold = examples.map(({ answer }) => answer);
    return {
      scores: [{ metric: "accuracy", value: shareOfRight(gold, predicted) }],
      main: "accuracy",
      predictions: examples.map(
        ({ id, answer }, i): Prediction<"multiple_choice"> => ({
          id,
          answer: answer + 1,
          predicted: predicted[i] === null ? null : predicted[i]! + 1,
          written: tokenizer.decode(written[i]!).trim(),
        }),
      ),
    };
  },
};

const answers: Kind<ResolvedTaskOf<"span_question_answering">> = {
  wordsOf: ({ question, context, answers: given }) => ({
    source: named(["question", question], ["context", context]),
    target: given[0]?.text ?? "",
  }),
  async score({ examples, written, tokenizer }) {
    const predicted = written.map((ids) => tokenizer.decode(ids).trim());
    return { ...scoredAnswers(examples, predicted), main: "answer_f1" };
  },
};

/** Every kind that can be answered in words; adding one touches this file and its tests. */
const kinds: { readonly [K in Writable]: Kind<ResolvedTaskOf<K>> } = {
  classification: labels,
  pair_classification: labels,
  regression: numbers,
  tagging: tags,
  multiple_choice: choices,
  span_question_answering: answers,
  translation: texts,
  summarisation: texts,
  generation: texts,
};

function kindOf(task: ResolvedTask): Kind {
  return kinds[task.kind as Writable] as unknown as Kind;
}

/** `premise: … hypothesis: …`; a text alone has no name. */
function named(...parts: [name: string | null, text: string | null][]): string {
  const given = parts.filter(([, text]) => text !== null);
  return given.length === 1 ? given[0]![1]! : given.map(([name, text]) => `${name}: ${text}`).join(" ");
}

/** Some tokenizers part a number by spaces. */
function numberIn(text: string): number | undefined {
  return decimalOf(text.replace(/\s+/gu, ""));
}

/** Which of some texts a written one is: their tokens, as a tokenizer need not give back a text letter for letter. */
async function recogniser(known: readonly string[], tokenizer: Tokenizer): Promise<(ids: readonly number[]) => number | undefined> {
  const places = new Map((await tokenizer.encodeBatch(known)).map((ids, place) => [ids.join(" "), place]));
  return (ids) => places.get(ids.join(" "));
}

/** The tags that stand in a row, each as it is encoded at the beginning or behind a space; what is none of them is left out as one. */
async function sequenceRecogniser(known: readonly string[], tokenizer: Tokenizer): Promise<(ids: readonly number[]) => string[]> {
  const forms = await tokenizer.encodeBatch(known.flatMap((tag) => [tag, ` ${tag}`]));
  const pieces = forms
    .map((ids, i) => ({ tag: known[Math.floor(i / 2)]!, ids: Array.from(ids) }))
    .filter(({ ids }) => ids.length > 0)
    .sort((a, b) => b.ids.length - a.ids.length);
  return (ids) => {
    const found: string[] = [];
    let unknown = false;
    for (let at = 0; at < ids.length; ) {
      const next = pieces.find((piece) => piece.ids.every((id, i) => ids[at + i] === id));
      if (!next && !unknown) found.push(none);
      if (next) found.push(next.tag);
      unknown = next === undefined;
      at += next?.ids.length ?? 1;
    }
    return found;
  };
}
