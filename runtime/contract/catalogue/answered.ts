import type { Key, Option } from "./types.ts";

/** How a task that has a head is answered. */
export const answeredOptions: readonly Option[] = [
  {
    name: "head",
    family: "answered",
    help: "By a linear layer on the hidden states; an encoder-decoder by its encoder alone.",
    source: "Devlin et al. 2019, section 4; Liu et al. 2021, EncT5",
    keys: [],
    example: "as: head",
  },
  {
    name: "text",
    family: "answered",
    help: "The model writes the answer: a label, a number, the tags of a sentence, the number of a choice, or the words of an answer. What it reads names its parts as the task does, such as premise: … hypothesis: …. For a decoder or an encoder-decoder. What is no answer counts as a wrong one, and a number that is none as the training examples' mean.",
    source: "Raffel et al. 2020, section 2.4 and appendix D",
    keys: [
      {
        name: "prefix",
        value: { type: "text" },
        help: "Stands before everything that is read.",
        source: "Raffel et al. 2020, section 2.4",
        example: 'prefix: "stsb "',
      },
    ],
    example: 'as: text { prefix: "sentiment " }',
  },
];

export const answered: Key = {
  name: "as",
  value: { type: "option", family: "answered" },
  default: "head",
  help: "How it is answered.",
  example: "as: text",
};
