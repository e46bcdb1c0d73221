"""Writes peer-cases.json: results of established programs for texts and numbers that are awkward to score.

pip install sacrebleu==2.6.0 rouge-score==0.1.2 seqeval==1.2.2 scikit-learn==1.9.1 scipy==1.17.1 nltk
python test/metrics/peer-cases.py
"""

import json
import logging
import random
import warnings
from pathlib import Path

import numpy as np
from nltk.stem.porter import PorterStemmer
from rouge_score.rouge_scorer import RougeScorer
from sacrebleu.metrics import BLEU, CHRF, TER
from scipy import stats
from seqeval import metrics as seqeval
from seqeval.scheme import IOB2
from sklearn import metrics as sklearn

warnings.filterwarnings("ignore")
logging.disable(logging.WARNING)
draw = random.Random(7)

hypotheses = [
    "",
    "   ",
    "the cat sat on the mat",
    "The price is 1,000.50 - not $3.5bn (see 2.) -- or 5-6?",
    "&quot;Yes&amp;no&quot; &lt;b&gt; <skipped> it's Mary's",
    "naïve café — “quoted” … 50% €20 №5 ½",
    "word1\u00a0word2\u3000word3 \t word4",
    "我喜欢吃苹果,“真的”—很好吃。GPU 3.5",
    "カタカナ と ひらがな、漢字。㍿ ㈱",
    "İstanbul ΣΑΣ straße 😀😃 👍🏽",
    "b a d c f e h g one two three four",
    "a a a a a a",
    "one",
    "in the morning they went to the old house near the river and slept",
    "Punct!!! (start) 'quoted' end.",
]
references = [
    "nothing here",
    "",
    "the cat is on the mat",
    "The price is 1,000.50, not $3.5bn (see 2) or 5 - 6 ?",
    "\"Yes & no\" <b> it 's Mary 's",
    "naive café - \"quoted\"... 50 % € 20 No 5 1/2",
    "word1 word2 word3 word4 word5",
    "我爱吃苹果,“真的”——很好吃!GPU 3.5",
    "カタカナとひらがな、漢字。株式会社 ㈱",
    "istanbul σας STRASSE 😀 👍",
    "a b c d e f g h one two three four five",
    "a a a",
    "one two three four five six",
    "they went to the old house near the river in the morning and slept well",
    "Punct ! ( start ) quoted 'end'.",
]
others = [" ".join(reversed(reference.split())) for reference in references]


def bleu_cases():
    options = [{"tokenize": name} for name in ("13a", "intl", "zh", "char", "none")]
    options += [{"smooth_method": method} for method in ("exp", "floor", "add-k", "none")]
    options += [
        {"smooth_method": "floor", "smooth_value": 0.01},
        {"smooth_method": "add-k", "smooth_value": 2.5},
        {"lowercase": True, "tokenize": "intl"},
        {"lowercase": True, "tokenize": "zh", "effective_order": True},
        {"max_ngram_order": 6},
        {"max_ngram_order": 1, "smooth_method": "none"},
        {"effective_order": True},
    ]
    return [of_texts(BLEU, each) for each in options]


def chrf_cases():
    options = [
        {},
        {"word_order": 2},
        {"word_order": 1, "lowercase": True},
        {"whitespace": True},
        {"eps_smoothing": True},
        {"eps_smoothing": True, "word_order": 2},
        {"beta": 1, "char_order": 3},
    ]
    return [of_texts(CHRF, each) for each in options]


def ter_cases():
    flags = ("normalized", "no_punct", "asian_support", "case_sensitive")
    options = [{}] + [{name: True} for name in flags]
    options += [
        {"normalized": True, "asian_support": True},
        {"no_punct": True, "asian_support": True},
        {"normalized": True, "no_punct": True, "asian_support": True, "case_sensitive": True},
    ]
    return [of_texts(TER, each) for each in options]


def of_texts(metric, options):
    found = []
    for streams in ([references], [references, others]):
        each = metric(**options)
        score = each.corpus_score(hypotheses, streams).score
        signature = "|".join(part for part in str(each.get_signature()).split("|") if not part.startswith("version:"))
        lines = [metric(**options).sentence_score(text, list(right)).score for text, *right in zip(hypotheses, *streams)]
        found.append({"references": len(streams), "score": score, "signature": signature, "sentences": lines})
    return {"options": options, "results": found}


def shuffled_texts():
    """Long lines with moved phrases, which TER must find, and lines of very different lengths."""
    words = [f"w{i}" for i in range(30)]
    pairs = []
    for length in (8, 20, 45, 80, 130):
        right = [draw.choice(words) for _ in range(length)]
        given = list(right)
        for _ in range(draw.randint(1, 4)):
            start = draw.randrange(len(given))
            stretch = given[start : start + draw.randint(1, 12)]
            del given[start : start + len(stretch)]
            place = draw.randrange(len(given) + 1)
            given[place:place] = stretch
        given = [word if draw.random() > 0.1 else draw.choice(words) for word in given if draw.random() > 0.05]
        pairs.append((" ".join(given), " ".join(right)))
    pairs.append((" ".join(draw.choices(words, k=3)), " ".join(draw.choices(words, k=150))))
    pairs.append((" ".join(draw.choices(words, k=150)), " ".join(draw.choices(words, k=3))))
    return [{"hypothesis": given, "reference": right, "ter": TER().sentence_score(given, [right]).score} for given, right in pairs]


