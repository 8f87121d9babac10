"""A disk that is really full and one that is really read-only: what was saved stays, and the trouble is told.

A child process mounts a small disk in memory that only it can see (`unshare`, Linux); elsewhere the tests are skipped,
and `test_places_that_write.py` shows the same with pretended disks.
"""

import functools
import json
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
ALONE_WITH_ITS_MOUNTS = ["unshare", "--user", "--map-root-user", "--mount"]
CHILD = """
import contextlib, io, json, os, subprocess, sys
from pathlib import Path
import numpy as np

disk = Path(sys.argv[1])
subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)], check=True)
os.environ |= {"CNNCOURSE_PROGRESS": str(disk / "progress.json"), "CNNCOURSE_CACHE": str(disk / "cache")}
sys.path.insert(0, sys.argv[3])

from cnncourse.exercises.progress import progress, record
from cnncourse.explorers.week4.style_transfer_job import NOTHING
from cnncourse.explorers.week4.style_transfer_studio import Studio
from cnncourse.faces.gallery import Gallery
from cnncourse.pictures.rendered_cache import rendered_chunks
from toy_network import ToyNetwork

def people(count):
    gallery = Gallery()
    for number in range(count):
        gallery.enroll(f"person {number}", np.arange(1.0, 2001.0) + number * np.eye(2000)[number])
    return gallery

record("image_gradient")
people(1).save(disk / "people.npz")
before = {path.name: path.read_bytes() for path in disk.iterdir() if path.is_file()}

if sys.argv[2] == "full":
    with contextlib.suppress(OSError), (disk / "filler").open("wb", buffering=0) as file:
        while True:
            file.write(b"x" * 512)
else:
    subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)

told = {"progress": record("learn_filter")}
try:
    people(2).save(disk / "people.npz")
except OSError as error:
    told["gallery"] = str(error)
picture = np.random.default_rng(0).integers(0, 256, (60, 60, 3), dtype=np.uint8)
studio = Studio(ToyNetwork(), disk)
told["painting"] = studio.save(run=NOTHING._replace(picture=picture), content="cat", style="glass")["saved"]
with contextlib.redirect_stdout(io.StringIO()) as said:
    chunks = list(rendered_chunks("n", 2, 9000, lambda numbers, on_done: {"n": np.array(numbers)}, progress=False))
told["rendering"] = said.getvalue()
print(json.dumps({
    "told": told,
    "rendered": [len(chunk["n"]) for chunk in chunks],
    "kept": {name: (disk / name).read_bytes() == content for name, content in before.items()},
    "left over": sorted(path.name for path in disk.rglob("*.part")),
    "people": Gallery.load(disk / "people.npz").names,
    "passed": [step.name for stop in progress().stops for step in stop.steps if step.passed],
}))
"""


@functools.cache
def can_mount():
    """Say whether a process may mount a disk that only it sees."""
    try:
        mounted = [*ALONE_WITH_ITS_MOUNTS, "mount", "-t", "tmpfs", "tmpfs", "/mnt"]
        return subprocess.run(mounted, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


@pytest.fixture(scope="module", params=["full", "read-only"])
def outcome(request, tmp_path_factory):
    """Save everything the course saves, on a disk that then becomes full or read-only; return what came of it."""
    if not can_mount():
        pytest.skip("this system lets no process mount a disk of its own")
    script = tmp_path_factory.mktemp("script") / "child.py"
    script.write_text(CHILD, encoding="utf-8")
    command = [sys.executable, script, tmp_path_factory.mktemp("disk"), request.param, TESTS]
    done = subprocess.run([*ALONE_WITH_ITS_MOUNTS, *command], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return request.param, json.loads(done.stdout)


def test_what_was_saved_stays_and_nothing_is_left_over(outcome):
    _, came = outcome
    assert came["kept"] == {"progress.json": True, "people.npz": True, "progress.lock": True}
    assert came["people"] == ["person 0"]
    assert came["passed"] == ["image_gradient"]
    assert came["left over"] == []


def test_what_is_rendered_is_given_all_the_same(outcome):
    assert outcome[1]["rendered"] == [9000, 9000]


@pytest.mark.parametrize("place", ["progress", "gallery", "painting", "rendering"])
def test_the_trouble_is_told_in_words(outcome, place):
    words = {"full": ("No space left", "is full"), "read-only": ("Read-only file system",)}[outcome[0]]
    assert any(word in outcome[1]["told"][place] for word in words)
