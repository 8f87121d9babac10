"""What an exercise is: a solution, the cases that try it, and the wrong answers the course recognises.

One module per notebook ends in a list `EXERCISES`. The notebook holds only the stub and `check(name)`;
everything else is here, once.
"""

import ast
import inspect
import textwrap
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any


@dataclass(frozen=True)
class Case:
    """One call that tries a learner's function: `what` it is in words, the arguments, and the expected value.

    With `dtype=True` the array type is compared as well.
    """

    what: str
    args: tuple
    expected: Any
    kwargs: dict = field(default_factory=dict)
    dtype: bool = False


def call(f, *args, **kwargs):
    """Observe a function in the plainest way: its result."""
    return f(*args, **kwargs)


@dataclass(eq=False)
class Exercise:
    """One exercise of the course.

    solution: the function as a learner should write it; its docstring is the task.
    cases: a function that yields `Case`s; deterministic, expected values by hand or from a slow oracle.
    mistakes: wrong function → the advice it deserves; each gets the exercise's name so that `check` finds it.
    hints: from a nudge to nearly the answer. minutes, difficulty (1 to 3), points: for learners and teachers.
    tolerance: relative and absolute, for numbers that are not whole.
    observe: turns a call of the function into a value to compare, where the bare result says little.
    returns: names of the returned values, for messages. changes: names of arguments that may be changed in place.
    time_limit: seconds a case may take.
    """

    solution: Callable
    cases: Callable[[], Iterable[Case]]
    mistakes: dict[Callable, str]
    hints: tuple[str, ...]
    minutes: int
    difficulty: int
    points: int = 1
    tolerance: float = 1e-6
    observe: Callable = call
    returns: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()
    time_limit: float = 5.0
    week: int = field(default=0, init=False)
    notebook: str = field(default="", init=False)

    def __post_init__(self):
        for wrong in self.mistakes:
            wrong.__name__ = self.name

    @property
    def name(self) -> str:
        """The name of the function to write, unique in the course."""
        return self.solution.__name__

    @cached_property
    def all_cases(self) -> tuple[Case, ...]:
        """The cases, made once."""
        return tuple(self.cases())

    @cached_property
    def solution_source(self) -> str:
        """The solution as Python text."""
        return textwrap.dedent(inspect.getsource(self.solution)).rstrip()

    @cached_property
    def stub(self) -> str:
        """What the notebook shows before the learner begins: signature, docstring and `...`, as Python text."""
        function = ast.parse(self.solution_source).body[0]
        docstring_end = function.body[0].end_lineno
        return "\n".join(self.solution_source.splitlines()[:docstring_end]) + "\n    ..."
