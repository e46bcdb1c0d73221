import { compareKeys, finetuneKeys, pretrainKeys, probeSettings } from "./training.ts";
import type { Declaration, DeclarationKind, Key } from "./types.ts";

const count = (min: number, max: number) => ({ type: "count", min, max }) as const;

export const declarations: readonly Declaration[] = [
  {
    kind: "corpus",
    help: "Raw text, how it is cut into documents, and its split.",
    keys: [
      {
        name: "files",
        value: { type: "list", of: { type: "path", glob: true }, atLeast: 1 },
        required: true,
        help: "Text (.txt, .md), or tables (.jsonl, .csv, .tsv, .parquet) with a column of text; also compressed (.gz, .zst). By name or pattern. UTF-8.",
        example: 'files: "data/*.txt"',
      },
      {
        name: "documents",
        value: {
          type: "choice",
          of: [
            { name: "file", help: "Each file is a document; of a table each row." },
            { name: "line", help: "Each line that is not empty is a document." },
            { name: "paragraph", help: "Blank lines part the documents." },
          ],
        },
        default: "file",
        help: "What one document is. No sequence attends across documents.",
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
                  { name: "document", help: "By the hash of each document: adding a file moves no other." },
                  { name: "position", help: "The last part of the whole text: training, then validation, then test. For one long text." },
                ],
              },
              default: "document",
              help: "How documents are assigned.",
            },
            {
              name: "validation",
              value: { type: "share", min: 0, max: 1, belowMax: true },
              default: "5%",
              help: "For choosing and for the curves.",
            },
            {
              name: "test",
              value: { type: "share", min: 0, max: 1, belowMax: true },
              default: "0%",
              help: "Read only by the final evaluation.",
            },
          ],
        },
        default: "{ by: document, validation: 5% }",
        help: "Which part is for what.",
        example: "split: { validation: 5%, test: 5% }",
      },
      {
        name: "hub",
        value: { type: "text" },
        help: "Instead of files, a data set of the Hugging Face hub, by name: its texts and tables, of the training split where their names tell splits. `run` downloads it first.",
        example: 'hub: "Salesforce/wikitext"',
      },
      {
        name: "data_files",
        value: { type: "list", of: { type: "text" }, atLeast: 1 },
        help: "Which files of the data set: paths in its repository, or patterns; left out: as above.",
        example: 'data_files: "wikitext-2-raw-v1/train-*.parquet"',
      },
      {
        name: "column",
        value: { type: "text" },
        help: "The column or field of tables that holds the text, or a path into JSON objects and structs of Parquet, such as translation.en; left out: text.",
        example: "column: body",
      },
      {
        name: "deduplicate",
        value: {
          type: "choice",
          of: [
            { name: "none", help: "Keep all." },
            { name: "exact", help: "Keep the first of equal documents." },
            {
              name: "near",
              help: "Keep the first of documents that share most stretches of five words: three quarters of those with a similarity of 0.75 are found, nearly all with 0.9.",
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
        help: "The first so many documents of all, or the first so many tokens of the training split.",
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
            { name: "wordpiece", help: "BERT's sub-words.", source: "Devlin et al. 2019, section 3" },
            {
              name: "unigram",
              help: "Sub-words by a unigram language model; a space is the beginning of a word.",
              source: "Kudo 2018, section 3.2",
            },
            { name: "characters", help: "Each character of the training split." },
            { name: "bytes", help: "Each byte." },
          ],
        },
        required: true,
        help: "The algorithm.",
      },
      {
        name: "vocabulary",
        value: count(64, 1_000_000),
        help: "Entries in all, special tokens and sentinels included. Needed for bpe, wordpiece and unigram; characters and bytes have what they have.",
        example: "vocabulary: 8k",
      },
      {
        name: "train on",
        value: { type: "reference", to: ["corpus"] },
        required: true,
        help: "The corpus whose training split it learns from.",
      },
      { name: "lowercase", value: { type: "boolean" }, default: "false", help: "Fold capital letters." },
      {
        name: "sentinels",
        value: count(0, 1000),
        default: "100",
        help: "Tokens <extra_id_0> and so on that span_corruption needs, at the end of the vocabulary. A file may have its own.",
        source: "Raffel et al. 2020, section 3.1.4",
      },
      {
        name: "file",
        value: { type: "path", exists: true },
        help: "Instead of all else, an existing tokenizer.json. Tokens that objectives need and it lacks are added behind its own: padding, beginning, end and mask, and sentinels, 100 where nothing is said. To a model with a checkpoint none is added.",
        example: 'file: "data/tokenizer.json"',
      },
    ],
    example: "tokenizer pieces {\n  kind: bpe\n  vocabulary: 8k\n  train on: speeches\n}",
  },
  {
    kind: "model",
    help: "Sizes and choices of a Transformer.",
    keys: [
      {
        name: "family",
        value: {
          type: "choice",
          of: [
            { name: "bert", help: "An encoder.", source: "Devlin et al. 2019" },
            { name: "roberta", help: "BERT without token types, positions counted from behind the padding.", source: "Liu et al. 2019" },
            { name: "distilbert", help: "BERT without token types and pooler.", source: "Sanh et al. 2019" },
            { name: "electra", help: "BERT whose classifiers have a GELU.", source: "Clark et al. 2020" },
            { name: "gpt2", help: "A decoder.", source: "Radford et al. 2019" },
            {
              name: "llama",
              help: "A decoder with rotary positions, root mean squares and SwiGLU.",
              source: "Touvron et al. 2023",
            },
            { name: "t5", help: "An encoder-decoder with relative positions; version 1.0.", source: "Raffel et al. 2020" },
            {
              name: "t5-v1_1",
              help: "T5 with a gated feed-forward layer and a projection of its own.",
              source: "Shazeer 2020, section 3",
            },
            { name: "bart", help: "An encoder-decoder with learned positions.", source: "Lewis et al. 2020" },
          ],
        },
        help: "A published kind of model, with new weights: everything but sizes and dropout is as Transformers builds it. Beside it may stand layers, hidden, heads, feed_forward, context, dropout and recompute. Initial weights are drawn as Transformers draws them: normal with deviation 0.02, in GPT-2 smaller where a block adds to its input, in T5 as its authors have it; the row of padding is zero in BERT, RoBERTa, DistilBERT, ELECTRA and BART.",
        example: "family: bert",
      },
      {
        name: "architecture",
        value: {
          type: "choice",
          of: [
            { name: "auto", help: "The objective decides." },
            { name: "decoder", help: "Each position sees those before it.", source: "Radford et al. 2018" },
            { name: "encoder", help: "Each position sees all others.", source: "Devlin et al. 2019" },
            {
              name: "encoder-decoder",
              help: "A decoder that also sees an encoder's output.",
              source: "Vaswani et al. 2017; Raffel et al. 2020",
            },
          ],
        },
        default: "auto",
        help: "Who attends to whom.",
      },
      { name: "layers", value: count(1, 200), default: "4", help: "Blocks; an encoder-decoder has as many on each side." },
      { name: "hidden", value: count(8, 65536), default: "256", help: "Width of the residual stream. The heads divide it." },
      { name: "heads", value: count(1, 512), default: "4", help: "Attention heads.", source: "Vaswani et al. 2017, section 3.2.2" },
      {
        name: "feed_forward",
        value: count(8, 262144),
        help: "Width of the feed-forward layer; left out: 4 × hidden (8/3 × hidden with gated activations).",
        source: "Vaswani et al. 2017, section 3.3; Shazeer 2020, section 3",
      },
      { name: "context", value: count(8, 65536), default: "128", help: "Longest sequence, in tokens." },
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
        help: "How a position is told.",
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
        help: "Where the normalisation stands.",
      },
      {
        name: "activation",
        value: {
          type: "choice",
          of: [
            { name: "gelu", help: "x Φ(x).", source: "Hendrycks and Gimpel 2016" },
            {
              name: "gelu_tanh",
              help: "GELU by a hyperbolic tangent, as GPT-2 computes it.",
              source: "Hendrycks and Gimpel 2016, section 2",
            },
            { name: "relu", help: "max(x, 0)." },
            { name: "swiglu", help: "Gated by a sigmoid-weighted unit.", source: "Shazeer 2020, equation 6" },
            { name: "geglu", help: "Gated by a GELU.", source: "Shazeer 2020, equation 6" },
            {
              name: "geglu_tanh",
              help: "Gated by a GELU by a hyperbolic tangent, as T5 1.1 computes it.",
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
        help: "The vocabulary projection is the token embedding.",
        source: "Press and Wolf 2017",
      },
      { name: "biases", value: { type: "boolean" }, default: "true", help: "Linear layers and layer norms have biases." },
      {
        name: "dropout",
        value: { type: "share", min: 0, max: 1, belowMax: true },
        default: "0%",
        help: "Dropout during pre-training: embeddings, attention and residual branches.",
        source: "Srivastava et al. 2014; Vaswani et al. 2017, section 5.4",
      },
      {
        name: "recompute",
        value: { type: "boolean" },
        default: "false",
        help: "What is inside a block is computed again in the backward pass instead of being kept: the same numbers with less memory, in about a third more time. FLOPs are counted without it.",
        source: "Chen et al. 2016, section 4",
      },
      {
        name: "checkpoint",
        value: { type: "text", folder: true },
        help: "Instead of sizes, an existing checkpoint in the form of Hugging Face's Transformers: a folder, or a name on the hub. BERT, RoBERTa, DistilBERT, ELECTRA, GPT-2, Llama, T5 or BART. Only context (to read less), dropout and recompute may stand beside it.",
        example: 'checkpoint: "checkpoints/bert"',
      },
    ],
    example: "model small {\n  layers: 4\n  hidden: 256\n  heads: 4\n  context: 128\n}",
  },
  {
    kind: "objective",
    help: "What a model learns before it meets a task.",
    keys: [],
    family: "objective",
    example: "objective mlm = masked { rate: 15% }",
  },
  {
    kind: "task",
    help: "Labelled data and what to do with it.",
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
    help: "Adapts a pre-trained model to a task.",
    keys: finetuneKeys,
    example: "finetune base_on_sentiment {\n  from: base\n  task: sentiment\n  epochs: 3\n}",
  },
  {
    kind: "probe",
    help: "What each layer knows about a task: a linear classifier on the frozen features of every layer, the embeddings among them.",
    keys: [
      {
        name: "of",
        value: { type: "list", of: { type: "reference", to: ["pretrain", "model"] }, atLeast: 1 },
        required: true,
        help: "Whose layers: pre-trainings, or models that name a checkpoint.",
        example: "of: [base]",
      },
      {
        name: "tasks",
        value: { type: "list", of: { type: "reference", to: ["task"] }, atLeast: 1 },
        required: true,
        help: "What is looked for.",
        example: "tasks: [sentiment]",
      },
      ...probeSettings,
    ],
    example: "probe what_layers_know {\n  of: [base]\n  tasks: [sentiment]\n}",
  },
  {
    kind: "compare",
    help: "Varies a pre-training at matched cost, with several seeds, and says which is better and whether that is more than noise.",
    keys: compareKeys,
    example:
      "compare objectives {\n  extends: base\n  vary objective: [clm, mlm, t5]\n  match: flops\n  finetune: { task: sentiment, epochs: 3 }\n  seeds: 1..5\n  baselines: [scratch, majority]\n}",
  },
];

/** `extends` stands in the block of every declaration; a comparison extends the pre-training that it varies. */
export function extendsKey(kind: DeclarationKind): Key {
  const comparison = kind === "compare";
  return {
    name: "extends",
    value: { type: "reference", to: [comparison ? "pretrain" : kind] },
    ...(comparison ? { required: true } : {}),
    help: comparison
      ? "The pre-training that is varied."
      : "Takes over every key of another declaration of the same kind; what is written here replaces it, setting by setting.",
    example: comparison ? "extends: base" : "extends: other",
  };
}
