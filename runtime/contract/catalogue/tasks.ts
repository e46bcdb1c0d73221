import { metrics } from "./metrics.ts";
import type { Choice, Option } from "./types.ts";

export const taskOptions: readonly Option[] = [
  {
    name: "classification",
    family: "task",
    help: "One label for a text.",
    formula: "l = -\\log p(y \\mid x; \\theta)",
    source: "Devlin et al. 2019, section 4.1",
    keys: [
      {
        name: "train",
        value: { type: "path", exists: true },
        required: true,
        help: "Training examples: TSV or CSV with a header, or JSON Lines.",
        example: 'train: "data/train.tsv"',
      },
      {
        name: "validation",
        value: {
          type: "either",
          of: [
            { type: "path", exists: true },
            { type: "share", min: 0, max: 1, aboveMin: true, belowMax: true },
          ],
        },
        default: "10%",
        help: "A file, or the share of the training file that is split off by the hash of each example.",
      },
      {
        name: "test",
        value: {
          type: "either",
          of: [
            { type: "path", exists: true },
            { type: "share", min: 0, max: 1, aboveMin: true, belowMax: true },
          ],
        },
        default: "10%",
        help: "Likewise. Read only by the final evaluation.",
      },
      { name: "text", value: { type: "text" }, default: "text", help: "Column or field of the text." },
      { name: "label", value: { type: "text" }, default: "label", help: "Column or field of the label." },
      {
        name: "metrics",
        value: {
          type: "list",
          of: {
            type: "choice",
            of: metricsOf("classification"),
          },
        },
        default: "[accuracy]",
        help: "What the results show; the first is the main one.",
      },
      {
        name: "pool",
        value: {
          type: "choice",
          of: [
            {
              name: "mean",
              help: "Mean over the tokens: the same head for every architecture.",
              source: "Reimers and Gurevych 2019, section 3",
            },
            { name: "first", help: "The first token.", source: "Devlin et al. 2019" },
            { name: "last", help: "The last token.", source: "Radford et al. 2018" },
          ],
        },
        default: "mean",
        help: "How hidden states become one vector for the head.",
      },
    ],
    example:
      'task sentiment = classification {\n  train: "data/train.tsv"\n  validation: "data/dev.tsv"\n  test: "data/test.tsv"\n  text: sentence\n  label: polarity\n  metrics: [accuracy, f1]\n}',
  },
  laterTask("pair_classification", "One label for a pair of texts.", "Devlin et al. 2019, section 4.1"),
  laterTask("regression", "A number for a text or a pair."),
  laterTask("tagging", "A label for every token."),
  laterTask("span_question_answering", "The span of a context that answers a question.", "Rajpurkar et al. 2016"),
  laterTask("multiple_choice", "The right one of several answers."),
  laterTask("translation", "A text in another language."),
  laterTask("summarisation", "A shorter text."),
  laterTask("generation", "A text from a text."),
  laterTask("minimal_pairs", "The acceptable one of two sentences.", "Warstadt et al. 2020"),
];

/** Every metric of a kind of task, as choices. */
function metricsOf(kind: string): Choice[] {
  return metrics.filter(({ of }) => of.includes(kind)).map(({ name, help, source }) => ({ name, help, ...(source ? { source } : {}) }));
}

function laterTask(name: string, help: string, source?: string): Option {
  return {
    name,
    family: "task",
    help,
    ...(source === undefined ? {} : { source }),
    keys: [],
    example: `task name = ${name}`,
    later: `the task ${name} is not supported yet; classification is`,
  };
}
