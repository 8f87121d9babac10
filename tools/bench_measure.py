"""How the bench measures: processor time of one thread, runs interleaved, the median of paired ratios.

On a busy machine a clock on the wall measures the other programs. Processor time is steadier, and runs that
alternate suffer alike, so the ratio of two neighbours is steadier than the ratio of two averages.
"""

import resource
import statistics
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable
from typing import NamedTuple

FEWEST, MOST = 7, 61


class Row(NamedTuple):
    """One line of the bench: `measure(seconds)` returns the figure that must not exceed `bar`.

    `peer` names what the work is measured against; "µs", "ms" or "MB" say that the figure stands by itself.
    """

    work: str
    peer: str
    bar: float
    measure: Callable[[float], float]


class Result(NamedTuple):
    """A row's figure: `held` says whether it stays under the bar, slack included."""

    work: str
    peer: str
    ratio: float
    bar: float
    held: bool


def run(row, seconds, slack):
    """Measure a row; one that misses its bar is measured again, four times as long, and that figure counts."""
    figure = row.measure(seconds)
    if figure > row.bar * slack:
        figure = row.measure(4 * seconds)
    return Result(row.work, row.peer, round(figure, 4), row.bar, figure <= row.bar * slack)


def processor_time(work):
    """Return the seconds of processor time that one call of `work` takes."""
    start = time.process_time()
    work()
    return time.process_time() - start


def interleaved(works, seconds, clock=processor_time):
    """Time each of `works` in turn until `seconds` are used; return one tuple of times per round.

    The order turns round with every round, so that none always profits from the one before it.
    """
    for work in works:
        work()
    rounds, used = [], 0.0
    while len(rounds) < FEWEST or (used < seconds and len(rounds) < MOST):
        order = list(range(len(works)))[:: 1 if len(rounds) % 2 else -1]
        times = {i: clock(works[i]) for i in order}
        rounds.append(tuple(times[i] for i in range(len(works))))
        used += sum(rounds[-1])
    return rounds


def ratio_to(build):
    """Return a measure for `build() -> (ours, theirs)`: the median of paired ratios of their times."""

    def measure(seconds):
        return statistics.median(ours / theirs for ours, theirs in interleaved(build(), seconds))

    return measure


def mean_ratio_to(builds):
    """Return a measure for several builds: the geometric mean of their ratios."""

    def measure(seconds):
        return statistics.geometric_mean(ratio_to(build)(seconds / len(builds)) for build in builds)

    return measure


def microseconds(work, calls=200):
    """Return a measure of one call of `work`, in microseconds."""

    def batch():
        for _ in range(calls):
            work()

    return lambda seconds: statistics.median(t for (t,) in interleaved([batch], seconds)) / calls * 1e6


def peak_megabytes(build):
    """Return a measure for `build() -> work`: the most memory it holds at a time, its result included, inputs not."""

    def measure(_seconds):
        work = build()
        work()
        tracemalloc.start()
        try:
            work()
            return tracemalloc.get_traced_memory()[1] / 1e6
        finally:
            tracemalloc.stop()

    return measure


def child_time(statement):
    """Return the processor time that a fresh Python takes to start and execute `statement`."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", statement], check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def import_times(statements, seconds):
    """Return for every statement the median of what it costs beyond a bare Python, in seconds."""
    works = [lambda s=s: s for s in ("pass", *statements)]
    rounds = interleaved(works, seconds, clock=lambda work: child_time(work()))
    return [statistics.median(times[i] - times[0] for times in rounds) for i in range(1, len(works))]
