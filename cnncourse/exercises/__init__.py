"""Exercises that say in words what is wrong: `check(f)`, `hint(f)`, `solution(f)`, `progress()`.

A learner writes a function in a notebook; `check` runs it on cases the package keeps, and recognises
which known mistake it behaves like. Everything works offline.
"""

from cnncourse.exercises.catalogue import catalogue
from cnncourse.exercises.engine import check, hint, solution
from cnncourse.exercises.progress import progress

__all__ = ["catalogue", "check", "hint", "progress", "solution"]
