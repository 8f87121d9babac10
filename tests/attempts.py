"""A learner's attempts as source text, and what the course says of them."""

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from cnncourse.exercises import catalogue, check

NAMES = {"np": np, "torch": torch, "nn": nn, "F": F}


def judged(name, source, **known):
    """Run a cell that defines the function `name`, where the names `known` are known too, and check the function."""
    names = NAMES | known
    exec(source, names)  # noqa: S102 (what a learner's cell does)
    return check(names[name])


def changed(name, *pairs, **known):
    """Judge the course's own solution with pieces replaced; `pairs` are (old, new)."""
    source = catalogue()[name].solution_source
    for old, new in pairs:
        assert old in source
        source = source.replace(old, new)
    return judged(name, source, **known)


def refused(report, words=""):
    """Assert that an attempt is not taken as right, and what the advice says."""
    assert report.status == "not yet"
    assert words in report.advice, report.advice
