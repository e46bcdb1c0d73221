"""Loads folders written by `pretrain export --to transformers`, and writes the outputs of Transformers' models into them.

    python bench/peers/exported.py FOLDER...

Then `pretrain verify FOLDER --batch FOLDER/batch.safetensors --expected FOLDER/expected.safetensors` compares the
exported model with them. Needs torch, transformers and safetensors.
"""

import json
import pathlib
import sys

import torch
import transformers
from safetensors.torch import save_file


def main() -> None:
    torch.set_num_threads(1)
    for folder in map(pathlib.Path, sys.argv[1:]):
        name = json.loads((folder / "config.json").read_text())["architectures"][0]
        model, info = getattr(transformers, name).from_pretrained(
            folder, attn_implementation="eager", dtype=torch.float32, output_loading_info=True
        )
        problems = {kind: sorted(found) for kind, found in info.items() if found}
        random = torch.Generator().manual_seed(3)
        ids = torch.randint(5, model.config.vocab_size, (3, 12), generator=random)
        mask = torch.tensor([[1] * 12, [1] * 9 + [0] * 3, [1] * 5 + [0] * 7])
        batch = {"input_ids": ids, "attention_mask": mask}
        if model.config.is_encoder_decoder:
            batch["decoder_input_ids"] = torch.randint(5, model.config.vocab_size, (3, 7), generator=random)
        with torch.no_grad():
            output = model.eval()(**batch)
        save_file(batch, folder / "batch.safetensors")
        save_file({"logits": output.logits.contiguous().clone()}, folder / "expected.safetensors")
        text = transformers.AutoTokenizer.from_pretrained(folder)("abc")["input_ids"]
        print(f"{folder}: {name}, loading problems {problems or 'none'}, tokens of 'abc' {text}")


if __name__ == "__main__":
    main()
