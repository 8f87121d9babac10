"""What `check`, `hint` and `solution` give back: values that show themselves as cards or as plain text."""

from dataclasses import dataclass, field
from typing import Any

from cnncourse.exercises import card


@dataclass
class Report:
    """The judgement on one exercise: `status` is "passed", "not yet" or "not started"; `advice` says what to do.

    For "not yet", `case`, `outcome` and `difference` hold the first case that failed and how.
    """

    status: str
    name: str
    advice: str = ""
    case: Any = field(default=None, repr=False)
    outcome: Any = field(default=None, repr=False)
    difference: Any = field(default=None, repr=False)
    cases_passed: int = 0
    cases_total: int = 0
    parameters: tuple[str, ...] = ()
    note: str = ""

    def __repr__(self):
        return card.report_text(self)

    def _repr_html_(self):
        return card.report_html(self)


@dataclass
class Text:
    """A card with a title and a few sentences, or with code."""

    title: str
    text: str = ""
    more: str = ""
    code: str = ""

    def __repr__(self):
        return "\n".join(part for part in (self.title, self.text, self.code, self.more) if part)

    def _repr_html_(self):
        return card.text_html(self)
