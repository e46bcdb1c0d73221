"""Writes peer-tokenizers.json: small tokenizers as saved by other programs, with the ids from Hugging Face's tokenizers.

pip install tokenizers==0.23.3
python test/tokenizers/peer-tokenizers.py
"""

import json
from pathlib import Path

from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

text = ["Fellow citizens, we the people's representatives have met 1,234 times.", "It's good: naïve café\tmeets\n\nstraße — 世界!"] * 4
texts = [
    "Fellow  citizens meet",
    " It's the people's café, isn't it?  ",
    "naïve ﬁne Ⅳ 1,234.5\u00a0x\u2003y\n\tz",
    "世界 unknown Ω <s> [CLS] </s>",
    "",
    "e\u0301 a\u0308 ſ İ",
]

builds = {
    "BERT": (
        models.WordPiece(unk_token="[UNK]"),
        normalizers.BertNormalizer(lowercase=True),
        pre_tokenizers.BertPreTokenizer(),
        trainers.WordPieceTrainer(vocab_size=160, special_tokens=["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"], show_progress=False),
        decoders.WordPiece(),
    ),
    "GPT-2": (
        models.BPE(),
        None,
        pre_tokenizers.ByteLevel(add_prefix_space=False),
        trainers.BpeTrainer(
            vocab_size=320, special_tokens=["<|endoftext|>"], initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False
        ),
        decoders.ByteLevel(),
    ),
    "RoBERTa with a space before": (
        models.BPE(),
        normalizers.NFC(),
        pre_tokenizers.ByteLevel(add_prefix_space=True),
        trainers.BpeTrainer(
            vocab_size=320,
            special_tokens=["<s>", "<pad>", "</s>", "<unk>", "<mask>"],
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        ),
        decoders.ByteLevel(),
    ),
    "T5": (
        models.Unigram(),
        normalizers.Sequence([normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")]),
        pre_tokenizers.Metaspace(prepend_scheme="always"),
        trainers.UnigramTrainer(vocab_size=120, special_tokens=["<pad>", "</s>", "<unk>"], unk_token="<unk>", show_progress=False),
        decoders.Metaspace(prepend_scheme="always"),
    ),
    "Llama": (
        models.BPE(unk_token="<unk>", byte_fallback=True, fuse_unk=True),
        normalizers.Sequence([normalizers.Prepend("\u2581"), normalizers.Replace(" ", "\u2581")]),
        None,
        trainers.BpeTrainer(
            vocab_size=420, special_tokens=["<unk>", "<s>", "</s>"] + [f"<0x{byte:02X}>" for byte in range(256)], show_progress=False
        ),
        decoders.Sequence([decoders.Replace("\u2581", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]),
    ),
    "words": (
        models.WordLevel(unk_token="<unk>"),
        normalizers.Sequence([normalizers.NFD(), normalizers.StripAccents(), normalizers.Lowercase()]),
        pre_tokenizers.Sequence([pre_tokenizers.Whitespace(), pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.Punctuation()]),
        trainers.WordLevelTrainer(vocab_size=100, special_tokens=["<pad>", "<unk>", "<s>", "</s>"], show_progress=False),
        None,
    ),
}

cases = []
for name, (model, normalizer, pre_tokenizer, trainer, decoder) in builds.items():
    tokenizer = Tokenizer(model)
    if normalizer:
        tokenizer.normalizer = normalizer
    if pre_tokenizer:
        tokenizer.pre_tokenizer = pre_tokenizer
    if decoder:
        tokenizer.decoder = decoder
    tokenizer.train_from_iterator(text, trainer)
    ends = [token for token in ("[CLS]", "<s>", "</s>", "[SEP]") if tokenizer.token_to_id(token) is not None]
    if len(ends) == 2:
        tokenizer.post_processor = processors.TemplateProcessing(
            single=f"{ends[0]} $A {ends[1]}", special_tokens=[(each, tokenizer.token_to_id(each)) for each in ends]
        )
    tokenizer.enable_truncation(4)
    saved = json.loads(tokenizer.to_str())
    # texts never contain special tokens here: their spelling is ordinary text
    plain = Tokenizer.from_str(json.dumps({**saved, "added_tokens": [], "truncation": None}))
    ids = [plain.encode(each, add_special_tokens=False).ids for each in texts]
    cases.append({"name": name, "tokenizer": saved, "ids": ids, "decoded": [plain.decode(each) for each in ids]})

Path(__file__).with_name("peer-tokenizers.json").write_text(json.dumps({"texts": texts, "cases": cases}, ensure_ascii=False) + "\n")
