import hashlib
import re

from cnncourse.data_folder import DATA

LISTED = dict(
    re.findall(r"\| `([^`]+)` \| .* \| `([0-9a-f]{64})` \|", (DATA / "SOURCES.md").read_text(encoding="utf-8"))
)


def test_every_data_file_is_listed_with_its_checksum():
    files = [file for file in DATA.rglob("*") if file.is_file() and file.name != "SOURCES.md"]
    found = {file.relative_to(DATA).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}
    assert found == LISTED


def test_the_data_stay_small():
    assert sum(file.stat().st_size for file in DATA.rglob("*") if file.is_file()) < 32_000_000
