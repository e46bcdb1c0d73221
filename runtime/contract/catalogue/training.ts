import { answerForms } from "./answer-forms.ts";
import { enginesWith } from "./engines.ts";
import { optimizers } from "./optimizers.ts";
import { averageSetting, tokenLossSettings } from "./token-loss.ts";
import { trainedOptions } from "./trained.ts";
import type { Key, Option } from "./types.ts";

const share = { type: "share", min: 0, max: 1 } as const;

export const trainingOptions: readonly Option[] = [
  ...optimizers,
  ...trainedOptions,
  ...answerForms,
  {
    name: "scratch",
    family: "baseline",
    help: "The same model and fine-tuning, without pre-training.",
    keys: [],
    example: "baselines: [scratch]",
  },
  {
    name: "majority",
    family: "baseline",
    help: "Constant baseline: always predicts the most frequent label of the training split.",
    keys: [],
    example: "baselines: [majority]",
  },
  {
    name: "scratch",
    family: "from",
    help: "The model of a pre-training with newly initialised weights.",
    keys: [
      {
        name: "like",
        value: { type: "reference", to: ["pretrain"] },
        required: true,
        help: "The pre-training whose model, tokenizer and architecture are used.",
      },
    ],
    example: "from: scratch { like: base }",
  },
];

const batch: Key = {
  name: "batch",
  value: { type: "count", min: 1, max: 65536, unit: "sequences" },
  default: "32",
  help: "Sequences per step.",
  example: "batch: 32",
};
const accumulate: Key = {
  name: "accumulate",
  value: { type: "count", min: 1, max: 4096 },
  default: "1",
  help: "Gradient accumulation: the number of micro-batches that a batch is split into. Gives the same numbers with less memory. Must divide batch.",
};
const optimizer: Key = {
  name: "optimizer",
  value: { type: "option", family: "optimizer" },
  default: "adamw",
  help: "The rule that updates the weights.",
};

const laterTime = "a budget in time is not supported yet; give tokens, steps, epochs or flops";

export const pretrainKeys: readonly Key[] = [
  { name: "model", value: { type: "reference", to: ["model"] }, required: true, help: "The model to train." },
  {
    name: "objective",
    value: { type: "objective" },
    required: true,
    help: "A declared objective, a task, or a built-in objective.",
  },
  { name: "corpus", value: { type: "reference", to: ["corpus"] }, required: true, help: "The text to train on." },
  {
    name: "tokenizer",
    value: { type: "reference", to: ["tokenizer"] },
    required: true,
    help: "How text becomes tokens. Omit it if the model has a checkpoint, which brings its own tokenizer.",
  },
  {
    name: "budget",
    value: {
      type: "quantity",
      units: ["tokens", "steps", "epochs", "flops", "s", "min", "h"],
      later: { s: laterTime, min: laterTime, h: laterTime },
    },
    required: true,
    help: "How long to train, in positions read (tokens), steps, passes over the training split (epochs), or FLOPs.",
    example: "budget: 5M tokens",
  },
  batch,
  accumulate,
  optimizer,
  ...tokenLossSettings,
  averageSetting,
  {
    name: "precision",
    value: {
      type: "choice",
      of: [
        { name: "float32", help: "Single precision." },
        {
          name: "bfloat16",
          help: `Matrix products in 16 bits, weights in 32 bits. Needs the engine ${enginesWith("bfloat16").join(" or ")}.`,
        },
      ],
    },
    default: "float32",
    help: "Number format of the computation.",
  },
  {
    name: "seed",
    value: { type: "count", min: 0, max: 4294967295 },
    default: "1",
    help: "Random seed of the initial weights, the order of the data, masking and dropout.",
  },
  {
    name: "evaluate",
    value: { type: "schedule" },
    help: "How often the model is scored on the validation split. If omitted, ten times.",
    example: "evaluate: every 500 steps",
  },
  {
    name: "save",
    value: { type: "schedule", keeps: true },
    help: "How often a checkpoint is written and how many are kept. If omitted, about twice a minute, and one is kept.",
    example: "save: every 500 steps, keep 2",
  },
];

/** The keys that `finetune` shares with `compare`'s `finetune:`. */
const finetuneSettings: readonly Key[] = [
  { name: "task", value: { type: "reference", to: ["task"] }, required: true, help: "The task to fine-tune on." },
  {
    name: "epochs",
    value: { type: "count", min: 1, max: 1000 },
    default: "3",
    help: "Passes over the training examples.",
    source: "Devlin et al. 2019, section 4.1",
  },
  batch,
  accumulate,
  {
    name: "train",
    value: { type: "option", family: "trained" },
    default: "all",
    help: "Which weights are trained.",
    example: "train: lora { rank: 8 }",
  },
  { ...optimizer, default: "adamw { learning_rate: 3e-4 }" },
  {
    name: "dropout",
    value: { ...share, belowMax: true },
    default: "10%",
    help: "Dropout rate during fine-tuning.",
    source: "Devlin et al. 2019, appendix A.3",
  },
  {
    name: "layer_decay",
    value: { type: "number", min: 0, max: 1, aboveMin: true },
    default: "1",
    help: "Layer-wise learning rate decay: each layer's learning rate is that of the layer above times this factor. The head has the full rate, the embeddings the lowest.",
    source: "Howard and Ruder 2018, ULMFiT, section 3.2; Clark et al. 2020, ELECTRA, appendix A",
  },
  {
    name: "patience",
    value: { type: "count", min: 1, max: 1000, unit: "epochs" },
    help: "Early stopping: training ends after this many epochs without a better validation score. If omitted, all epochs are trained.",
    source: "Prechelt 1998, Early Stopping — But When?",
  },
];

