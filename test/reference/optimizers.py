"""Makes optimizers/adafactor.json and optimizers/muon.json: weights after steps of PyTorch's and Transformers' optimisers.

    python test/reference/optimizers.py

Needs torch (2.9 or newer) and transformers. Weights and gradients follow from formulas that test/programs/reference-optimizers.test.ts has
too. A weight (inputs, outputs) is PyTorch's of a linear layer, transposed; those that are joined side by side are layers of their own.
"""

import json
import pathlib

import torch
from torch.optim import _muon
from transformers.optimization import Adafactor

ROOT = pathlib.Path(__file__).parent / "optimizers"
SHOWN = [1, 20]
# name → rows, widths of the matrices that are joined in it; no rows: a vector
WEIGHTS = {"joined": (12, [6, 4, 4]), "tall": (12, [5]), "wide": (3, [11]), "vector": (None, [7])}


def numbers(rows, widths, salt):
    """As written: rows × columns, or a vector, of numbers between -1 and 1 that differ in size by column."""
    columns = sum(widths)
    values = [
        ((i * i * 31 + i * 7919 + salt * 104729 + 37) % 2003 / 1001.5 - 1) * (1 + i % columns) / columns for i in range((rows or 1) * columns)
    ]
    values = torch.tensor(values, dtype=torch.float64).to(torch.float32)
    return values.reshape(rows, columns) if rows else values


def parts(value, widths):
    """The weights of separate layers."""
    return [value] if value.dim() == 1 else [part.T.contiguous() for part in value.split(widths, 1)]


def joined(parameters):
    if parameters[0].dim() == 1:
        return parameters[0].detach()
    return torch.cat([parameter.detach().T for parameter in parameters], 1)


def run(names, make):
    kept = {
        name: [torch.nn.Parameter(part.clone()) for part in parts(numbers(*WEIGHTS[name], salt), WEIGHTS[name][1])]
        for salt, name in enumerate(WEIGHTS)
        if name in names
    }
    optimizer = make([parameter for parameters in kept.values() for parameter in parameters])
    shown = {name: {} for name in names}
    for step in range(1, 21):
        for salt, name in enumerate(WEIGHTS):
            if name not in names:
                continue
            gradient = numbers(*WEIGHTS[name], 100 * step + salt)
            for parameter, part in zip(kept[name], parts(gradient, WEIGHTS[name][1])):
                parameter.grad = part.clone()
        optimizer.step()
        if step in SHOWN:
            for name in names:
                shown[name][step] = [float(f"{x:.9g}") for x in joined(kept[name]).reshape(-1).tolist()]
    return shown


def write(name, cases):
    ROOT.mkdir(exist_ok=True)
    (ROOT / f"{name}.json").write_text(json.dumps(cases) + "\n")


class Float32:
    """torch, but for the number format of Muon's iteration: bfloat16's rounding would be all of the difference that is measured."""

    bfloat16 = torch.float32

    def __getattr__(self, name):
        return getattr(torch, name)


torch.set_num_threads(1)
adafactor = {
    "scaled": dict(lr=1e-2, relative_step=False, scale_parameter=True),
    "relative": dict(relative_step=True, scale_parameter=True),
    "relative with a warm-up": dict(relative_step=True, scale_parameter=True, warmup_init=True),
    "with momentum and decay": dict(
        lr=1e-2, relative_step=False, scale_parameter=False, beta1=0.9, weight_decay=0.1, clip_threshold=0.5, decay_rate=-0.7
    ),
}
write("adafactor", [
    {"name": name, "settings": settings, "weights": run(list(WEIGHTS), lambda weights: Adafactor(weights, **settings))}
    for name, settings in adafactor.items()
])
_muon.torch = Float32()
matrices = [name for name, (rows, _) in WEIGHTS.items() if rows]
muon = {
    "Nesterov": dict(lr=2e-2, weight_decay=0.1, momentum=0.95, nesterov=True),
    "plain momentum": dict(lr=2e-2, weight_decay=0.0, momentum=0.9, nesterov=False),
}
write("muon", [
    {
        "name": name,
        "settings": settings,
        "weights": run(matrices, lambda weights: torch.optim.Muon(weights, adjust_lr_fn="match_rms_adamw", **settings)),
    }
    for name, settings in muon.items()
])
