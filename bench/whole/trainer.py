"""The cells of comparison.pretrain with Transformers' Trainer: pre-training of GPT-2, BERT and T5 from their configurations, then a
linear classifier on the mean of the last hidden states (T5: the encoder's), trained with the model on SST-2. The best epoch on validation is
scored by accuracy on test.

    python bench/whole/trainer.py FOLDER --causal STEPS --masked STEPS --span_corruption STEPS [--epochs 3] [--threads 2]

FOLDER contains the data/ that bench/whole/run.ts wrote. Prints one JSON line: for each cell its validation loss and accuracy.
"""
import argparse, json, os, pathlib, sys, tempfile

os.environ.setdefault("HF_HUB_OFFLINE", "1")
import numpy as np
import torch
import transformers
from tokenizers import ByteLevelBPETokenizer
from transformers import (
    BertConfig, BertForMaskedLM, BertModel, DataCollatorForLanguageModeling, DataCollatorWithPadding, GPT2Config, GPT2LMHeadModel, GPT2Model,
    PreTrainedTokenizerFast, T5Config, T5EncoderModel, T5ForConditionalGeneration, Trainer, TrainingArguments, set_seed,
)
from transformers.modeling_outputs import SequenceClassifierOutput

sys.path.append(str(pathlib.Path(__file__).parents[1] / "peers"))
from common import window_of

objectives = ["causal", "masked", "span_corruption"]
arguments = argparse.ArgumentParser()
arguments.add_argument("folder", type=pathlib.Path)
for name in objectives:
    arguments.add_argument(f"--{name}", type=int, required=True)
arguments.add_argument("--seeds", type=int, default=3)
arguments.add_argument("--epochs", type=int, default=3)
arguments.add_argument("--threads", type=int, default=2)
options = arguments.parse_args()
torch.set_num_threads(options.threads)
transformers.logging.set_verbosity_error()

layers, width, heads, context, batch, sentinels = 4, 128, 4, 64, 16, 100
data = options.folder / "data"
scratch = tempfile.TemporaryDirectory()

# --- text and tokenizer
texts = [path.read_text(encoding="utf8") for path in sorted((data / "speeches").glob("*.txt"))]
held_out = texts[::20]
training = [text for i, text in enumerate(texts) if i % 20 != 0]
special = ["<pad>", "<unk>", "<s>", "</s>", "<mask>"] + [f"<extra_id_{i}>" for i in range(sentinels)]
learned = ByteLevelBPETokenizer()
learned.train_from_iterator(training, vocab_size=4096, special_tokens=special)
tokenizer = PreTrainedTokenizerFast(
    tokenizer_object=learned._tokenizer, pad_token="<pad>", unk_token="<unk>", bos_token="<s>", eos_token="</s>", mask_token="<mask>",
    model_max_length=context,
)
pad, begin, end = tokenizer.pad_token_id, tokenizer.bos_token_id, tokenizer.eos_token_id
first_sentinel = tokenizer.convert_tokens_to_ids("<extra_id_0>")


def windows(documents, length):
    ids = [id for encoded in tokenizer(documents, add_special_tokens=False)["input_ids"] for id in [begin, *encoded, end]]
    return [{"input_ids": ids[at : at + length]} for at in range(0, len(ids) - length, length)]


# --- span corruption, for which Transformers has no collator
def segmentation(items, parts):
    first = np.append(0, np.sort(np.random.permutation(items - 1)[: parts - 1]) + 1)
    return np.diff(np.append(first, items))


def spans(tokens, rate=0.15, mean=3.0):
    noise = max(1, round(len(tokens) * rate))
    count = max(1, round(noise / mean))
    hidden, visible = segmentation(noise, count), segmentation(len(tokens) - noise, count)
    inputs, targets, at = [], [], 0
    for i in range(count):
        inputs += tokens[at : at + visible[i]] + [first_sentinel + i]
        at += visible[i]
        targets += [first_sentinel + i] + tokens[at : at + hidden[i]]
        at += hidden[i]
    return inputs + [end], targets + [end]


def corrupted(examples):
    pairs = [spans(example["input_ids"]) for example in examples]
    return {"input_ids": torch.tensor([p[0] for p in pairs]), "labels": torch.tensor([p[1] for p in pairs])}


