import type { Option } from "./types.ts";

const learningRate = {
  name: "learning_rate",
  value: { type: "number", min: 0, aboveMin: true },
  default: "1e-3",
  help: "The largest learning rate, reached after warm-up. Fine-tuning starts from 3e-4 where nothing is said.",
} as const;

const course = [
  {
    name: "final_learning_rate",
    value: { type: "number", min: 0 },
    default: "0",
    help: "Where a decaying schedule ends, one step behind the last: every step trains.",
    example: "final_learning_rate: 1e-4",
  },
  {
    name: "warmup",
    value: { type: "quantity", units: ["share", "steps"] },
    default: "5%",
    help: "The learning rate rises linearly over this share of the steps, or this many, and is whole at the last of them.",
    example: "warmup: 100 steps",
  },
  {
    name: "schedule",
    value: {
      type: "choice",
      of: [
        { name: "constant", help: "Stays after warm-up." },
        { name: "linear", help: "Falls in a line to final_learning_rate." },
        {
          name: "cosine",
          help: "Falls along half a cosine to final_learning_rate.",
          source: "Loshchilov and Hutter 2017, SGDR, equation 5",
        },
      ],
    },
    default: "cosine",
    help: "What the learning rate does after warm-up.",
  },
] as const;

const beta1 = {
  name: "beta1",
  value: { type: "number", min: 0, max: 1, belowMax: true },
  default: "0.9",
  help: "Decay of the first moment.",
  source: "Kingma and Ba 2015, Adam, algorithm 1",
} as const;

const decay = {
  name: "weight_decay",
  value: { type: "number", min: 0 },
  default: "0.01",
  help: "Decoupled; matrices only, not biases, norms and embeddings of positions.",
  source: "Loshchilov and Hutter 2019, Decoupled Weight Decay Regularization, algorithm 2",
} as const;

const clip = {
  name: "clip",
  value: { type: "number", min: 0 },
  default: "1",
  help: "Gradients are scaled down to this global norm; 0 turns it off.",
  source: "Pascanu et al. 2013, section 3.2",
} as const;

/** `SpecifiedOption` derives what the specification has of each. */
export const optimizers = [
  {
    name: "adamw",
    family: "optimizer",
    help: "Adam with decoupled weight decay.",
    formula: "\\theta_t = \\theta_{t-1} - \\eta_t \\left( \\hat{m}_t / (\\sqrt{\\hat{v}_t} + \\epsilon) + \\lambda \\theta_{t-1} \\right)",
    source: "Loshchilov and Hutter 2019, algorithm 2",
    keys: [
      learningRate,
      ...course,
      beta1,
      {
        name: "beta2",
        value: { type: "number", min: 0, max: 1, belowMax: true },
        default: "0.98",
        help: "Decay of the second moment.",
        source: "Liu et al. 2019, RoBERTa, section 3.1",
      },
      {
        name: "epsilon",
        value: { type: "number", min: 0, aboveMin: true },
        default: "1e-6",
        help: "Added to the root of the second moment.",
        source: "Liu et al. 2019, RoBERTa, section 3.1",
      },
      decay,
      clip,
    ],
    example: "optimizer: adamw { learning_rate: 1e-3, warmup: 5%, schedule: cosine }",
  },
  {
    name: "lion",
    family: "optimizer",
    help: "Every weight moves by the learning rate, in the direction of the sign of a mean of gradients. One moment is kept instead of two. Rates three to ten times smaller than AdamW's are usual, with a weight decay as many times larger.",
    formula:
      "\\theta_t = \\theta_{t-1} - \\eta_t \\left( \\operatorname{sign}(\\beta_1 m_{t-1} + (1-\\beta_1) g_t) + \\lambda \\theta_{t-1} \\right)",
    source: "Chen et al. 2023, Symbolic Discovery of Optimization Algorithms, algorithm 2",
    keys: [
      { ...learningRate, default: "1e-4", help: "The largest learning rate, reached after warm-up." },
      ...course,
      {
        ...beta1,
        help: "Weight of the mean of gradients against the newest one, in the direction.",
        source: "Chen et al. 2023, algorithm 2",
      },
      {
        name: "beta2",
        value: { type: "number", min: 0, max: 1, belowMax: true },
        default: "0.99",
        help: "Decay of the mean of gradients.",
        source: "Chen et al. 2023, algorithm 2",
      },
      decay,
      clip,
    ],
    example: "optimizer: lion { learning_rate: 3e-4, weight_decay: 0.1 }",
  },
] as const satisfies readonly Option[];

/** What may be set of an optimiser, whichever it is. */
export const optimizerKeys = [...new Set(optimizers.flatMap(({ keys }) => keys.map(({ name }) => name)))];