def rouge_cases():
    texts = hypotheses + ["First sentence here.\nSecond one follows!\n\nThird", "relational flying skies\nconditionally generalized"]
    right = references + ["Second one follows.\nFirst sentences here", "relation flies sky\nconditional generalization dying"]
    variants = ["rouge1", "rouge2", "rougeL", "rougeLsum"]
    found = []
    for stem in (False, True):
        scorer = RougeScorer(variants, use_stemmer=stem)
        for text, reference in zip(texts, right):
            scores = scorer.score(reference, text)
            found.append({"text": text, "reference": reference, "stem": stem} | {name: list(scores[name]) for name in variants})
    return found


def stems():
    endings = "s es ies ied ed ing eed ly alli bli logi fulli ational tional enci izer ation ator alism iveness fulness ousness aliti".split()
    endings += "iviti biliti icate ative alize iciti ical ful ness al ance ence er ic able ible ant ement ment ent ion ou ism ate ous ive ize e ll y".split()
    beginnings = "cat pony hop fall fil fail hiss sky toy re st spl trouble electr vile form geo theo archaeo oppos comput rat tann plast y yy crys abov".split()
    words = sorted({beginning + ending for beginning in beginnings for ending in draw.sample(endings, 24)})
    words += "sky skies dying lying tying news innings outings cannings howe proceed exceed succeed dies flies cried tied spied agreed feed plastered".split()
    words += "bled motoring sing conflated troubled sized hopping tanned falling hissing fizzed failing filing happy sky enjoy 1990s 3rd abc123ing a is".split()
    stemmer = PorterStemmer()
    return {word: stemmer.stem(word) for word in words}


def tag_cases():
    tags = ["O", "O", "B-PER", "I-PER", "B-LOC", "I-LOC", "E-PER", "S-LOC", "B", "I"]
    found = []
    for known in (tags[:6], tags):
        gold = [[draw.choice(known) for _ in range(draw.randint(1, 9))] for _ in range(25)]
        predicted = [[tag if draw.random() > 0.3 else draw.choice(known) for tag in sentence] for sentence in gold]
        case = {"gold": gold, "predicted": predicted}
        for name in ("precision", "recall", "f1"):
            case[name] = getattr(seqeval, f"{name}_score")(gold, predicted)
        case["f1_macro"] = seqeval.f1_score(gold, predicted, average="macro")
        if known is not tags:
            case["f1_strict"] = seqeval.f1_score(gold, predicted, mode="strict", scheme=IOB2)
        found.append(case)
    return found


def class_cases():
    found = []
    for classes, spread in ((2, 0.2), (5, 0.5), (2, 1.0)):
        gold = [draw.randrange(classes) for _ in range(60)]
        predicted = [label if draw.random() > spread else draw.randrange(classes) for label in gold]
        # one class that is never predicted, and one that is never correct
        if classes > 2:
            gold = [0 if label == 3 else label for label in gold]
            predicted = [0 if label == 4 else label for label in predicted]
        case = {"classes": classes, "gold": gold, "predicted": predicted, "matthews": sklearn.matthews_corrcoef(gold, predicted)}
        for name in ("precision", "recall", "f1"):
            for average in (["binary"] if classes == 2 else []) + ["micro", "macro", "weighted"]:
                case[name if average == "binary" else f"{name}_{average}"] = getattr(sklearn, f"{name}_score")(
                    gold, predicted, average=average, zero_division=0
                )
        if classes == 2:
            scores = [round(min(1, max(0, draw.gauss(0.4 + 0.2 * label, 0.3))), 1) for label in gold]
            case |= {"scores": scores, "roc_auc": sklearn.roc_auc_score(gold, scores)}
            case["average_precision"] = sklearn.average_precision_score(gold, scores)
        found.append(case)
    return found


def number_cases():
    found = []
    for ties in (False, True):
        gold = [draw.gauss(0, 2) for _ in range(80)]
        predicted = [0.5 * value + draw.gauss(0, 1) for value in gold]
        if ties:
            gold, predicted = [float(round(value)) for value in gold], [float(round(value)) for value in predicted]
        found.append(
            {
                "gold": gold,
                "predicted": predicted,
                "pearson": stats.pearsonr(gold, predicted).statistic,
                "spearman": stats.spearmanr(gold, predicted).statistic,
                "kendall": stats.kendalltau(gold, predicted).statistic,
                "mse": sklearn.mean_squared_error(gold, predicted),
                "mae": sklearn.mean_absolute_error(gold, predicted),
            }
        )
    return found


def calibration_case():
    """The definition in NumPy, with some confidences on the borders of bins."""
    confidences = np.array([0.0, 1.0, 1 / 15, 2 / 15, 0.5] + [draw.random() for _ in range(55)])
    right = np.array([draw.random() < confidence * 0.8 for confidence in confidences])
    error = 0.0
    for m in range(15):
        inside = (confidences > m / 15) & (confidences <= (m + 1) / 15)
        if m == 0:
            inside |= confidences == 0
        if inside.any():
            error += inside.mean() * abs(right[inside].mean() - confidences[inside].mean())
    return {"confidences": confidences.tolist(), "right": right.tolist(), "error": error}


cases = {
    "made_with": "sacreBLEU 2.6.0, rouge-score 0.1.2, NLTK, seqeval 1.2.2, scikit-learn 1.9.1, SciPy 1.17.1; see peer-cases.py",
    "texts": {"hypotheses": hypotheses, "references": references, "others": others},
    "bleu": bleu_cases(),
    "chrf": chrf_cases(),
    "ter": ter_cases(),
    "shifts": shuffled_texts(),
    "rouge": rouge_cases(),
    "stems": stems(),
    "tags": tag_cases(),
    "classes": class_cases(),
    "numbers": number_cases(),
    "calibration": calibration_case(),
}
Path(__file__).with_name("peer-cases.json").write_text(json.dumps(cases, ensure_ascii=False, default=float) + "\n")
