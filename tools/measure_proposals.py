"""Measure which objects of 60 road scenes region proposals find, and write data/region_proposals/road_recall.json.

python tools/measure_proposals.py                # about 20 seconds of one processor
"""

import argparse
import json
from pathlib import Path

from cnncourse.data_folder import DATA
from cnncourse.pictures.proposal_recall import FILE, measure


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, default=DATA.joinpath(*FILE))
    output = parser.parse_args().output
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(json.dumps(measure(), separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
