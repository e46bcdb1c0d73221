"""Greedy generation with Transformers' `generate` from a folder that bench/peers.ts wrote, all prompts in one batch.

    python bench/peers/generate.py FOLDER [--threads 2] [--seconds 5]

Prints one JSON line, as pytorch.py does; a step adds one token to each text. `texts`: the ids, including the prompts.
"""
import argparse, json, os, pathlib

os.environ.setdefault("HF_HUB_OFFLINE", "1")
import torch
import transformers

from common import measured, options_of, parameters_of

arguments = argparse.ArgumentParser()
arguments.add_argument("folder", type=pathlib.Path)
options = options_of(arguments)
transformers.logging.set_verbosity_error()

model = transformers.AutoModelForCausalLM.from_pretrained(options.folder, dtype=torch.float32).eval()
# no token ends a text
model.generation_config.eos_token_id = None
prompts = torch.tensor(json.loads((options.folder / "prompts.json").read_text()))
new = model.config.n_positions - prompts.shape[1]


def write():
    with torch.inference_mode():
        return model.generate(prompts, attention_mask=torch.ones_like(prompts), do_sample=False, max_new_tokens=new, use_cache=True)


written = write()
peer = {"peer": f"Transformers {transformers.__version__}", "parameters": parameters_of(model), "tokens_per_step": len(prompts)}
found = measured(write, options.seconds, least=3)
of_a_token = {name: found[name] / new for name in ["step_milliseconds", "processor_milliseconds"]}
print(json.dumps({**peer, **found, **of_a_token, "texts": written.tolist()}))
