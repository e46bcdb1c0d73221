import type { Option } from "./types.ts";

const learningRate = {
  name: "learning_rate",
  value: { type: "number", min: 0, aboveMin: true },
  default: "1e-3",
  help: "The peak learning rate, reached after warm-up. The default in fine-tuning is 3e-4.",
} as const;

const course = [
  {
    name: "final_learning_rate",
    value: { type: "number", min: 0 },
    default: "0",
    help: "The learning rate that a decaying schedule would reach one step after the last, so that every step trains.",
    example: "final_learning_rate: 1e-4",
  },
  {
    name: "warmup",
    value: { type: "quantity", units: ["share", "steps"] },
    default: "5%",
    help: "The learning rate rises linearly over this share or number of steps, and reaches its peak at the last of them.",
    example: "warmup: 100 steps",
  },
  {
    name: "schedule",
    value: {
      type: "choice",
      of: [
        { name: "constant", help: "Stays constant." },
        { name: "linear", help: "Decays linearly to final_learning_rate." },
        {
          name: "cosine",
          help: "Decays along half a cosine to final_learning_rate.",
          source: "Loshchilov and Hutter 2017, SGDR, equation 5",
        },
      ],
    },
    default: "cosine",
    help: "How the learning rate changes after warm-up.",
  },
] as const;

const beta1 = {
  name: "beta1",
  value: { type: "number", min: 0, max: 1, belowMax: true },
  default: "0.9",
  help: "Decay rate of the first moment.",
  source: "Kingma and Ba 2015, Adam, algorithm 1",
} as const;

const decay = {
  name: "weight_decay",
  value: { type: "number", min: 0 },
  default: "0.01",
  help: "Decoupled weight decay. Applies to matrices only, not to biases, norms and position embeddings.",
  source: "Loshchilov and Hutter 2019, Decoupled Weight Decay Regularization, algorithm 2",
} as const;

const clip = {
  name: "clip",
  value: { type: "number", min: 0 },
  default: "1",
  help: "Maximum global norm of the gradients, which are scaled down to it; 0 turns clipping off.",
  source: "Pascanu et al. 2013, section 3.2",
} as const;

/** The optimisers. `SpecifiedOption` derives the type of each in the specification. */
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
        help: "Decay rate of the second moment.",
        source: "Liu et al. 2019, RoBERTa, section 3.1",
      },
      {
        name: "epsilon",
        value: { type: "number", min: 0, aboveMin: true },
        default: "1e-6",
        help: "Added to the square root of the second moment.",
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
    help: "Every weight moves by the learning rate, in the direction of the sign of a running mean of its gradients. Keeps one moment instead of two. Usual learning rates are three to ten times smaller than AdamW's, with a weight decay larger by the same factor.",
    formula:
      "\\theta_t = \\theta_{t-1} - \\eta_t \\left( \\operatorname{sign}(\\beta_1 m_{t-1} + (1-\\beta_1) g_t) + \\lambda \\theta_{t-1} \\right)",
    source: "Chen et al. 2023, Symbolic Discovery of Optimization Algorithms, algorithm 2",
    keys: [
      { ...learningRate, default: "1e-4", help: "The peak learning rate, reached after warm-up." },
      ...course,
      {
        ...beta1,
        help: "Weight of the running mean of gradients, against the current gradient, in the direction of the update.",
        source: "Chen et al. 2023, algorithm 2",
      },
      {
        name: "beta2",
        value: { type: "number", min: 0, max: 1, belowMax: true },
        default: "0.99",
        help: "Decay rate of the running mean of gradients.",
        source: "Chen et al. 2023, algorithm 2",
      },
      decay,
      clip,
    ],
    example: "optimizer: lion { learning_rate: 3e-4, weight_decay: 0.1 }",
  },
] as const satisfies readonly Option[];

/** The names of all settings that any optimiser has. */
export const optimizerKeys = [...new Set(optimizers.flatMap(({ keys }) => keys.map(({ name }) => name)))];
