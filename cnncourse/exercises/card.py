"""The cards: how a judgement, a hint and a solution look, as HTML and as plain text.

Colours are JupyterLab's own variables, so cards follow its light and dark themes; every state has a sign and a
word besides its colour. Styles are inline because JupyterLab drops style sheets from notebooks it does not trust.
"""

import inspect
from html import escape
from numbers import Real

import numpy as np

from cnncourse.exercises.compare import as_array, is_tensor, shown

SIGNS = {
    "passed": ("✓", "Passed", "#3a9d40"),
    "not yet": ("✗", "Not yet", "#d9660a"),
    "not started": ("○", "Not started", "#78909c"),
}
NEUTRAL = "#3f7cac"
INK = "var(--jp-ui-font-color0, #111)"
FAINT = "var(--jp-ui-font-color1, #555)"
LINE = "var(--jp-border-color2, #ccc)"
BOX = (
    f"border:1px solid {LINE};border-radius:6px;padding:10px 16px;margin:6px 0;max-width:860px;line-height:1.5;"
    f"font-size:14px;color:{INK};background:var(--jp-layout-color1, #fff);border-left:6px solid "
)
CODE = (
    "margin:4px 0;padding:6px 10px;overflow-x:auto;white-space:pre-wrap;font-size:12.5px;line-height:1.4;"
    "color:inherit;background:var(--jp-layout-color2, #f3f3f3);border-radius:4px"
)
WRONG = "background:#f6c28b;color:#222;font-weight:700;text-decoration:underline"
WINDOW = 8  # rows and columns of an array that a card shows as numbers
CELLS = 20  # rows and columns of a heat map


def report_text(report) -> str:
    """Return the report as plain text."""
    sign, word, _ = SIGNS[report.status]
    lines = [f"{sign} {report.name}: {word.lower()}. {_summary(report)}".rstrip()]
    if report.case is not None:
        lines += [f"First case that fails: {report.case.what}", *_call_lines(report), report.difference.sentence]
        if report.outcome.traceback:
            lines.append(report.outcome.traceback.rstrip())
    return "\n".join([*lines, *filter(None, [report.note])])


def report_html(report) -> str:
    """Return the report as a card."""
    sign, word, colour = SIGNS[report.status]
    mark = _tag("span", f"color:{colour};font-size:19px;font-weight:700", sign)
    title = f"{mark} {word} · <code>{escape(report.name)}</code>"
    parts = [_tag("div", "font-weight:600", title), _sentence(_summary(report))]
    if report.case is not None:
        held = f" ({report.cases_passed} of {report.cases_total} cases hold)" if report.cases_total > 1 else ""
        parts.append(_sentence(f"First case that fails: {report.case.what}{held}", FAINT))
        parts.append(_code("\n".join(_call_lines(report))))
        parts += _details_of(report)
    parts.append(_sentence(report.note, FAINT))
    return _tag("div", BOX + colour, "".join(parts))


def text_html(text) -> str:
    """Return a title with sentences or code as a card."""
    title = _tag("div", "font-weight:600", escape(text.title))
    parts = [title, _sentence(text.text), _code(text.code), _sentence(text.more, FAINT)]
    return _tag("div", BOX + NEUTRAL, "".join(parts))


def _summary(report):
    if report.status != "passed":
        return report.advice
    return f"All {report.cases_passed} cases hold."


def _details_of(report):
    """Return what came against what was expected, the traceback and what was printed."""
    outcome, difference = report.outcome, report.difference
    parts = []
    if outcome.error is None and not outcome.slow:
        if difference.sentence not in report.advice and not isinstance(report.case.expected, Real):
            parts.append(_sentence(difference.sentence))
        if difference.where is not None and difference.got.size > 1:
            parts.append(_arrays(difference))
        elif not outcome.changed:
            came, expected = (_compact(v).replace("\n", "\n" + " " * 10) for v in (outcome.value, report.case.expected))
            parts.append(_code(f"came      {came}\nexpected  {expected}"))
    if outcome.traceback:
        parts.append(f"<details open><summary>Python's own message</summary>{_code(outcome.traceback)}</details>")
    if outcome.printed:
        parts.append(f"<details><summary>What it printed</summary>{_code(outcome.printed[:2000])}</details>")
    return parts


def _call_lines(report):
    """Return the call of the failing case, an argument a line when they are long."""
    arguments = [f"{name}={_compact(value)}" for name, value in zip(report.parameters, report.case.args, strict=False)]
    arguments += [f"{name}={_compact(value)}" for name, value in report.case.kwargs.items()]
    joined = f"{report.name}({', '.join(arguments)})"
    if len(joined) <= 100 and "\n" not in joined:
        return [joined]
    return [f"{report.name}(", *(f"    {_indented(argument)}," for argument in arguments), ")"]


