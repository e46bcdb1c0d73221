import { answeredOptions } from "./answered.ts";
import { enginesWith } from "./engines.ts";
import { optimizers } from "./optimizers.ts";
import { trainedOptions } from "./trained.ts";
import type { Key, Option } from "./types.ts";

const share = { type: "share", min: 0, max: 1 } as const;

export const trainingOptions: readonly Option[] = [
  ...optimizers,
  ...trainedOptions,
  ...answeredOptions,
  {
    name: "scratch",
    family: "baseline",
    help: "The same model and fine-tuning without pre-training.",
    keys: [],
    example: "baselines: [scratch]",
  },
  {
    name: "majority",
    family: "baseline",
    help: "Always the most frequent label of the training split.",
    keys: [],
    example: "baselines: [majority]",
  },
  {
    name: "scratch",
    family: "from",
    help: "Fresh weights in the model of a pre-training.",
    keys: [
      {
        name: "like",
        value: { type: "reference", to: ["pretrain"] },
        required: true,
        help: "The pre-training whose model, tokenizer and architecture are taken.",
      },
    ],
    example: "from: scratch { like: base }",
  },
];

const batch: Key = {
  name: "batch",
  value: { type: "count", min: 1, max: 65536, unit: "sequences" },
  default: "32",
  help: "Sequences a step.",
  example: "batch: 32",
};
const accumulate: Key = {
  name: "accumulate",
  value: { type: "count", min: 1, max: 4096 },
  default: "1",
  help: "Micro-batches that a step's batch is cut into: the same numbers with less memory. Divides batch.",
};
const optimizer: Key = {
  name: "optimizer",
  value: { type: "option", family: "optimizer" },
  default: "adamw",
  help: "How weights are updated.",
};

const laterTime = "a budget in time is not supported yet; give tokens, steps, epochs or flops";

export const pretrainKeys: readonly Key[] = [
  { name: "model", value: { type: "reference", to: ["model"] }, required: true, help: "What is trained." },
  {
    name: "objective",
    value: { type: "objective" },
    required: true,
    help: "What it learns: a declared objective, a task, or one of the catalogue.",
  },
  { name: "corpus", value: { type: "reference", to: ["corpus"] }, required: true, help: "What it reads." },
  {
    name: "tokenizer",
    value: { type: "reference", to: ["tokenizer"] },
    required: true,
    help: "How text becomes tokens. A model with a checkpoint brings its own: leave it out.",
  },
  {
    name: "budget",
    value: {
      type: "quantity",
      units: ["tokens", "steps", "epochs", "flops", "s", "min", "h"],
      later: { s: laterTime, min: laterTime, h: laterTime },
    },
    required: true,
    help: "How long: positions read, steps, passes over the training split, or FLOPs.",
    example: "budget: 5M tokens",
  },
  batch,
  accumulate,
  optimizer,
  {
    name: "precision",
    value: {
      type: "choice",
      of: [
        { name: "float32", help: "Single precision." },
        { name: "bfloat16", help: `Matrix products in 16 bits, weights in 32. Needs the engine ${enginesWith("bfloat16").join(" or ")}.` },
      ],
    },
    default: "float32",
    help: "Number format of the computation.",
  },
  {
    name: "seed",
    value: { type: "count", min: 0, max: 4294967295 },
    default: "1",
    help: "Sets initial weights, order, masks and dropout.",
  },
  {
    name: "evaluate",
    value: { type: "schedule" },
    help: "How often the validation split is scored; left out: ten times.",
    example: "evaluate: every 500 steps",
  },
  {
    name: "save",
    value: { type: "schedule", keeps: true },
    help: "How often a checkpoint is written and how many are kept; left out: about twice a minute, keeping 1.",
    example: "save: every 500 steps, keep 2",
  },
];

