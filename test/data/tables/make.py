"""Writes the Parquet files of this folder, as other programs write them.

pip install pyarrow
python test/data/tables/make.py
"""

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

here = Path(__file__).parent
table = pa.table({"id": [1, 2, 3, 4, 5], "text": ["one", "zwei\nLinien", "trois, virgule", None, "五 𝕏"]})
for compression in ("none", "snappy", "gzip", "zstd", "brotli", "lz4"):
    pq.write_table(table, here / f"{compression}.parquet", compression=compression, row_group_size=2)
