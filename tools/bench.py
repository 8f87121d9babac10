"""Measure the course's algorithms against their peers, print the ratios, and exit 1 where a bar is missed.

    python tools/bench.py                 the table
    python tools/bench.py --json          the same figures for programs
    python tools/bench.py --only pool     rows whose name holds this word

One thread, processor time, interleaved runs, median of paired ratios (see bench_measure.py). A later week adds its
rows as a module with a list ROWS and names it in MODULES.
"""

import argparse
import importlib
import json
import os
import sys
from pathlib import Path

MODULES = (
    *("bench_convolution", "bench_architectures", "bench_detection", "bench_precision"),
    *("bench_faces", "bench_gallery", "bench_style", "bench_generative"),
)
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


def main(arguments=None):
    """Run the bench from the command line; return the exit code."""
    options = parsed(arguments)
    os.environ.update(dict.fromkeys(THREADS, "1"))  # read when NumPy and torch are imported, with the rows
    sys.path.insert(0, str(Path(__file__).parents[1]))
    from bench_measure import run

    rows = [row for module in MODULES for row in importlib.import_module(module).ROWS if options.only in row.work]
    if not rows:
        print(f"no row's name holds {options.only!r}", file=sys.stderr)
        return 2
    results = []
    for row in rows:
        results.append(run(row, options.seconds, options.slack))
        if not options.json:
            print(line(results[-1]) if len(results) > 1 else f"{HEADING}\n{line(results[-1])}", flush=True)
    if options.json:
        print(json.dumps([result._asdict() for result in results], indent=2, ensure_ascii=False))
    return 0 if all(result.held for result in results) else 1


def parsed(arguments):
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    parser.add_argument("--only", default="", metavar="WORD", help="measure only rows whose name holds this word")
    parser.add_argument("--seconds", type=float, default=1.0, help="processor time to spend on a row (default 1)")
    parser.add_argument("--slack", type=float, default=1.0, help="factor on every bar (default 1)")
    return parser.parse_args(arguments)


HEADING = f"{'work':<46} {'peer':<13} {'ratio':>8} {'bar':>6}  held"


def line(result):
    """Return one line of the table."""
    held = "yes" if result.held else "NO"
    return f"{result.work:<46} {result.peer:<13} {result.ratio:>8.3g} {result.bar:>6g}  {held}"


if __name__ == "__main__":
    sys.exit(main())