/** What `finetune` and `compare`'s `finetune:` share. */
const finetuneSettings: readonly Key[] = [
  { name: "task", value: { type: "reference", to: ["task"] }, required: true, help: "The labelled data and what to do with it." },
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
    help: "Which weights change.",
    example: "train: lora { rank: 8 }",
  },
  { ...optimizer, default: "adamw { learning_rate: 3e-4 }" },
  {
    name: "dropout",
    value: { ...share, belowMax: true },
    default: "10%",
    help: "Dropout during fine-tuning.",
    source: "Devlin et al. 2019, appendix A.3",
  },
  {
    name: "layer_decay",
    value: { type: "number", min: 0, max: 1, aboveMin: true },
    default: "1",
    help: "The learning rate of each layer is that of the one above times this; the head has the whole, the embeddings the least.",
    source: "Howard and Ruder 2018, ULMFiT, section 3.2; Clark et al. 2020, ELECTRA, appendix A",
  },
  {
    name: "patience",
    value: { type: "count", min: 1, max: 1000, unit: "epochs" },
    help: "Stops after so many epochs whose validation score is no better than the best; left out: trains all epochs.",
    source: "Prechelt 1998, Early Stopping — But When?",
  },
];

export const probeSettings: readonly Key[] = [
  {
    name: "epochs",
    value: { type: "count", min: 1, max: 1000 },
    default: "10",
    help: "Passes over the training examples, for each classifier.",
  },
  batch,
  { ...optimizer, default: "adamw { learning_rate: 1e-2, weight_decay: 0 }" },
  { name: "seed", value: { type: "count", min: 0, max: 4294967295 }, default: "1", help: "Sets initial weights and order." },
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
    help: "Where the weights come from: a pre-training, or a model with a checkpoint.",
    example: "from: base",
  },
  ...finetuneSettings,
  {
    name: "seed",
    value: { type: "count", min: 0, max: 4294967295 },
    default: "1",
    help: "Sets the head's initial weights, order and dropout.",
  },
];

export const compareKeys: readonly Key[] = [
  {
    name: "vary",
    value: { type: "varied" },
    help: "Followed by a key of a pre-training or its optimizer and the values to try. Several vary lines make a grid. Left out, or with one value: the pre-training alone is held against its baselines.",
    example: "vary objective: [clm, mlm]",
  },
  {
    name: "with",
    value: { type: "varied" },
    help: "What moves together with the vary line before it: as many values, the first with the first.",
    example: "with learning_rate: [1e-3, 5e-4]",
  },
  {
    name: "match",
    value: {
      type: "choice",
      of: [
        { name: "tokens", help: "Every cell reads the same number of positions." },
        { name: "flops", help: "Every cell spends the same multiply-adds, forward and backward." },
        { name: "steps", help: "Every cell takes the same number of steps." },
        {
          name: "params",
          help: "Every cell has the same number of weights outside the embeddings: layers and feed-forward widths are solved for it. Each cell trains for the budget.",
        },
        {
          name: "time",
          help: "Every cell trains for as long, by the time that its first steps take on this machine; measured before the runs.",
        },
      ],
    },
    default: "flops",
    help: "What is made equal between the cells. The budget of the extended pre-training sets the amount.",
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
    help: "Each cell is first pre-trained with each of these, with the first seed, and keeps the one with the lowest validation loss. What that costs is counted. Left out: all cells have the learning rate of the pre-training.",
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
    help: "Each cell is fine-tuned on these tasks. Left out: cells are compared by their language modelling scores.",
    example: "finetune: { task: sentiment, epochs: 3 }",
  },
  {
    name: "checkpoints",
    value: { type: "list", of: { type: "share", min: 0, max: 1, aboveMin: true }, atLeast: 1 },
    help: "Shares of each pre-training's steps after which its weights are kept and fine-tuned too: learning curves of the tasks' scores. They end with the last weights, which alone are judged. Keeping weights makes no result stale.",
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
    help: "What the cells are held against: scratch, majority, and models with a checkpoint, fine-tuned as they are. Left out: where there is a task scratch, majority, and the checkpoint that the cells start from; baselines: [] for none.",
    example: "baselines: [scratch, majority, bert]",
  },
  {
    name: "expect",
    value: { type: "list", of: { type: "expectation" } },
    help: "What you expect; answered from the verdicts as confirmed, refuted or undecided. > means better than, also where the lower score is the better one.",
    example: "expect: mlm > clm on sentiment.accuracy",
  },
];