def fresh(objective):
    if objective == "causal":
        return GPT2LMHeadModel(
            GPT2Config(vocab_size=len(tokenizer), n_embd=width, n_layer=layers, n_head=heads, n_positions=context, resid_pdrop=0.0, embd_pdrop=0.0,
                       attn_pdrop=0.0, bos_token_id=begin, eos_token_id=end, pad_token_id=pad))
    if objective == "masked":
        return BertForMaskedLM(
            BertConfig(vocab_size=len(tokenizer), hidden_size=width, num_hidden_layers=layers, num_attention_heads=heads, intermediate_size=4 * width,
                       max_position_embeddings=context, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0, pad_token_id=pad))
    return T5ForConditionalGeneration(
        T5Config(vocab_size=len(tokenizer), d_model=width, d_kv=width // heads, d_ff=4 * width, num_layers=layers, num_heads=heads, dropout_rate=0.0,
                 decoder_start_token_id=pad, pad_token_id=pad, eos_token_id=end))


def settings(seed, name, **more):
    return TrainingArguments(
        output_dir=f"{scratch.name}/{name}", seed=seed, data_seed=seed, use_cpu=True, lr_scheduler_type="cosine", weight_decay=0.01, max_grad_norm=1.0,
        adam_beta2=0.98, logging_strategy="no", report_to="none", disable_tqdm=True, **more)


collators = {
    "causal": DataCollatorForLanguageModeling(tokenizer, mlm=False),
    "masked": DataCollatorForLanguageModeling(tokenizer, mlm=True, mlm_probability=0.15),
    "span_corruption": corrupted,
}
lengths = {"causal": context, "masked": context, "span_corruption": window_of(context)}
corpora = {name: (windows(training, lengths[name]), windows(held_out, lengths[name])) for name in objectives}


def pretrained(objective, seed):
    set_seed(seed)
    steps = getattr(options, objective)
    own = settings(seed, "pretrain", max_steps=steps, per_device_train_batch_size=batch, per_device_eval_batch_size=batch, learning_rate=1e-3,
                   warmup_steps=round(0.05 * steps), save_strategy="no")
    train, validation = corpora[objective]
    trainer = Trainer(model=fresh(objective), args=own, train_dataset=train, eval_dataset=validation, data_collator=collators[objective])
    trainer.train()
    loss = trainer.evaluate()["eval_loss"]
    folder = f"{scratch.name}/{objective}-{seed}"
    trainer.save_model(folder)
    return folder, loss


def labelled(name):
    lines = (data / "sst2" / name).read_text(encoding="utf8").splitlines()
    rows = [line.split(" ", 1) for line in lines]
    ids = tokenizer([tokenizer.bos_token + text + tokenizer.eos_token for _, text in rows], truncation=True, return_token_type_ids=False)["input_ids"]
    return [{"input_ids": each, "labels": int(label)} for each, (label, _) in zip(ids, rows)]


def accuracy(prediction):
    return {"accuracy": float((prediction.predictions.argmax(-1) == prediction.label_ids).mean())}


bodies = {
    "causal": GPT2Model.from_pretrained,
    "masked": BertModel.from_pretrained,
    "span_corruption": lambda folder: T5EncoderModel.from_pretrained(folder).encoder,
}


class Classifier(torch.nn.Module):
    """One way to read all three models, so that only pre-training and model differ."""

    def __init__(self, objective, folder):
        super().__init__()
        self.body = bodies[objective](folder)
        self.head = torch.nn.Linear(width, 2)
        torch.nn.init.normal_(self.head.weight, std=0.02)
        torch.nn.init.zeros_(self.head.bias)

    def forward(self, input_ids, attention_mask, labels):
        states = self.body(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
        present = attention_mask.unsqueeze(-1).to(states.dtype)
        logits = self.head((states * present).sum(1) / present.sum(1))
        return SequenceClassifierOutput(loss=torch.nn.functional.cross_entropy(logits, labels), logits=logits)


sentiment = {name: labelled(f"{name}.txt") for name in ["train", "dev", "test"]}


def finetuned(objective, folder, seed):
    set_seed(seed)
    model = Classifier(objective, folder)
    own = settings(seed, "finetune", num_train_epochs=options.epochs, per_device_train_batch_size=32, per_device_eval_batch_size=32, learning_rate=5e-4,
                   eval_strategy="epoch", save_strategy="epoch", load_best_model_at_end=True, metric_for_best_model="accuracy", save_total_limit=1)
    trainer = Trainer(model=model, args=own, train_dataset=sentiment["train"], eval_dataset=sentiment["dev"], data_collator=DataCollatorWithPadding(tokenizer),
                      compute_metrics=accuracy)
    trainer.train()
    return trainer.evaluate(sentiment["test"])["eval_accuracy"]


cells = []
for objective in objectives:
    for seed in range(1, options.seeds + 1):
        folder, loss = pretrained(objective, seed)
        cells.append({"objective": objective, "seed": seed, "loss": loss, "accuracy": finetuned(objective, folder, seed)})
print(json.dumps(cells))
