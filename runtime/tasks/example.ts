import type { ResolvedTask } from "#runtime/contract/plan.ts";
import type { TaskKind } from "#runtime/contract/spec.ts";

/** A text, or a pair of texts, and its label. */
export interface LabelledExample extends Identified {
  text: string;
  second: string | null;
  label: string;
}

/** A text, or a pair of texts, and its number. */
export interface ValuedExample extends Identified {
  text: string;
  second: string | null;
  value: number;
}

/** Words and the tag of each. */
export interface TaggedExample extends Identified {
  words: string[];
  tags: string[];
}

/** A question with several answers, of which one is right. */
export interface ChoiceExample extends Identified {
  question: string | null;
  choices: string[];
  /** Index of the right one. */
  answer: number;
}

/** A question about a context. */
export interface QuestionExample extends Identified {
  /** As the file calls it. */
  name: string;
  question: string;
  context: string;
  /** `start`: in UTF-16 code units of the context. None where it has no answer. */
  answers: { text: string; start: number }[];
}

/** A text and what is to be written for it. */
export interface TextPairExample extends Identified {
  source: string;
  target: string;
}

/** An acceptable sentence and another. */
export interface PairExample extends Identified {
  good: string;
  bad: string;
  /** What the pair tests; scores are reported for each. */
  group: string | null;
}

interface Identified {
  /** File name and line: `train.tsv:17`. */
  id: string;
}

/** What an example of a kind of task is. */
export interface ExamplesByKind {
  classification: LabelledExample;
  pair_classification: LabelledExample;
  regression: ValuedExample;
  tagging: TaggedExample;
  multiple_choice: ChoiceExample;
  span_question_answering: QuestionExample;
  translation: TextPairExample;
  summarisation: TextPairExample;
  generation: TextPairExample;
  minimal_pairs: PairExample;
}

export type TaskExample = ExamplesByKind[TaskKind];

/** What a task says of its files; the same before and after they are read. */
export type TaskData = Without<ResolvedTask, "labels" | "files">;
type Without<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;
export type TaskDataOf<K extends TaskKind> = Extract<TaskData, { kind: K }>;

/** What is wrong with a task's files; `key` of the task's declaration is where to show it. */
export interface TaskProblem {
  severity: "error" | "warning";
  code: string;
  message: string;
  key: string;
  fixes?: string[];
}

export interface TaskExamples<E = TaskExample> {
  examples: E[];
  problems: TaskProblem[];
}

/** A file's content. */
export interface DecodedFile {
  path: string;
  /** As it appears in ids and messages. */
  name: string;
  text: string;
}