def _indented(argument):
    name = argument.partition("=")[0]
    return argument.replace("\n", "\n" + " " * (len(name) + 5))


def _compact(value, depth=0):
    """Write a value so that small arrays are seen whole and large ones are described."""
    if isinstance(value, np.ndarray) and value.size <= 80 and value.ndim <= 4:
        return np.array2string(value, precision=4, suppress_small=True, separator=", ", max_line_width=90)
    if is_tensor(value) and value.numel() <= 80 and value.ndim <= 3:
        return f"tensor {_compact(as_array(value))}"
    if isinstance(value, (tuple, list)) and len(value) <= 6 and depth < 5:
        opening, closing = "()" if isinstance(value, tuple) else "[]"
        return opening + ", ".join(_compact(item, depth + 1) for item in value) + closing
    if isinstance(value, dict) and depth < 5:
        return "{" + ", ".join(f"{key!r}: {_compact(item, depth + 1)}" for key, item in list(value.items())[:6]) + "}"
    if inspect.isfunction(value):
        return value.__name__
    return shown(value)


def _arrays(difference):
    """Return the plane of the first difference: both arrays' numbers around it, and a heat map of a large plane."""
    where, got, expected = difference.where, np.atleast_2d(difference.got), np.atleast_2d(difference.expected)
    where = (0,) * (got.ndim - len(where)) + where
    got, expected = got[where[:-2]], expected[where[:-2]]
    wrong = ~np.isclose(got, expected, rtol=1e-6, atol=1e-6, equal_nan=True)
    top, left = (max(0, min(w - WINDOW // 2, n - WINDOW)) for w, n in zip(where[-2:], got.shape, strict=True))
    window = np.s_[top : top + WINDOW, left : left + WINDOW]
    tables = [_table(title, a[window], wrong[window]) for title, a in (("came", got), ("expected", expected))]
    place = [f"[{', '.join(map(str, where[:-2]))}]"] if len(where) > 2 else []
    if max(got.shape) > WINDOW:
        place.append(f"rows from {top}, columns from {left}")
        tables.append(_heat_map(np.abs(np.nan_to_num(got - expected, nan=np.inf)), wrong))
    shown_part = _tag("div", f"color:{FAINT};font-size:12px", f"Shown: {', '.join(place)}") if place else ""
    return _tag("div", "display:flex;gap:22px;flex-wrap:wrap;margin:6px 0", "".join(tables)) + shown_part


def _table(title, numbers, wrong):
    cell = "padding:1px 6px;text-align:right;font:12px monospace;"
    rows = (
        "".join(
            _tag("td", cell + (WRONG if bad else ""), f"{number:.4g}") for number, bad in zip(row, marks, strict=True)
        )
        for row, marks in zip(numbers, wrong, strict=True)
    )
    return _titled(title, "".join(f"<tr>{row}</tr>" for row in rows))


def _heat_map(error, wrong):
    """Return a map of |came − expected|, the darker the larger; each cell is the largest of its block."""
    rows, columns = (np.linspace(0, n, min(n, CELLS) + 1).astype(int)[:-1] for n in error.shape)
    blocks = np.maximum.reduceat(np.maximum.reduceat(np.where(wrong, error, 0), rows, 0), columns, 1)
    largest = max(blocks[np.isfinite(blocks)].max(initial=0), 1e-12)
    shares = np.clip(np.nan_to_num(blocks / largest, posinf=1), 0, 1)
    cell = "padding:4px;background:rgba(194,87,0,{:.2f})"
    lines = ("".join(_tag("td", cell.format(0.06 + 0.94 * share), "") for share in row) for row in shares)
    return _titled("|came − expected|, dark is far off", "".join(f"<tr>{line}</tr>" for line in lines))


def _titled(title, rows):
    heading = _tag("div", f"color:{FAINT};font-size:12px", title)
    return f"<div>{heading}{_tag('table', 'border-collapse:collapse', rows)}</div>"


def _sentence(text, colour=INK):
    """Return a sentence as a paragraph; what stands in back-ticks becomes code."""
    pieces = escape(text).split("`")
    inline = "".join(f"<code>{piece}</code>" if i % 2 else piece for i, piece in enumerate(pieces))
    return _tag("div", f"margin:4px 0;color:{colour}", inline) if text else ""


def _code(text):
    return _tag("pre", CODE, escape(text.rstrip())) if text else ""


def _tag(name, style, content):
    return f'<{name} style="{style}">{content}</{name}>'
