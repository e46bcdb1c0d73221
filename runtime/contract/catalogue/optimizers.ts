import type { Key, Option } from "./types.ts";

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
    onlyWith: [{ key: "schedule", is: ["linear", "cosine", "inverse_sqrt", "wsd"] }],
    help: "The floor of a decaying schedule, which it would reach one step after the last, so that every step trains; with inverse_sqrt, below which it does not fall.",
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
        {
          name: "inverse_sqrt",
          help: "Decays as one over the root of the step, which needs no budget: by half at four times the steps of the warm-up; without warm-up as if that had had 10,000 steps.",
          source: "Vaswani et al. 2017, equation 3",
        },
        {
          name: "wsd",
          help: "Warm-up, stable, decay: stays constant until the cooldown at the end.",
          source: "Hu et al. 2024, MiniCPM, section 4.2",
        },
      ],
    },
    default: "cosine",
    help: "How the learning rate changes after warm-up.",
  },
  {
    name: "cooldown",
    value: { type: "quantity", units: ["share", "steps"] },
    onlyWith: [{ key: "schedule", is: ["wsd"] }],
    help: "The learning rate decays to final_learning_rate over this last share or number of steps. If omitted, 10%.",
    source: "Hu et al. 2024, MiniCPM, section 4.3",
    example: "cooldown: 20%",
  },
  {
    name: "cooldown_shape",
    value: {
      type: "choice",
      of: [
        { name: "linear", help: "A line." },
        {
          name: "sqrt",
          help: "One minus the root of the cooldown's progress: steep first, then ever slower.",
          source: "Hägele et al. 2024, Scaling Laws and Compute-Optimal Training Beyond Fixed Training Durations, section 3",
        },
      ],
    },
    default: "linear",
    omitDefault: true,
    onlyWith: [{ key: "schedule", is: ["wsd"] }],
    help: "How the learning rate decays in the cooldown.",
  },
] as const;

const beta1 = {
  name: "beta1",
  value: { type: "number", min: 0, max: 1, belowMax: true },
  default: "0.9",
  help: "Decay rate of the first moment.",
  source: "Kingma and Ba 2015, Adam, algorithm 1",
} as const;

const moments = [
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
] as const;

/** Settings of the weights that AdamW updates beside another rule. */
function ofAdamw<K extends readonly Key[]>(keys: K): K {
  return keys.map((key) => ({
    ...key,
    help: `For what AdamW updates: ${key.help[0]!.toLowerCase()}${key.help.slice(1)}`,
  })) as readonly Key[] as K;
}

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

/** For keys of Adafactor's that its relative step replaces. */
const absoluteSteps = [{ key: "relative_step", is: ["false"] }] as const;

