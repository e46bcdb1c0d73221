"""
Writes companions.json: how Transformers 5.24 reads a vocabulary with the files next to it.

    python companions.py
"""

import json
import tempfile
from pathlib import Path

from transformers import AutoTokenizer

TEXTS = ["[E1] rome [/E1] is old", "Rome! is Old rome", "café 中文 is rome", "a <e1> rome old is old", "ROME! is [e1] rome!"]
PIECES = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "[", "]", "e", "##1", "1", "rome", "is", "old", "Rome", "caf", "##é", "cafe"]
PIECES += ["##e", "中", "文", "中文", "/"]
SIZES = {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 1, "intermediate_size": 8}


def token(content, special, **settings):
    return {"content": content, "special": special, "single_word": False, "lstrip": False, "rstrip": False, "normalized": not special, **settings}


def bert_json(lower):
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [{"id": i, **token(piece, True)} for i, piece in enumerate(PIECES[:5])],
        "normalizer": {"type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": True, "strip_accents": None, "lowercase": lower},
        "pre_tokenizer": {"type": "BertPreTokenizer"},
        "post_processor": {"type": "BertProcessing", "sep": ["[SEP]", 3], "cls": ["[CLS]", 2]},
        "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": True},
        "model": {
            "type": "WordPiece",
            "unk_token": "[UNK]",
            "continuing_subword_prefix": "##",
            "max_input_chars_per_word": 100,
            "vocab": {piece: i for i, piece in enumerate(PIECES)},
        },
    }


def bert(config, whole=None, **files):
    found = {"tokenizer_config.json": {"tokenizer_class": "BertTokenizer", **config}, **files}
    return {"vocab.txt": "\n".join(PIECES) + "\n", **({} if whole is None else {"tokenizer.json": whole}), **found}


def byte_level():
    from tokenizers.pre_tokenizers import ByteLevel

    merges = [("Ġ", "r"), ("o", "m"), ("Ġr", "om")]
    pieces = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"] + sorted(ByteLevel.alphabet()) + [left + right for left, right in merges]
    return {piece: i for i, piece in enumerate(pieces)}, merges


VOCAB, MERGES = byte_level()


def roberta_json(space):
    level = {"type": "ByteLevel", "add_prefix_space": space, "trim_offsets": True, "use_regex": True}
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [{"id": i, **token(piece, True)} for i, piece in enumerate(list(VOCAB)[:5])],
        "normalizer": None,
        "pre_tokenizer": level,
        "post_processor": {"type": "RobertaProcessing", "sep": ["</s>", 2], "cls": ["<s>", 0], "trim_offsets": True, "add_prefix_space": space},
        "decoder": level,
        "model": {
            "type": "BPE",
            "dropout": None,
            "unk_token": None,
            "continuing_subword_prefix": "",
            "end_of_word_suffix": "",
            "fuse_unk": False,
            "byte_fallback": False,
            "vocab": VOCAB,
            "merges": [list(pair) for pair in MERGES],
        },
    }


def roberta(config, whole=None, **files):
    merges = "#version: 0.2\n" + "".join(f"{left} {right}\n" for left, right in MERGES)
    found = {"tokenizer_config.json": {"tokenizer_class": "RobertaTokenizer", **config}, **files}
    return {"vocab.json": VOCAB, "merges.txt": merges, **({} if whole is None else {"tokenizer.json": whole}), **found}


