"""Python's tokenizers on the texts and the tokenizer that bench/encode.ts gives it.

    python bench/peers/encode.py tokenizer.json texts.json

Prints one JSON line: tokens, seconds by the clock and of processor time for `encode_batch`.
"""
import json, sys, time

from tokenizers import Tokenizer

tokenizer = Tokenizer.from_file(sys.argv[1])
texts = json.load(open(sys.argv[2], encoding="utf8"))
clock, processor = time.perf_counter(), time.process_time()
encoded = tokenizer.encode_batch(texts, add_special_tokens=False)
print(
    json.dumps(
        {
            "tokens": sum(len(each.ids) for each in encoded),
            "seconds": time.perf_counter() - clock,
            "processor_seconds": time.process_time() - processor,
        }
    )
)
