"""The rows of a network's summary, and the table they make."""

from html import escape
from typing import NamedTuple

from cnncourse.arguments import whole_number

COLUMNS = ("layer", "kind", "output", "parameters", "multiplications", "memory", "sees")


class _Row(NamedTuple):
    name: str
    output_shape: tuple | None
    parameters: int
    multiplications: int | None


class Row(_Row):
    """One layer of a summary: a tuple (name, output_shape, parameters, multiplications) with more to ask for.

    kind: the layer's class. memory: bytes of its output. receptive_field: (size, jump, start) in pixels of the
    picture, each a tuple where the axes differ; None where no window of the picture can be given, as behind a dense
    layer. output_shape is None for a layer with parameters that the forward pass does not reach.
    """

    def __new__(cls, name, output_shape, parameters, multiplications, kind="", memory=0, receptive_field=None):
        row = super().__new__(cls, name, output_shape, parameters, multiplications)
        row.kind, row.memory, row.receptive_field = kind, memory, receptive_field
        return row

    def __getnewargs__(self):
        return (*self, self.kind, self.memory, self.receptive_field)

    def cells(self):
        """Return the row as texts, one for each of `COLUMNS`."""
        shape = "not reached" if self.output_shape is None else " × ".join(map(str, self.output_shape))
        sees = "" if self.receptive_field is None else _size_text(self.receptive_field[0])
        counts = (f"{self.parameters:,}", "?" if self.multiplications is None else f"{self.multiplications:,}")
        return (self.name, self.kind, shape, *counts, memory_text(self.memory), sees)


class Summary(list):
    """A list of `Row`s with their sums; shows itself as a table."""

    @property
    def parameters(self):
        """The parameters of all rows."""
        return sum(row.parameters for row in self)

    @property
    def multiplications(self):
        """The multiplications of all rows; None where some row's are not known."""
        counts = [row.multiplications for row in self]
        return None if None in counts else sum(counts)

    @property
    def memory(self):
        """The bytes of all outputs together, as a training step must keep them."""
        return sum(row.memory for row in self)

    def __str__(self):
        rows = [COLUMNS, *(row.cells() for row in self), self._total()]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = ["  ".join(_aligned(cells, widths)).rstrip() for cells in rows]
        rule = "─" * (sum(widths) + 2 * len(widths) - 2)
        return "\n".join([lines[0], rule, *lines[1:-1], rule, lines[-1]])

    def _repr_html_(self):
        head = "".join(f'<th style="text-align:{_side(i)}">{name}</th>' for i, name in enumerate(COLUMNS))
        body = "".join(_html_row(row.cells()) for row in self)
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}{_html_row(self._total(), 'th')}</tbody></table>"

    def _total(self):
        multiplications = "?" if self.multiplications is None else f"{self.multiplications:,}"
        return ("together", "", "", f"{self.parameters:,}", multiplications, memory_text(self.memory), "")


def memory_text(count):
    """Return a number of bytes in words of three digits.

    >>> memory_text(0), memory_text(784), memory_text(18816), memory_text(12845056)
    ('0 B', '784 B', '18.8 kB', '12.8 MB')
    """
    count = whole_number("count", count, 0)
    if count < 1000:
        return f"{count} B"
    power = 1 if count < 999_500 else 2 if count < 999_500_000 else 3
    number = count / 1000**power
    return f"{number:.{1 if number < 99.95 else 0}f} {('kB', 'MB', 'GB')[power - 1]}"


def _size_text(size):
    return " × ".join(map(str, size)) if isinstance(size, tuple) else str(size)


def _side(column):
    return "left" if column < 3 else "right"


def _aligned(cells, widths):
    return [
        cell.ljust(width) if _side(i) == "left" else cell.rjust(width)
        for i, (cell, width) in enumerate(zip(cells, widths, strict=True))
    ]


def _html_row(cells, tag="td"):
    columns = (f'<{tag} style="text-align:{_side(i)}">{escape(cell)}</{tag}>' for i, cell in enumerate(cells))
    return f"<tr>{''.join(columns)}</tr>"