export const probeSettings: readonly Key[] = [
  {
    name: "epochs",
    value: { type: "count", min: 1, max: 1000 },
    default: "10",
    help: "Passes over the training examples for each classifier.",
  },
  batch,
  { ...optimizer, default: "adamw { learning_rate: 1e-2, weight_decay: 0 }" },
  {
    name: "seed",
    value: { type: "count", min: 0, max: 4294967295 },
    default: "1",
    help: "Random seed of the initial weights and the order of the data.",
  },
];

export const finetuneKeys: readonly Key[] = [
  {
    name: "from",
    value: {
      type: "either",
      of: [
        { type: "reference", to: ["pretrain", "model"] },
        { type: "option", family: "from" },
      ],
    },
    required: true,
    help: "The pre-training, or the model with a checkpoint, that provides the weights.",
    example: "from: base",
  },
  ...finetuneSettings,
  {
    name: "seed",
    value: { type: "count", min: 0, max: 4294967295 },
    default: "1",
    help: "Random seed of the head's initial weights, the order of the data and dropout.",
  },
];

export const compareKeys: readonly Key[] = [
  {
    name: "vary",
    value: { type: "varied" },
    help: "A key of a pre-training or its optimizer, and the values to try. Several vary lines form a grid. If omitted, or with a single value, the pre-training is only compared with its baselines.",
    example: "vary objective: [clm, mlm]",
  },
  {
    name: "with",
    value: { type: "varied" },
    help: "A key that changes together with the vary line before it. It has as many values, paired in order.",
    example: "with learning_rate: [1e-3, 5e-4]",
  },
  {
    name: "match",
    value: {
      type: "choice",
      of: [
        { name: "tokens", help: "Every cell reads the same number of positions." },
        { name: "flops", help: "Every cell spends the same FLOPs, forward and backward." },
        { name: "steps", help: "Every cell takes the same number of steps." },
        {
          name: "params",
          help: "Every cell has the same number of weights outside the embeddings; layers and feed-forward widths are chosen accordingly. Each cell trains for the budget.",
        },
        {
          name: "time",
          help: "Every cell trains for the same time, computed from the step time on this machine, which is measured before the runs.",
        },
      ],
    },
    default: "flops",
    help: "What is equal in all cells. The budget of the extended pre-training sets the amount.",
  },
  {
    name: "search",
    value: {
      type: "block",
      keys: [
        {
          name: "learning_rate",
          value: { type: "list", of: { type: "number", min: 0, aboveMin: true }, atLeast: 2 },
          required: true,
          help: "The learning rates to try.",
          example: "learning_rate: [5e-4, 1e-3, 2e-3]",
        },
      ],
    },
    help: "Tunes the learning rate of each cell: the cell is first pre-trained with each rate and the first seed, and keeps the rate with the lowest validation loss. The cost of the search is counted. If omitted, all cells use the learning rate of the pre-training.",
    example: "search: { learning_rate: [5e-4, 1e-3, 2e-3] }",
  },
  {
    name: "finetune",
    value: {
      type: "list",
      of: {
        type: "block",
        keys: [
          ...finetuneSettings,
          { name: "seeds", value: { type: "seeds" }, default: "1", help: "Fine-tuning seeds for each pre-training." },
        ],
      },
    },
    help: "Tasks that each cell is fine-tuned on. If omitted, cells are compared by their language modelling scores.",
    example: "finetune: { task: sentiment, epochs: 3 }",
  },
  {
    name: "checkpoints",
    value: { type: "list", of: { type: "share", min: 0, max: 1, aboveMin: true }, atLeast: 1 },
    help: "Shares of each pre-training's steps after which its weights are kept and fine-tuned as well, for learning curves of the task scores. Each curve ends with the final weights; only these are used for verdicts. Changing this key makes no finished result stale.",
    example: "checkpoints: [25%, 50%, 75%]",
  },
  { name: "seeds", value: { type: "seeds" }, default: "1..3", help: "Pre-training seeds of every cell.", example: "seeds: 1..5" },
  {
    name: "baselines",
    value: {
      type: "list",
      of: {
        type: "either",
        of: [
          { type: "option", family: "baseline", choicesOnly: true },
          { type: "reference", to: ["model"] },
        ],
      },
    },
    help: "What the cells are compared with: scratch, majority, and models with a checkpoint, which are fine-tuned without further pre-training. If omitted and there is a task: scratch, majority, and the checkpoint that the cells start from. Write baselines: [] for none.",
    example: "baselines: [scratch, majority, bert]",
  },
  {
    name: "expect",
    value: { type: "list", of: { type: "expectation" } },
    help: "Your hypotheses. The verdicts answer each as confirmed, refuted or undecided, and test them before all other pairs. > means better than, even if lower scores are better. = within 1 means that the difference is below one point (or 1 in the metric's own unit), by two one-sided tests.",
    example: "expect: mlm > clm on sentiment.accuracy",
  },
];
