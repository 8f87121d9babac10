import pickle

import pytest
import torch
from torch import nn

from cnncourse.networks.summary import summarise
from cnncourse.networks.summary_rows import Summary, memory_text


def small_net():
    return nn.Sequential(nn.Conv2d(3, 6, 5, stride=2), nn.BatchNorm2d(6), nn.Flatten(), nn.Linear(6 * 20 * 15, 10))


class Scaled(nn.Module):
    """A module with parts and a parameter of its own, and a part that is never used."""

    def __init__(self):
        super().__init__()
        self.conv, self.scale = nn.Conv2d(1, 2, 3), nn.Parameter(torch.ones(2, 1, 1))
        self.side = nn.Linear(2, 3)

    def forward(self, x):
        return self.conv(x) * self.scale


TABLE = """
layer     kind    output        parameters  multiplications   memory  sees
──────────────────────────────────────────────────────────────────────────
0         Conv2d  10 × 30 × 30         280          243,000  36.0 kB     3
1         ReLU    10 × 30 × 30           0                0  36.0 kB     3
──────────────────────────────────────────────────────────────────────────
together                               280          243,000  72.0 kB
"""


def test_the_table_in_words():
    net = nn.Sequential(nn.Conv2d(3, 10, 3), nn.ReLU())
    assert str(summarise(net, (3, 32, 32))) == TABLE.strip("\n")


def test_the_table_in_html():
    html = summarise(nn.Sequential(nn.Conv2d(3, 10, 3)), (3, 32, 32))._repr_html_()
    assert html.count("<tr>") == 3
    for text in ("<table>", "10 × 30 × 30", "243,000", "36.0 kB"):
        assert text in html


def test_unknown_and_unreached_are_said_in_the_table():
    text = str(summarise(Scaled(), (1, 5, 5)))
    assert "not reached" in text
    assert "?" in text.splitlines()[-1]


@pytest.mark.parametrize(
    ("count", "text"),
    [(999, "999 B"), (999_600, "1.0 MB"), (1000, "1.0 kB"), (99_949, "99.9 kB"), (99_950, "100 kB"), (2.5e9, "2.5 GB")],
)  # fmt: skip
def test_memory_in_three_digits(count, text):
    assert memory_text(int(count)) == text


def test_a_summary_survives_pickling():
    summary = summarise(small_net(), (3, 43, 34))
    copy = pickle.loads(pickle.dumps(summary))
    assert isinstance(copy, Summary)
    assert [(*row, row.kind, row.receptive_field) for row in copy] == [(*r, r.kind, r.receptive_field) for r in summary]
