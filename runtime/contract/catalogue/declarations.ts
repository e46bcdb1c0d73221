import { compareKeys, finetuneKeys, pretrainKeys, probeSettings } from "./training.ts";
import type { Declaration, DeclarationKind, Key } from "./types.ts";

const count = (min: number, max: number) => ({ type: "count", min, max }) as const;

export const declarations: readonly Declaration[] = [
  {
    kind: "corpus",
    help: "Raw text: its files, how they are cut into documents, and how these are split.",
    keys: [
      {
        name: "files",
        value: { type: "list", of: { type: "path", glob: true }, atLeast: 1 },
        required: true,
        help: "Files by name or pattern: text (.txt, .md) or tables with a text column (.jsonl, .csv, .tsv, .parquet), also compressed (.gz, .zst). Encoded in UTF-8.",
        example: 'files: "data/*.txt"',
      },
      {
        name: "documents",
        value: {
          type: "choice",
          of: [
            { name: "file", help: "Each file is a document; in a table, each row is." },
            { name: "line", help: "Each line that is not empty is a document." },
            { name: "paragraph", help: "Blank lines separate documents." },
          ],
        },
        default: "file",
        help: "What counts as one document. Attention never crosses documents.",
      },
      {
        name: "split",
        value: {
          type: "block",
          keys: [
            {
              name: "by",
              value: {
                type: "choice",
                of: [
                  { name: "document", help: "By the hash of each document: adding a file moves no other document." },
                  { name: "position", help: "By position in the whole text: training, then validation, then test. For one long text." },
                ],
              },
              default: "document",
              help: "How documents are assigned to the splits.",
            },
            {
              name: "validation",
              value: { type: "share", min: 0, max: 1, belowMax: true },
              default: "5%",
              help: "Share for validation: for the curves and for choosing between runs.",
            },
            {
              name: "test",
              value: { type: "share", min: 0, max: 1, belowMax: true },
              default: "0%",
              help: "Share for the test split, which only the final evaluation reads.",
            },
          ],
        },
        default: "{ by: document, validation: 5% }",
        help: "Shares of the validation and test splits. The rest is the training split.",
        example: "split: { validation: 5%, test: 5% }",
      },
      {
        name: "hub",
        value: { type: "text" },
        help: "A data set of the Hugging Face hub, by name, instead of files. Its text files and tables are read; if file names indicate splits, only those of the training split. `run` downloads it first.",
        example: 'hub: "Salesforce/wikitext"',
      },
      {
        name: "data_files",
        value: { type: "list", of: { type: "text" }, atLeast: 1 },
        help: "The files of the data set to read: paths in its repository, or patterns. If omitted, files are chosen as described under `hub`.",
        example: 'data_files: "wikitext-2-raw-v1/train-*.parquet"',
      },
      {
        name: "column",
        value: { type: "text" },
        help: "The column or field of the text in tables, or a path into JSON objects and Parquet structs, such as translation.en. If omitted: text.",
        example: "column: body",
      },
      {
        name: "deduplicate",
        value: {
          type: "choice",
          of: [
            { name: "none", help: "Keep all documents." },
            { name: "exact", help: "Keep the first of identical documents." },
            {
              name: "near",
              help: "Keep the first of documents that share most of their five-word sequences. Finds three quarters of the duplicates with a similarity of 0.75, and nearly all with 0.9.",
              source: "Broder 1997; Penedo et al. 2024, FineWeb, section 3.4",
            },
          ],
        },
        default: "none",
        help: "Removal of repeated documents.",
      },
      {
        name: "limit",
        value: { type: "quantity", units: ["tokens", "documents"] },
        help: "Read only the first documents, up to this number, or only the first tokens of the training split.",
        example: "limit: 50M tokens",
      },
    ],
    example: 'corpus speeches {\n  files: "data/*.txt"\n  split: { validation: 5%, test: 5% }\n}',
  },
  {
    kind: "tokenizer",
    help: "How text becomes tokens.",
    keys: [
      {
        name: "kind",
        value: {
          type: "choice",
          of: [
            { name: "bpe", help: "Byte-level byte-pair encoding: no unknown tokens.", source: "Radford et al. 2019, section 2.2" },
            { name: "wordpiece", help: "BERT's subwords.", source: "Devlin et al. 2019, section 3" },
            {
              name: "unigram",
              help: "Subwords from a unigram language model; a space belongs to the word that follows it.",
              source: "Kudo 2018, section 3.2",
            },
            { name: "characters", help: "Each character of the training split." },
            { name: "bytes", help: "Each byte." },
          ],
        },
        required: true,
        help: "The tokenization algorithm.",
      },
      {
        name: "vocabulary",
        value: count(64, 1_000_000),
        help: "Number of entries, including special tokens and sentinels. Required for bpe, wordpiece and unigram; characters and bytes determine their own.",
        example: "vocabulary: 8k",
      },
      {
        name: "train on",
        value: { type: "reference", to: ["corpus"] },
        required: true,
        help: "The corpus whose training split the tokenizer is trained on.",
      },
      { name: "lowercase", value: { type: "boolean" }, default: "false", help: "Convert text to lower case." },
      {
        name: "sentinels",
        value: count(0, 1000),
        default: "100",
        help: "Number of sentinel tokens (<extra_id_0> and so on) at the end of the vocabulary; span_corruption needs them. A tokenizer file may have its own.",
        source: "Raffel et al. 2020, section 3.1.4",
      },
      {
        name: "file",
        value: { type: "path", exists: true },
        help: "An existing tokenizer.json, instead of all other keys. Tokens that the objectives need and the file lacks are appended to its vocabulary: padding, beginning, end and mask, and sentinels (100 unless given). If the model has a checkpoint, none is added.",
        example: 'file: "data/tokenizer.json"',
      },
    ],
    example: "tokenizer pieces {\n  kind: bpe\n  vocabulary: 8k\n  train on: speeches\n}",
  },
  {
    kind: "model",
    help: "Architecture and size of a Transformer.",
    keys: [
      {
        name: "family",
        value: {
          type: "choice",
          of: [
            { name: "bert", help: "An encoder.", source: "Devlin et al. 2019" },
            {
              name: "roberta",
              help: "BERT without token types; positions are numbered from the padding index plus one.",
              source: "Liu et al. 2019",
            },
            { name: "distilbert", help: "BERT without token types and pooler.", source: "Sanh et al. 2019" },
            { name: "electra", help: "BERT with GELU in its classification heads.", source: "Clark et al. 2020" },
            { name: "gpt2", help: "A decoder.", source: "Radford et al. 2019" },
            {
              name: "llama",
              help: "A decoder with rotary positions, root mean square normalisation and SwiGLU.",
              source: "Touvron et al. 2023",
            },
            { name: "t5", help: "An encoder-decoder with relative positions; version 1.0.", source: "Raffel et al. 2020" },
            {
              name: "t5-v1_1",
              help: "T5 with a gated feed-forward layer and an untied output projection.",
              source: "Shazeer 2020, section 3",
            },
            { name: "bart", help: "An encoder-decoder with learned positions.", source: "Lewis et al. 2020" },
          ],
        },
        help: "A published model family, with new weights. Everything but sizes and dropout is as in Hugging Face's Transformers. May be combined with layers, hidden, heads, feed_forward, context, dropout and recompute. Weights are initialised as in Transformers: from a normal distribution with standard deviation 0.02, in GPT-2 a smaller one for projections into the residual stream, in T5 as its authors do. The padding row of the embedding is zero in BERT, RoBERTa, DistilBERT, ELECTRA and BART.",
        example: "family: bert",
      },
      {
        name: "architecture",
        value: {
          type: "choice",
          of: [
            { name: "auto", help: "The objective decides." },
            { name: "decoder", help: "Each position attends to itself and those before it.", source: "Radford et al. 2018" },
            { name: "encoder", help: "Each position attends to all positions.", source: "Devlin et al. 2019" },
            {
              name: "encoder-decoder",
              help: "A decoder that also attends to the output of an encoder.",
              source: "Vaswani et al. 2017; Raffel et al. 2020",
            },
          ],
        },
        default: "auto",
        help: "Which positions attend to which.",
      },
      { name: "layers", value: count(1, 200), default: "4", help: "Number of blocks; an encoder-decoder has as many on each side." },
      { name: "hidden", value: count(8, 65536), default: "256", help: "Width of the residual stream, a multiple of heads." },
      {
        name: "heads",
        value: count(1, 512),
        default: "4",
        help: "Number of attention heads.",
        source: "Vaswani et al. 2017, section 3.2.2",
      },
      {
        name: "feed_forward",
        value: count(8, 262144),
        help: "Width of the feed-forward layer. If omitted: 4 × hidden (8/3 × hidden with gated activations).",
        source: "Vaswani et al. 2017, section 3.3; Shazeer 2020, section 3",
      },
      { name: "context", value: count(8, 65536), default: "128", help: "Maximum sequence length, in tokens." },
      {
        name: "position",
        value: {
          type: "choice",
          of: [
            { name: "learned", help: "An embedding for each position.", source: "Devlin et al. 2019, section 3" },
            { name: "sinusoidal", help: "Fixed sines and cosines.", source: "Vaswani et al. 2017, section 3.5" },
            { name: "rotary", help: "Queries and keys are rotated by their position.", source: "Su et al. 2021, RoFormer, section 3.2" },
            { name: "relative", help: "A learned bias for each bucket of distances.", source: "Raffel et al. 2020, section 2.1" },
          ],
        },
        default: "learned",
        help: "How positions are encoded.",
      },
      {
        name: "norm",
        value: {
          type: "choice",
          of: [
            { name: "layer", help: "Layer normalisation.", source: "Ba et al. 2016" },
            { name: "rms", help: "Root mean square normalisation.", source: "Zhang and Sennrich 2019" },
          ],
        },
        default: "layer",
        help: "Normalisation.",
      },
      {
        name: "placement",
        value: {
          type: "choice",
          of: [
            { name: "pre", help: "Before each sub-layer.", source: "Xiong et al. 2020" },
            { name: "post", help: "After each residual sum.", source: "Vaswani et al. 2017, section 3.1" },
          ],
        },
        default: "pre",
        help: "Where normalisation is applied.",
      },
      {
        name: "activation",
        value: {
          type: "choice",
          of: [
            { name: "gelu", help: "x Φ(x).", source: "Hendrycks and Gimpel 2016" },
            {
              name: "gelu_tanh",
              help: "GELU in its tanh approximation, as in GPT-2.",
              source: "Hendrycks and Gimpel 2016, section 2",
            },
            { name: "relu", help: "max(x, 0)." },
            { name: "swiglu", help: "Gated linear unit with SiLU (Swish).", source: "Shazeer 2020, equation 6" },
            { name: "geglu", help: "Gated linear unit with GELU.", source: "Shazeer 2020, equation 6" },
            {
              name: "geglu_tanh",
              help: "Gated linear unit with GELU in its tanh approximation, as in T5 1.1.",
              source: "Shazeer 2020, equation 6",
            },
          ],
        },
        default: "gelu",
        help: "The feed-forward layer's non-linearity.",
      },
      {
        name: "tied_embeddings",
        value: { type: "boolean" },
        default: "true",
        help: "The output projection shares its weights with the token embedding.",
        source: "Press and Wolf 2017",
      },
      { name: "biases", value: { type: "boolean" }, default: "true", help: "Linear layers and layer norms have biases." },
      {
        name: "dropout",
        value: { type: "share", min: 0, max: 1, belowMax: true },
        default: "0%",
        help: "Dropout rate during pre-training, for embeddings, attention weights and residual branches.",
        source: "Srivastava et al. 2014; Vaswani et al. 2017, section 5.4",
      },
      {
        name: "recompute",
        value: { type: "boolean" },
        default: "false",
        help: "Activation checkpointing: activations inside a block are recomputed in the backward pass instead of being stored. Gives the same numbers with less memory, in about a third more time. FLOPs do not include the recomputation.",
        source: "Chen et al. 2016, section 4",
      },
      {
        name: "checkpoint",
        value: { type: "text", folder: true },
        help: "An existing checkpoint in the format of Hugging Face's Transformers, instead of sizes: a folder, or a name on the hub. BERT, RoBERTa, DistilBERT, ELECTRA, GPT-2, Llama, T5 or BART. May be combined only with context (to read shorter sequences), dropout and recompute.",
        example: 'checkpoint: "checkpoints/bert"',
      },
    ],
    example: "model small {\n  layers: 4\n  hidden: 256\n  heads: 4\n  context: 128\n}",
  },
  {
    kind: "objective",
    help: "What a model is pre-trained to predict.",
    keys: [],
    family: "objective",
    example: "objective mlm = masked { rate: 15% }",
  },
  {
    kind: "task",
    help: "A downstream task: its kind, its labelled data and its metrics.",
    keys: [],
    family: "task",
    example:
      'task sentiment = classification {\n  train: "data/train.tsv"\n  validation: "data/dev.tsv"\n  test: "data/test.tsv"\n  text: sentence\n  label: polarity\n}',
  },
  {
    kind: "pretrain",
    help: "Trains a model on an objective.",
    keys: pretrainKeys,
    example: "pretrain base {\n  model: small\n  objective: clm\n  corpus: speeches\n  tokenizer: pieces\n  budget: 5M tokens\n}",
  },
  {
    kind: "finetune",
    help: "Fine-tunes a pre-trained model on a task.",
    keys: finetuneKeys,
    example: "finetune base_on_sentiment {\n  from: base\n  task: sentiment\n  epochs: 3\n}",
  },
  {
    kind: "probe",
    help: "Measures what each layer knows about a task, with a linear classifier on the frozen features of every layer, including the embeddings.",
    keys: [
      {
        name: "of",
        value: { type: "list", of: { type: "reference", to: ["pretrain", "model"] }, atLeast: 1 },
        required: true,
        help: "The pre-trainings, or models with a checkpoint, to probe.",
        example: "of: [base]",
      },
      {
        name: "tasks",
        value: { type: "list", of: { type: "reference", to: ["task"] }, atLeast: 1 },
        required: true,
        help: "The tasks that the classifiers are trained on.",
        example: "tasks: [sentiment]",
      },
      ...probeSettings,
    ],
    example: "probe what_layers_know {\n  of: [base]\n  tasks: [sentiment]\n}",
  },
  {
    kind: "compare",
    help: "Varies a pre-training at matched cost, over several seeds, and reports which variant is better and whether the difference is more than noise.",
    keys: compareKeys,
    example:
      "compare objectives {\n  extends: base\n  vary objective: [clm, mlm, t5]\n  match: flops\n  finetune: { task: sentiment, epochs: 3 }\n  seeds: 1..5\n  baselines: [scratch, majority]\n}",
  },
];

/** The key `extends`, which every declaration has. A comparison extends the pre-training that it varies; others extend their own kind. */
export function extendsKey(kind: DeclarationKind): Key {
  const comparison = kind === "compare";
  return {
    name: "extends",
    value: { type: "reference", to: [comparison ? "pretrain" : kind] },
    ...(comparison ? { required: true } : {}),
    help: comparison
      ? "The pre-training to vary."
      : "Inherits every key of another declaration of the same kind; settings written here override it one by one.",
    example: comparison ? "extends: base" : "extends: other",
  };
}