N, M = len(PIECES), len(VOCAB)
E1 = {"additional_special_tokens": ["[E1]", "[/E1]"]}
CASES = {
    "added_tokens.json beside vocab.txt": bert({"do_lower_case": True}, **{"added_tokens.json": {"[E1]": N, "[/E1]": N + 1}}),
    "ids of added_tokens.json that leave a gap": bert({"do_lower_case": True}, **{"added_tokens.json": {"[E1]": N, "[/E1]": N + 5}}),
    "an added word with capitals": bert({"do_lower_case": True}, **{"added_tokens.json": {"Rome!": N, "[/E1]": N + 1}}),
    "special_tokens_map.json beside vocab.txt": bert({"do_lower_case": True}, **{"special_tokens_map.json": {**E1, "unk_token": "[UNK]"}}),
    "special tokens by names of their own": bert({"do_lower_case": True, "extra_special_tokens": {"first": "[E1]", "last": "[/E1]"}}),
    "special tokens by names of their own in special_tokens_map.json": bert(
        {"do_lower_case": True}, **{"special_tokens_map.json": {"extra_special_tokens": {"first": "[E1]"}}}
    ),
    "a setting that ends with _token": bert({"do_lower_case": True, "entity_token": "[E1]"}),
    "added_tokens.json beside special_tokens_map.json": bert(
        {"do_lower_case": True}, **{"added_tokens.json": {"[E1]": N, "rome!": N + 1}, "special_tokens_map.json": E1}
    ),
    "special_tokens_map.json against tokenizer_config.json": bert(
        {"do_lower_case": True, "unk_token": "is"}, **{"special_tokens_map.json": {"unk_token": "old"}}
    ),
    "special_tokens_map.json beside added_tokens_decoder": bert(
        {"do_lower_case": True, "added_tokens_decoder": {str(N): token("[/E1]", True)}}, **{"special_tokens_map.json": {**E1, "unk_token": "old"}}
    ),
    "special tokens of tokenizer_config.json": bert({"do_lower_case": True, "additional_special_tokens": ["[E1]"]}),
    "added_tokens_decoder, and a word that is there": bert(
        {"do_lower_case": False, "added_tokens_decoder": {str(N): token("[E1]", True), str(N + 1): token("rome", False, single_word=True)}}
    ),
    "capitals kept against tokenizer.json": bert({"do_lower_case": False}, bert_json(True)),
    "capitals lowered against tokenizer.json, as is usual": bert({}, bert_json(False)),
    "accents and Chinese kept against tokenizer.json": bert(
        {"do_lower_case": True, "strip_accents": False, "tokenize_chinese_chars": False}, bert_json(True)
    ),
    "accents and Chinese kept": bert({"do_lower_case": True, "strip_accents": False, "tokenize_chinese_chars": False}),
    "the general class, which changes nothing": bert({"do_lower_case": True, "tokenizer_class": "PreTrainedTokenizerFast"}, bert_json(False)),
    "added_tokens_decoder beside tokenizer.json": bert({"added_tokens_decoder": {str(N): token("[E1]", True)}}, bert_json(True)),
    "added_tokens.json beside tokenizer.json": bert({}, bert_json(True), **{"added_tokens.json": {"[E1]": N}}),
    "special_tokens_map.json beside tokenizer.json": bert({}, bert_json(True), **{"special_tokens_map.json": E1}),
    "another token for the unknown": bert({"unk_token": "rome"}),
    "another token for the unknown, against tokenizer.json": bert({"unk_token": "rome"}, bert_json(True)),
    "another first token": bert({"do_lower_case": True, "cls_token": "is"}),
    "added_tokens.json beside vocab.json": roberta({}, **{"added_tokens.json": {"<e1>": M, "rome old": M + 1}}),
    "a space before, beside vocab.json": roberta({"add_prefix_space": True}),
    "a space before, against tokenizer.json": roberta({"add_prefix_space": True}, roberta_json(False)),
    "no space before, against tokenizer.json": roberta({"add_prefix_space": False}, roberta_json(True)),
    "a word that takes the spaces around": roberta(
        {"added_tokens_decoder": {str(M): token("<e1>", False, lstrip=True, rstrip=True)}}, roberta_json(False)
    ),
}

written = []
for name, files in CASES.items():
    kind = "bert" if "vocab.txt" in files else "roberta"
    with tempfile.TemporaryDirectory() as folder:
        for path, content in {**files, "config.json": {"model_type": kind, "vocab_size": 400, **SIZES}}.items():
            Path(folder, path).write_text(content if isinstance(content, str) else json.dumps(content, ensure_ascii=False))
        tokenizer = AutoTokenizer.from_pretrained(folder)
        written.append({"name": name, "files": files, "entries": len(tokenizer), "ids": [tokenizer(text)["input_ids"] for text in TEXTS]})
Path(__file__).with_suffix(".json").write_text(json.dumps({"texts": TEXTS, "cases": written}, ensure_ascii=False))
