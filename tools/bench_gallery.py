"""The gallery's rows of the bench: one query among 100,000 and a million embeddings against faiss's flat index.

128 numbers each, float32; `identify` reads them once, and so does the peer. The tables are freed after each row.
"""

import faiss
import numpy as np
from bench_measure import Row, ratio_to

from cnncourse.faces.gallery import Gallery

DIMENSIONS = 128
BAR = 1.1


def unit_rows(count, seed):
    """Return `count` rows of length 1, (count, 128) float32."""
    rows = np.random.default_rng(seed).standard_normal((count, DIMENSIONS), dtype=np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return rows


def pair(count):
    """Return both works on one query, a slightly moved row of the table."""
    faiss.omp_set_num_threads(1)
    table = unit_rows(count, 17)
    query = table[count // 3] + unit_rows(1, 18)[0] / 10
    gallery, index = Gallery(), faiss.IndexFlatL2(DIMENSIONS)
    gallery.enroll_many([f"person {number}" for number in range(count)], table)
    index.add(table)
    return lambda: gallery.identify(query, 0.5), lambda: index.search(query[None], 1)


ROWS = [
    Row(f"Gallery.identify 1 of {count:,}".replace(",", " "), "faiss", BAR, ratio_to(lambda count=count: pair(count)))
    for count in (100_000, 1_000_000)
]
