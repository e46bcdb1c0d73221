/**
 * Names that other programs (Transformers, Weights & Biases, Keras, fairseq, scikit-learn, seqeval) and everyday language use for
 * names of the catalogue. Maps each to the names that it may mean, the most probable first. "Did you mean" uses it wherever a name of
 * the catalogue is expected: keys, options, choices, metrics, kinds of declarations.
 */
export const aliases: ReadonlyMap<string, readonly string[]> = read(`
learning_rate: lr learning_rates base_lr max_lr peak_lr
final_learning_rate: min_lr end_lr lr_end
batch: batch_size bs train_batch_size per_device_train_batch_size per_device_eval_batch_size per_gpu_train_batch_size mini_batch
batch: minibatch
accumulate: gradient_accumulation_steps gradient_accumulation grad_accum update_freq
epochs or budget: num_train_epochs num_epochs n_epochs max_epochs max_epoch epoch
budget: epochs max_steps num_steps steps total_steps max_update num_training_steps max_tokens tokens duration
warmup: warmup_steps warmup_ratio num_warmup_steps warmup_updates warmup_proportion
schedule: lr_scheduler_type lr_scheduler scheduler lr_schedule
weight_decay: weightdecay wd l2 decay
beta1: adam_beta1 beta_1
beta2: adam_beta2 beta_2
beta1 or beta2: betas
epsilon: adam_epsilon eps adam_eps
clip: max_grad_norm grad_clip gradient_clip_val clip_norm clipnorm gradient_clipping
optimizer: optim optimiser
adafactor: adafactor_torch
label_smoothing: label_smoothing_factor smoothing
z_loss: z_loss_weight zloss
ema: ema_decay moving_average weight_averaging polyak
clip_threshold: update_clipping clipping_threshold
adamw: adam adamw_torch adamw_hf adamw_torch_fused adam_w sgd
seed or seeds: random_state random_seed
seeds: seed num_seeds n_seeds runs repeats
seed: seeds data_seed
precision: dtype torch_dtype mixed_precision
precision or bfloat16: fp16 bf16
bfloat16: float16 half
float32: fp32 float
evaluate: eval_steps eval_strategy evaluation_strategy eval_every val_check_interval eval_interval eval validate validate_interval
save: save_steps save_strategy save_total_limit save_interval save_every checkpoint_every
patience: early_stopping_patience early_stopping
layer_decay: layerwise_lr_decay llrd
layer_decay or schedule: lr_decay
cosine: cosine_with_restarts
linear: linear_decay
constant: constant_with_warmup
inverse_sqrt: noam inverse_square_root rsqrt
wsd: warmup_stable_decay trapezoidal
cooldown: num_decay_steps decay_steps decay_ratio
cooldown_shape: decay_type
recompute: gradient_checkpointing activation_checkpointing
hidden: hidden_size d_model n_embd dim embed_dim embedding_size hidden_dim encoder_embed_dim width
layers: num_layers num_hidden_layers n_layer n_layers encoder_layers decoder_layers num_decoder_layers depth blocks
heads: num_attention_heads num_heads n_head n_heads attention_heads encoder_attention_heads
feed_forward: intermediate_size d_ff n_inner ffn_dim ffn mlp_dim feedforward encoder_ffn_dim encoder_ffn_embed_dim
context: max_position_embeddings n_positions n_ctx max_seq_length max_seq_len block_size seq_len seq_length sequence_length
context: tokens_per_sample context_length model_max_length
context or longest: max_length max_len
activation: hidden_act activation_function
dropout: hidden_dropout_prob attention_probs_dropout_prob attention_dropout resid_pdrop dropout_rate
tied_embeddings: tie_word_embeddings tie_embeddings share_all_embeddings
biases: use_bias bias bitfit
family or architecture: model_type
checkpoint: model_name_or_path model_name pretrained_model_name_or_path
checkpoint or from: pretrained pretrained_model
from or checkpoint: init_from
position: position_embedding_type positional_encoding
norm or layer: layer_norm
layer or norm: layernorm
rms: rmsnorm rms_norm
pre or placement: pre_norm
post or placement: post_norm
pre: prenorm
post: postnorm
placement: norm_first
rotary: rope
learned: absolute
sinusoidal: sinusoid sin
swiglu: silu swish
gelu_tanh: gelu_new gelu_fast gelu_pytorch_tanh
encoder-decoder: encoder_decoder
encoder-decoder or translation or generation: seq2seq
encoder: encoder_only
decoder: decoder_only
gpt2 or decoder or causal: gpt
t5-v1_1: t5_v1_1
bpe: bpe_dropout bytebpe byte_bpe bytes_bpe tiktoken
bytes: byte-level byte_level bytelevel byte
characters: char chars character char_level
unigram or bpe: sentencepiece spm
wordpiece: word_piece
vocabulary: vocab_size vocab dict_size
lowercase: do_lower_case lower lower_case
tokenizer: tokenizer_name
kind: tokenizer_type
file: vocab_file tokenizer_file
sentinels: extra_ids
train on: trained_on train_on corpus
masked: mlm masked_lm masked_language_modeling masked-lm fill_mask
causal: clm causal_lm lm language_modeling next_token autoregressive
prefix: prefix_lm
span_corruption: span_masking span_denoising
denoising: text-infilling text_infilling
replaced_token: rtd replaced_token_detection
contrastive: simcse
next or sentences: nsp
next: next_sentence
order or sentences: sop
order: sentence_order
rate: mlm_probability mask_prob masking_rate mask_rate noise_density mask_ratio probability
mean_span: mean_noise_span_length span_length
whole_words: whole_word_mask wwm
temperature: temp
mixture: multitask
sequence: curriculum
ul2: ul2_mixture
files or train: data data_dir
files or file or train: path
files: paths file
train: train_file train_data train_dataset training freeze trainable
train or files: train_files
validation: validation_file eval_file eval_dataset dev valid val val_size
test: test_file test_size
corpus or hub or task: dataset
hub: dataset_name
text or column: text_column text_column_name text_field
text: sentence sentence1 premise
second: sentence2 text2 hypothesis
label: label_column label_column_name labels
target or label: target_column
value: score
separator: delimiter sep
columns: names header
beams: num_beams beam_size beam
longest: max_new_tokens max_target_length
stride: doc_stride
longest_answer: max_answer_length
deduplicate: dedup deduplication
validation or split: validation_split
limit: max_documents max_samples max_train_samples
pool: pooling
first: cls cls_token
mean: avg average
last: eos
utf-8: utf8
latin-1: latin1 iso_8859_1
jsonl: json json_lines ndjson
tagging: ner pos token_classification
classification: text_classification sequence_classification sentiment
pair_classification: nli sentence_pair
regression: sts similarity
span_question_answering: question_answering qa squad
translation: mt
summarisation: summarization
generation: text_generation
multiple_choice: swag
minimal_pairs: blimp
loss: cross_entropy eval_loss val_loss train_loss nll
lora or adapters: peft
rank: lora_r r
alpha: lora_alpha
adapters: adapter
all: full
head: linear_probe classifier
metrics: metric compute_metrics metric_for_best_model
accuracy: acc eval_accuracy val_accuracy eval_acc val_acc
f1: f1_score eval_f1 f_score binary_f1
f1_macro: macro_f1 eval_macro_f1 macrof1
f1_micro: micro_f1
f1_weighted: weighted_f1
precision_macro: macro_precision
precision_micro: micro_precision
precision_weighted: weighted_precision
recall_macro: macro_recall
recall_micro: micro_recall
recall_weighted: weighted_recall
matthews: mcc matthews_correlation matthews_corrcoef
roc_auc: auc auroc rocauc
average_precision: map ap pr_auc
calibration_error: ece
pearson: pearsonr pearson_correlation
spearman: spearmanr spearman_correlation
kendall: kendalltau
mse: mean_squared_error rmse
mae: mean_absolute_error
entity_f1: seqeval span_f1 ner_f1 overall_f1
exact_match: em
bleu: sacrebleu
chrf: chrf2
chrfpp: chrf++
rougeL: rouge rouge_l rougel
rougeLsum: rougelsum
perplexity: ppl
bits_per_byte: bpb bits_per_character bpc
pseudo_perplexity: pppl
flops: compute flop
params: parameters num_parameters
time: wall_time
vary or search: grid
compare or search: sweep
search or compare: grid_search
search: hyperparameters
vary: parameter_grid variants
baselines: baseline
expect: hypothesis_test hypotheses assert
task: tasks eval_task
tasks: task
finetune or task: downstream
compare: comparison ablation
compare or pretrain: experiment
pretrain: run training_run pretraining pre_train pre-train
pretrain or finetune: train
finetune: fine_tune fine-tune finetuning tune
probe: probing
scratch: random_init
majority: majority_class
extends: inherits inherit base defaults
import: include
objective: objectives loss loss_function pretraining_objective
`);