/** The optimisers. `SpecifiedOption` derives the type of each in the specification. */
export const optimizers = [
  {
    name: "adamw",
    family: "optimizer",
    help: "Adam with decoupled weight decay.",
    formula: "\\theta_t = \\theta_{t-1} - \\eta_t \\left( \\hat{m}_t / (\\sqrt{\\hat{v}_t} + \\epsilon) + \\lambda \\theta_{t-1} \\right)",
    source: "Loshchilov and Hutter 2019, algorithm 2",
    keys: [learningRate, ...course, ...moments, decay, clip],
    example: "optimizer: adamw { learning_rate: 1e-3, warmup: 5%, schedule: cosine }",
  },
  {
    name: "muon",
    family: "optimizer",
    help: "The momentum of each matrix of the blocks is made nearly orthogonal, so that it changes the matrix in all directions alike; joined queries, keys and values, and gates, count as matrices of their own. AdamW updates the rest: embeddings, norms, biases and heads, at the same learning rate, which is of AdamW's size. Keeps one moment of matrices instead of two, and needs some matrix products a step.",
    formula:
      "\\theta_t = \\theta_{t-1} - \\eta_t \\left( 0.2 \\sqrt{\\max(n, m)} \\, \\operatorname{NS}_5(\\mu B_t + (1-\\mu) g_t) + \\lambda \\theta_{t-1} \\right),\\; B_t = \\mu B_{t-1} + (1-\\mu) g_t",
    source:
      "Jordan 2024, Muon: An optimizer for hidden layers in neural networks; Liu et al. 2025, Muon is Scalable for LLM Training, section 2.2",
    keys: [
      learningRate,
      ...course,
      {
        name: "momentum",
        value: { type: "number", min: 0, max: 1, belowMax: true },
        default: "0.95",
        help: "Decay rate of the running mean of a matrix's gradients.",
        source: "Jordan 2024",
      },
      {
        name: "nesterov",
        value: { type: "boolean" },
        default: "true",
        help: "The running mean is moved towards the current gradient once more before it is made orthogonal.",
        source: "Jordan 2024",
      },
      ...ofAdamw(moments),
      { ...decay, default: "0.1", source: "Liu et al. 2025, section 2.2" },
      clip,
    ],
    example: "optimizer: muon { learning_rate: 2e-3, momentum: 0.95 }",
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
  {
    name: "adafactor",
    family: "optimizer",
    help: "Keeps the second moments of a matrix by row and by column only, hence hardly more memory than the weights need, and scales large updates down. The defaults are those of T5's pre-training, with another schedule; its fine-tuning had the constant rate 1e-3.",
    formula:
      "\\hat{v}_{ij} = r_i c_j / \\bar{r},\\; u_t = g_t / \\sqrt{\\hat{v}_t},\\; \\theta_t = \\theta_{t-1} - \\rho_t \\max(\\epsilon_2, \\operatorname{RMS}(\\theta_{t-1})) \\, u_t / \\max(1, \\operatorname{RMS}(u_t) / d)",
    source: "Shazeer and Stern 2018, Adafactor, algorithms 4 and 5",
    keys: [
      {
        ...learningRate,
        default: "1e-2",
        onlyWith: absoluteSteps,
        help: "The peak learning rate, reached after warm-up. With scale_parameter it is relative to the size of each weight.",
        source: "Raffel et al. 2020, section 3.1.2",
      },
      { ...course[0], onlyWith: [...course[0].onlyWith, ...absoluteSteps] },
      { ...course[1], onlyWith: absoluteSteps },
      { ...course[2], onlyWith: absoluteSteps },
      { ...course[3], onlyWith: [...course[3].onlyWith, ...absoluteSteps] },
      { ...course[4], onlyWith: [...course[4].onlyWith, ...absoluteSteps] },
      {
        name: "relative_step",
        value: { type: "boolean" },
        default: "false",
        help: "The learning rate follows from the step alone: 0.01, and from step 10,000 on one over the root of the step.",
        formula: "\\rho_t = \\min(10^{-2}, 1 / \\sqrt{t})",
        source: "Shazeer and Stern 2018, section 9",
      },
      {
        name: "warmup_init",
        value: { type: "boolean" },
        default: "false",
        onlyWith: [{ key: "relative_step", is: ["true"] }],
        help: "The relative step begins with a warm-up of 10,000 steps.",
        formula: "\\rho_t = \\min(10^{-6} t, 1 / \\sqrt{t})",
        source: "Shazeer and Stern 2018, section 9",
      },
      {
        name: "scale_parameter",
        value: { type: "boolean" },
        default: "true",
        help: "The learning rate is multiplied by the root mean square of the weights that it changes, or by epsilon2 if that is larger.",
        source: "Shazeer and Stern 2018, section 8",
      },
      {
        name: "clip_threshold",
        value: { type: "number", min: 0, aboveMin: true },
        default: "1",
        help: "Updates of a matrix or vector whose root mean square is above this are scaled down to it.",
        source: "Shazeer and Stern 2018, section 6",
      },
      {
        name: "decay_rate",
        value: { type: "number", min: 0, max: 1, aboveMin: true },
        default: "0.8",
        help: "How fast the decay rate of the second moments rises to 1. Transformers writes it with a minus.",
        formula: "\\hat{\\beta}_{2t} = 1 - t^{-c}",
        source: "Shazeer and Stern 2018, section 7.2",
      },
      {
        ...beta1,
        default: "0",
        help: "Decay rate of the first moment; 0: none is kept.",
        source: "Shazeer and Stern 2018, section 9",
      },
      {
        name: "epsilon1",
        value: { type: "number", min: 0, aboveMin: true },
        default: "1e-30",
        help: "Added to squared gradients.",
        source: "Shazeer and Stern 2018, section 9",
      },
      {
        name: "epsilon2",
        value: { type: "number", min: 0, aboveMin: true },
        default: "1e-3",
        onlyWith: [{ key: "scale_parameter", is: ["true"] }],
        help: "The smallest factor of the learning rate of a weight.",
        source: "Shazeer and Stern 2018, section 9",
      },
      { ...decay, default: "0", help: `${decay.help} It is multiplied by the rate of each weight.` },
      { ...clip, default: "0", help: `${clip.help} Adafactor scales its updates itself.` },
    ],
    example: "optimizer: adafactor { learning_rate: 1e-3, scale_parameter: false }",
  },
] as const satisfies readonly Option[];

/** The names of all settings that any optimiser has. */
export const optimizerKeys = [...new Set(optimizers.flatMap(({ keys }) => keys.map(({ name }) => name)))];
