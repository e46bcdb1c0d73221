"""TREC's six classes or SST-2's two from scratch with Transformers' BertForSequenceClassification, in the settings of
bench/tasks/trec.pretrain and bench/tasks/sst2.pretrain.

    python bench/peers/classify.py trec TOKENIZER_JSON bench/tasks/data/trec --seed 1

TOKENIZER_JSON is the file that `pretrain run` wrote to the tokenizer's run folder. The same validation texts (SST-2's own; for TREC 5% of
the training file, by hash) choose the epoch. Prints a line per epoch, then one JSON line: the epoch, its accuracy on validation and test, and
seconds.
"""
import argparse, hashlib, json, pathlib, random, time

import torch
from tokenizers import Tokenizer
from torch.nn.functional import cross_entropy
from transformers import BertConfig, BertForSequenceClassification, get_linear_schedule_with_warmup

arguments = argparse.ArgumentParser()
arguments.add_argument("data", choices=["trec", "sst2"])
arguments.add_argument("tokenizer")
arguments.add_argument("folder", type=pathlib.Path)
arguments.add_argument("--seed", type=int, default=1)
arguments.add_argument("--threads", type=int, default=1)
options = arguments.parse_args()
torch.set_num_threads(options.threads)
torch.manual_seed(options.seed)

epochs, width, heads, context, dropout, rate = {"trec": (12, 384, 12, 48, 0.4, 5e-4), "sst2": (8, 128, 4, 64, 0.3, 1e-3)}[options.data]
batch, decay = 32, 0.1
tokenizer = Tokenizer.from_file(options.tokenizer)
begin, end, pad = (tokenizer.token_to_id(token) for token in ("<s>", "</s>", "<pad>"))


def read(name):
    lines = (options.folder / name).read_text(encoding="latin-1" if options.data == "trec" else "utf-8").split("\n")
    rows = [line.split(" ", 1) for line in lines if line]
    return [(label.split(":")[0], text) for label, text in rows]


def is_held_out(text):
    return options.data == "trec" and int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") / 2**32 < 0.05


def encoded(rows):
    pieces = [tokenizer.encode(text, add_special_tokens=False).ids[: context - 2] for _, text in rows]
    return [(labels.index(label), [begin, *ids, end]) for (label, _), ids in zip(rows, pieces)]


rows = read("train.txt")
labels = sorted({label for label, _ in rows})
train = encoded([row for row in rows if not is_held_out(row[1])])
validation = encoded([row for row in rows if is_held_out(row[1])] or read("dev.txt"))
test = encoded(read("test.txt"))


def padded(rows):
    longest = max(len(ids) for _, ids in rows)
    ids = torch.tensor([ids + [pad] * (longest - len(ids)) for _, ids in rows])
    mask = torch.tensor([[1] * len(ids) + [0] * (longest - len(ids)) for _, ids in rows])
    return {"input_ids": ids, "attention_mask": mask}, torch.tensor([label for label, _ in rows])


def evaluated(rows):
    model.eval()
    right, loss = 0, 0.0
    with torch.no_grad():
        for at in range(0, len(rows), 128):
            inputs, answers = padded(rows[at : at + 128])
            logits = model(**inputs).logits
            right += (logits.argmax(-1) == answers).sum().item()
            loss += cross_entropy(logits, answers, reduction="sum").item()
    return right / len(rows), loss / len(rows)


model = BertForSequenceClassification(
    BertConfig(
        vocab_size=tokenizer.get_vocab_size(), hidden_size=width, num_hidden_layers=1, num_attention_heads=heads, intermediate_size=4 * width,
        max_position_embeddings=context, hidden_dropout_prob=dropout, attention_probs_dropout_prob=dropout, pad_token_id=pad, num_labels=len(labels),
    )
)
groups = [
    {"params": [each for each in model.parameters() if each.ndim > 1], "weight_decay": decay},
    {"params": [each for each in model.parameters() if each.ndim == 1], "weight_decay": 0.0},
]
optimizer = torch.optim.AdamW(groups, lr=rate, betas=(0.9, 0.98), eps=1e-6)
steps = epochs * -(-len(train) // batch)
schedule = get_linear_schedule_with_warmup(optimizer, round(0.05 * steps), steps)
order, started, best = random.Random(options.seed), time.perf_counter(), None
for epoch in range(1, epochs + 1):
    model.train()
    order.shuffle(train)
    for at in range(0, len(train), batch):
        inputs, answers = padded(train[at : at + batch])
        loss = cross_entropy(model(**inputs).logits, answers)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
    accuracy, validation_loss = evaluated(validation)
    print(f"epoch {epoch}: validation {accuracy:.4f}, loss {validation_loss:.4f}", flush=True)
    if best is None or (accuracy, -validation_loss) > (best["validation"], -best["loss"]):
        best = {"epoch": epoch, "validation": accuracy, "loss": validation_loss, "test": evaluated(test)[0]}
print(json.dumps({"seed": options.seed, **best, "seconds": round(time.perf_counter() - started, 1)}))
