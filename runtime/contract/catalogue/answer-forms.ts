import type { NamedKey, Option } from "./types.ts";

/** How a model answers a task: with a head or by writing text. */
export const answerForms: readonly Option[] = [
  {
    name: "head",
    family: "answered",
    help: "A linear layer on the hidden states predicts the answer; in an encoder-decoder, on those of the encoder.",
    source: "Devlin et al. 2019, section 4; Liu et al. 2021, EncT5",
    keys: [],
    example: "as: head",
  },
  {
    name: "text",
    family: "answered",
    help: "Text-to-text: the model writes the answer, which is a label, a number, the tags of a sentence, the number of a choice, or the words of an answer. The input names its parts as the task does, such as premise: … hypothesis: …. For a decoder or an encoder-decoder. An invalid answer counts as wrong; an invalid number counts as the mean of the training examples.",
    source: "Raffel et al. 2020, section 2.4 and appendix D",
    keys: [
      {
        name: "prefix",
        value: { type: "text" },
        help: "Text before every input.",
        source: "Raffel et al. 2020, section 2.4",
        example: 'prefix: "stsb "',
      },
    ],
    example: 'as: text { prefix: "sentiment " }',
  },
];

export const answerForm: NamedKey<"as"> = {
  name: "as",
  value: { type: "option", family: "answered" },
  default: "head",
  help: "How the model answers.",
  example: "as: text",
};
