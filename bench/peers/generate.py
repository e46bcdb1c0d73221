"""Greedy generation with Transformers' `generate` from a folder that bench/peers.ts wrote, all prompts in one batch.

    python bench/peers/generate.py FOLDER [--threads 2] [--seconds 5]

Prints one JSON line, as pytorch.py does; a step is a token of each text. `texts`: the ids, with their beginnings.
"""
import argparse, json, os, pathlib, resource, statistics, time

os.environ.setdefault("HF_HUB_OFFLINE", "1")
import torch
import transformers

arguments = argparse.ArgumentParser()
arguments.add_argument("folder", type=pathlib.Path)
arguments.add_argument("--threads", type=int, default=2)
arguments.add_argument("--seconds", type=float, default=5)
options = arguments.parse_args()
torch.set_num_threads(options.threads)
transformers.logging.set_verbosity_error()

model = transformers.AutoModelForCausalLM.from_pretrained(options.folder, dtype=torch.float32).eval()
# nothing ends a text
model.generation_config.eos_token_id = None
prompts = torch.tensor(json.loads((options.folder / "prompts.json").read_text()))
new = model.config.n_positions - prompts.shape[1]


def write():
    with torch.inference_mode():
        return model.generate(prompts, attention_mask=torch.ones_like(prompts), do_sample=False, max_new_tokens=new, use_cache=True)


written = write()
times, begin, used = [], time.perf_counter(), time.process_time()
while len(times) < 3 or time.perf_counter() - begin < options.seconds:
    start = time.perf_counter()
    write()
    times.append((time.perf_counter() - start) * 1000)
print(
    json.dumps(
        {
            "peer": f"Transformers {transformers.__version__}",
            "parameters": sum(p.numel() for p in model.parameters()),
            "tokens_per_step": len(prompts),
            "step_milliseconds": statistics.median(times) / new,
            "processor_milliseconds": (time.process_time() - used) * 1000 / len(times) / new,
            "peak_memory_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
            "texts": written.tolist(),
        }
    )
)
