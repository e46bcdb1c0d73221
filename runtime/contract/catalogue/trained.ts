import type { Option } from "./types.ts";

/** Which weights a fine-tuning changes. */
export const trainedOptions: readonly Option[] = [
  { name: "all", family: "trained", help: "All weights.", keys: [], example: "train: all" },
  {
    name: "head",
    family: "trained",
    help: "Only the added head; the pre-trained weights are frozen.",
    keys: [],
    example: "train: head",
  },
  {
    name: "last",
    family: "trained",
    help: "The head and the last n layers, written `last 4 layers`. In an encoder-decoder these are layers of the decoder if the model writes the answer, and of the encoder if a head predicts it.",
    keys: [],
    example: "train: last 2 layers",
  },
  {
    name: "lora",
    family: "trained",
    help: "The head and, for each attention projection, the product of two narrow matrices, which is added to it.",
    formula: "W' = W + \\frac{\\alpha}{r} B A",
    source: "Hu et al. 2022, LoRA, section 4.1",
    keys: [
      {
        name: "rank",
        value: { type: "count", min: 1 },
        default: "8",
        help: "Width r of the two matrices.",
        source: "Hu et al. 2022, section 4.1",
      },
      {
        name: "alpha",
        value: { type: "number", min: 0, aboveMin: true },
        default: "16",
        help: "The product is scaled by alpha/rank.",
        source: "Hu et al. 2022, section 4.1",
      },
    ],
    example: "train: lora { rank: 8 }",
  },
  {
    name: "biases",
    family: "trained",
    help: "The head and all biases.",
    source: "Ben Zaken et al. 2022, BitFit",
    keys: [],
    example: "train: biases",
  },
  {
    name: "adapters",
    family: "trained",
    help: "The head, the norms, and a narrow layer after each attention and each feed-forward layer, initialised as the identity.",
    formula: "h' = h + W_{up} \\, \\mathrm{GELU}(W_{down} h)",
    source: "Houlsby et al. 2019, Parameter-Efficient Transfer Learning for NLP, section 2.1",
    keys: [
      {
        name: "size",
        value: { type: "count", min: 1, max: 65536 },
        default: "64",
        help: "Width of the narrow layer.",
        source: "Houlsby et al. 2019, section 3.2",
      },
    ],
    example: "train: adapters { size: 32 }",
  },
];
