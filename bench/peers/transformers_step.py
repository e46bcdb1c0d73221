"""The objectives of `pretrain bench` with Transformers' own models and collators: the same sizes and batch.

    python bench/peers/transformers_step.py causal|masked|span_corruption tiny|small|medium [--threads 2] [--seconds 5]

GPT-2, BERT and T5 from their configurations; DataCollatorForLanguageModeling for the first two. Transformers has no
collator for the third, so its spans are drawn as in T5's examples. Prints one JSON line, as pytorch.py does.
"""
import argparse, json, os

os.environ.setdefault("HF_HUB_OFFLINE", "1")
import numpy as np
import torch
import transformers
from tokenizers import Tokenizer, models as tokenizer_models
from transformers import (
    BertConfig, BertForMaskedLM, DataCollatorForLanguageModeling, GPT2Config, GPT2LMHeadModel, PreTrainedTokenizerFast, T5Config, T5ForConditionalGeneration,
)

from common import measured, options_of, parameters_of, sizes, window_of

arguments = argparse.ArgumentParser()
arguments.add_argument("objective", choices=["causal", "masked", "span_corruption"])
arguments.add_argument("size", choices=sizes)
options = options_of(arguments)
torch.manual_seed(1)
transformers.logging.set_verbosity_error()

layers, width, heads, context, vocabulary, batch = sizes[options.size]
sentinels = min(100, vocabulary // 8)
special = ["<pad>", "<unk>", "<s>", "</s>", "<mask>"]
words = special + [f"w{i}" for i in range(vocabulary - sentinels - 5)] + [f"<extra_id_{i}>" for i in range(sentinels)]
tokenizer = PreTrainedTokenizerFast(
    tokenizer_object=Tokenizer(tokenizer_models.WordLevel({word: i for i, word in enumerate(words)}, "<unk>")),
    pad_token="<pad>", unk_token="<unk>", bos_token="<s>", eos_token="</s>", mask_token="<mask>",
)
randomness = np.random.default_rng(1)
corpus = randomness.integers(5, vocabulary - sentinels, 2_000_000)


def windows(length):
    starts = randomness.integers(0, len(corpus) - length, batch)
    return [corpus[start : start + length] for start in starts]


def segmentation(items, parts):
    """Lengths of `parts` parts, none empty, that add up to `items`."""
    first = np.append(0, np.sort(randomness.permutation(items - 1)[: parts - 1]) + 1)
    return np.diff(np.append(first, items))


def spans(tokens, rate=0.15, mean=3.0):
    """T5's span corruption of one window: (inputs, targets), both with </s>."""
    noise = max(1, round(len(tokens) * rate))
    count = max(1, round(noise / mean))
    hidden, visible = segmentation(noise, count), segmentation(len(tokens) - noise, count)
    inputs, targets, at = [], [], 0
    for i in range(count):
        sentinel = [vocabulary - sentinels + i]
        inputs += [tokens[at : at + visible[i]], sentinel]
        at += visible[i]
        targets += [sentinel, tokens[at : at + hidden[i]]]
        at += hidden[i]
    return np.concatenate([*inputs, [3]]), np.concatenate([*targets, [3]])


if options.objective == "masked":
    model = BertForMaskedLM(
        BertConfig(vocab_size=vocabulary, hidden_size=width, num_hidden_layers=layers, num_attention_heads=heads, intermediate_size=4 * width,
                   max_position_embeddings=context, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0))
    collator = DataCollatorForLanguageModeling(tokenizer, mlm=True, mlm_probability=0.15)
    make = lambda: collator([{"input_ids": torch.tensor(w)} for w in windows(context)])
    tokens = batch * context
elif options.objective == "causal":
    model = GPT2LMHeadModel(
        GPT2Config(vocab_size=vocabulary, n_embd=width, n_layer=layers, n_head=heads, n_positions=context, resid_pdrop=0.0, embd_pdrop=0.0, attn_pdrop=0.0,
                   bos_token_id=2, eos_token_id=3))
    collator = DataCollatorForLanguageModeling(tokenizer, mlm=False)
    make = lambda: collator([{"input_ids": torch.tensor(w)} for w in windows(context)])
    tokens = batch * context
else:
    model = T5ForConditionalGeneration(
        T5Config(vocab_size=vocabulary, d_model=width, d_kv=width // heads, d_ff=4 * width, num_layers=layers, num_heads=heads, dropout_rate=0.0,
                 decoder_start_token_id=0, pad_token_id=0, eos_token_id=3))
    window = window_of(context)
    sides = [len(side) for side in spans(corpus[:window])]

    def make():
        pairs = [spans(w) for w in windows(window)]
        return {"input_ids": torch.tensor(np.stack([p[0] for p in pairs])), "labels": torch.tensor(np.stack([p[1] for p in pairs]))}

    tokens = batch * sum(sides)

optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, betas=(0.9, 0.98), eps=1e-6, weight_decay=0.01, fused=True)
model.train()


def step():
    loss = model(**make()).loss
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    return loss.item()


for _ in range(4):
    step()
peer = {"peer": f"Transformers {transformers.__version__}", "parameters": parameters_of(model), "tokens_per_step": tokens}
print(json.dumps({**peer, **measured(step, options.seconds)}))
