"""Where the course's data files are."""

from pathlib import Path

DATA = Path(__file__).resolve().parents[1] / "data"


def data_file(*parts):
    """Return the path of a file in `data/`; FileNotFoundError says how to get it back.

    >>> data_file("SOURCES.md").name
    'SOURCES.md'
    """
    path = DATA.joinpath(*parts)
    if not path.is_file():
        raise FileNotFoundError(
            f"the data file {'/'.join(parts)} is missing: fetch it again with `git checkout -- data`"
        )
    return path
