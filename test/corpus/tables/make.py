"""Writes the Parquet files of this folder, as other programs write them.

pip install pyarrow
python test/corpus/tables/make.py
"""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

here = Path(__file__).parent
table = pa.table({"id": [1, 2, 3, 4, 5], "text": ["one", "zwei\nLinien", "trois, virgule", None, "五 𝕏"]})
for compression in ("none", "snappy", "gzip", "zstd", "brotli", "lz4"):
    pq.write_table(table, here / f"{compression}.parquet", compression=compression, row_group_size=2)

# rows in the hub's form, of a tagging and of a question answering task
words = pa.table({"tokens": [["Ada", "wrote"], ["to", "Bath"]], "tags": [["B-person", "O"], ["O", "B-place"]]})
pq.write_table(words, here / "words.parquet")
questions = pa.table(
    {
        "id": ["a", "b"],
        "context": ["Ada lived in Bath 𝕏, then here.", "Nobody."],
        "question": ["Where?", "Who?"],
        "answers": [{"text": ["here"], "answer_start": [26]}, {"text": [], "answer_start": []}],
    },
    schema=pa.schema(
        [
            ("id", pa.string()),
            ("context", pa.string()),
            ("question", pa.string()),
            ("answers", pa.struct([("text", pa.list_(pa.string())), ("answer_start", pa.list_(pa.int32()))])),
        ]
    ),
)
pq.write_table(questions, here / "questions.parquet")
labels = pa.table({"sentence": ["good", "bad", "fine, \"quoted\""], "label": pa.array([1, 0, 1], pa.int64())})
pq.write_table(labels, here / "labels.parquet", compression="zstd")
translations = pa.table({"id": [2**60 + 1, 2**60 + 2], "translation": [{"en": "a dog", "de": "ein Hund"}, {"en": "a cat", "de": "eine Katze"}]})
pq.write_table(translations, here / "translations.parquet")
