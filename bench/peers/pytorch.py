"""The decoder of `pretrain bench` in plain PyTorch, eager, fused AdamW, clipping at 1: the same sizes, batch and work per step.

    python bench/peers/pytorch.py tiny|small|medium [--threads 2] [--seconds 5]

Prints one JSON line: parameters, tokens per step, median step time in milliseconds, peak resident memory.
"""
import argparse, json

import torch
import torch.nn as nn
import torch.nn.functional as F

from common import measured, options_of, parameters_of, sizes

arguments = argparse.ArgumentParser()
arguments.add_argument("size", choices=sizes)
options = options_of(arguments)
torch.manual_seed(1)

layers, width, heads, context, vocabulary, batch = sizes[options.size]


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.up, self.down = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)

    def forward(self, x):
        b, t, _ = x.shape
        q, k, v = self.qkv(self.norm1(x)).view(b, t, 3, heads, width // heads).permute(2, 0, 3, 1, 4)
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.out(y.transpose(1, 2).reshape(b, t, width))
        return x + self.down(F.gelu(self.up(self.norm2(x))))


class Decoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.tokens, self.positions = nn.Embedding(vocabulary, width), nn.Embedding(context, width)
        self.blocks, self.norm = nn.ModuleList(Block() for _ in range(layers)), nn.LayerNorm(width)

    def forward(self, x):
        h = self.tokens(x) + self.positions(torch.arange(x.shape[1]))
        for block in self.blocks:
            h = block(h)
        return self.norm(h) @ self.tokens.weight.T


model = Decoder()
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, betas=(0.9, 0.98), eps=1e-6, weight_decay=0.01, fused=True)


def step():
    ids = torch.randint(0, vocabulary, (batch, context + 1))
    loss = F.cross_entropy(model(ids[:, :-1]).reshape(-1, vocabulary), ids[:, 1:].reshape(-1))
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    return loss.item()


for _ in range(4):
    step()
peer = {"peer": f"PyTorch {torch.__version__}", "parameters": parameters_of(model), "tokens_per_step": batch * context}
print(json.dumps({**peer, **measured(step, options.seconds)}))
