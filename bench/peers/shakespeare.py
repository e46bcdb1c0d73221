"""nanoGPT's CPU setting on tiny Shakespeare in PyTorch: the reference for examples/shakespeare.pretrain.

    python bench/peers/shakespeare.py examples/data/tinyshakespeare.txt --seed 1 [--steps 2000]

Prints one JSON line: loss over the whole validation split (the last tenth of the characters, windows of 64) and seconds.
"""
import argparse, json, math, time

import torch
import torch.nn as nn
import torch.nn.functional as F

arguments = argparse.ArgumentParser()
arguments.add_argument("text")
arguments.add_argument("--seed", type=int, default=1)
arguments.add_argument("--steps", type=int, default=2000)
options = arguments.parse_args()
torch.manual_seed(options.seed)

layers, width, heads, context, batch = 4, 128, 4, 64, 12
peak, floor, warmup = 1e-3, 1e-4, 100

text = open(options.text, encoding="utf8").read()
letters = sorted(set(text))
ids = torch.tensor([letters.index(c) for c in text])
cut = int(0.9 * len(ids))
train, validation = ids[:cut], ids[cut:]


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(width, bias=False), nn.LayerNorm(width, bias=False)
        self.qkv, self.out = nn.Linear(width, 3 * width, bias=False), nn.Linear(width, width, bias=False)
        self.up, self.down = nn.Linear(width, 4 * width, bias=False), nn.Linear(4 * width, width, bias=False)

    def forward(self, x):
        b, t, _ = x.shape
        q, k, v = (z.view(b, t, heads, width // heads).transpose(1, 2) for z in self.qkv(self.norm1(x)).split(width, dim=2))
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.out(y.transpose(1, 2).reshape(b, t, width))
        return x + self.down(F.gelu(self.up(self.norm2(x))))


class GPT(nn.Module):
    def __init__(self):
        super().__init__()
        self.tokens, self.positions = nn.Embedding(len(letters), width), nn.Embedding(context, width)
        self.blocks, self.norm = nn.ModuleList(Block() for _ in range(layers)), nn.LayerNorm(width, bias=False)
        for name, weight in self.named_parameters():
            if weight.dim() == 2:
                branch = name.endswith(("out.weight", "down.weight"))
                nn.init.normal_(weight, std=0.02 / math.sqrt(2 * layers) if branch else 0.02)

    def forward(self, x, y):
        h = self.tokens(x) + self.positions(torch.arange(x.shape[1]))
        for block in self.blocks:
            h = block(h)
        logits = self.norm(h) @ self.tokens.weight.T
        return F.cross_entropy(logits.view(-1, len(letters)), y.reshape(-1), reduction="sum") / y.numel()


model = GPT()
groups = [
    {"params": [p for p in model.parameters() if p.dim() >= 2], "weight_decay": 0.1},
    {"params": [p for p in model.parameters() if p.dim() < 2], "weight_decay": 0.0},
]
optimizer = torch.optim.AdamW(groups, lr=peak, betas=(0.9, 0.99), fused=True)
start = time.time()
for step in range(1, options.steps + 1):
    progress = max(0, step - warmup) / max(1, options.steps - warmup)
    rate = peak * step / warmup if step <= warmup else floor + (peak - floor) * (1 + math.cos(math.pi * progress)) / 2
    for group in optimizer.param_groups:
        group["lr"] = rate
    at = torch.randint(len(train) - context, (batch,))
    x = torch.stack([train[i : i + context] for i in at])
    y = torch.stack([train[i + 1 : i + 1 + context] for i in at])
    loss = model(x, y)
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()

model.eval()
total = count = 0
with torch.no_grad():
    for i in range(0, len(validation) - 1, context):
        x, y = validation[i : i + context], validation[i + 1 : i + 1 + context]
        x = x[: len(y)]
        total += model(x[None], y[None]).item() * len(y)
        count += len(y)
print(json.dumps({"seed": options.seed, "loss": round(total / count, 4), "seconds": round(time.time() - start, 1)}))