const engine = "The engine and its device are chosen at run time: pretrain run FILE --engine NAME.";
const folder = "Runs are written to the folder .pretrain next to the file; pretrain export writes a model to any folder.";
const curves = "Every step is recorded; the editor and pretrain results show the curves.";
const evaluated = "Tasks are scored on the validation split after every epoch and on the test split at the end.";

/** Settings of other programs that have no counterpart here, each with the message that says what to do instead. */
export const foreignNames: ReadonlyMap<string, string> = new Map(
  Object.entries({
    device: engine,
    gpu: engine,
    gpus: engine,
    cuda: engine,
    use_cpu: engine,
    no_cuda: engine,
    accelerator: engine,
    devices: engine,
    num_workers: engine,
    dataloader_num_workers: engine,
    output_dir: folder,
    output: folder,
    save_dir: folder,
    logging_dir: folder,
    overwrite_output_dir: folder,
    run_name: "A run has the name of its declaration.",
    name: "Write the name before the braces: pretrain name { … }.",
    id: "Write the name before the braces: pretrain name { … }.",
    description: "Write the description in a comment directly before the declaration: /** … */.",
    comment: "Write the description in a comment directly before the declaration: /** … */.",
    notes: "Write the description in a comment directly before the declaration: /** … */.",
    wandb: curves,
    report_to: curves,
    logging_steps: curves,
    log_every: curves,
    log_interval: curves,
    tensorboard: curves,
    logger: curves,
    project: curves,
    do_train: "pretrain run FILE NAME runs any declaration.",
    do_eval: evaluated,
    do_predict: evaluated,
    load_best_model_at_end: "The epoch with the best validation score is always used.",
    resume_from_checkpoint: "A stopped run resumes when it is run again.",
    resume: "A stopped run resumes when it is run again.",
    shuffle: "Training data are always shuffled, according to the seed.",
    num_labels: "The labels are read from the training examples.",
    num_classes: "The labels are read from the training examples.",
    label_names: "The labels are read from the training examples.",
    push_to_hub: "Write the model to a folder with pretrain export and upload that.",
    trust_remote_code: "Code that comes with a model is never run.",
    special_tokens: "A tokenizer has the special tokens that the objectives need.",
    add_special_tokens: "A tokenizer has the special tokens that the objectives need.",
    padding: "Sequences are packed and padded as the objective needs.",
    truncation: "Texts longer than the model's context are truncated, and a warning says how many.",
    method: "Every value listed in vary is run; there is no search strategy.",
    significance: "docs/comparing.md describes how differences are tested.",
    alpha: "docs/comparing.md describes how differences are tested.",
  }),
);

/** The names among `known` that `name` means in other programs or in another spelling: `numLayers`, `--num-layers`, `NUM_LAYERS`. */
export function meantBy(name: string, known: readonly string[]): string[] {
  const spelled = spelling(name);
  const meant = aliases.get(name) ?? aliases.get(spelled) ?? [];
  const same = known.filter((each) => each !== name && spelling(each) === spelled);
  return [...new Set([...same, ...meant.filter((each) => known.includes(each))])];
}

/** One spelling for all variants of a name: `--num-train-epochs` and `numTrainEpochs` become `num_train_epochs`. */
function spelling(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replace(/[-\s]+/g, "_")
    .replace(/^_+/, "")
    .toLowerCase();
}

/** Reads a table with lines such as `meant or meant: alias alias`. */
function read(table: string): Map<string, string[]> {
  const lines = table.trim().split("\n");
  return new Map(
    lines.flatMap((line) => {
      const [meant = "", names = ""] = line.split(": ");
      return names.split(" ").map((name): [string, string[]] => [name, meant.split(" or ")]);
    }),
  );
}
