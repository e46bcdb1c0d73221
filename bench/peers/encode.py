"""Encodes texts with Python's tokenizers. bench/encode.ts writes the texts and the tokenizer.

    python bench/peers/encode.py tokenizer.json texts.json

Prints one JSON line: tokens, and seconds of wall-clock and processor time for `encode_batch`.
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
