import errno
import multiprocessing
import os
from pathlib import Path

import numpy as np
import pytest

from cnncourse.pictures.rendered_cache import rendered_chunks


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("CNNCOURSE_CACHE", str(tmp_path))
    return tmp_path / "squares"


class Renderer:
    """Renders the squares of the numbers and notes which it was asked for."""

    def __init__(self, stop_at=None):
        self.asked, self.stop_at = [], stop_at

    def __call__(self, numbers, on_done):
        for number in numbers:
            if number == self.stop_at:
                raise KeyboardInterrupt
            self.asked.append(number)
            on_done()
        return {"squares": np.array(numbers) ** 2}


def squares(chunks, render, **more):
    parts = [arrays["squares"] for arrays in rendered_chunks("squares", chunks, 3, render, **more)]
    return np.concatenate(parts).tolist() if parts else []


def test_what_is_rendered_once_is_kept_and_a_longer_request_renders_only_the_rest(folder):
    first, again, longer = Renderer(), Renderer(), Renderer()
    assert squares(1, first) == [0, 1, 4]
    assert squares(1, again) == [0, 1, 4]
    assert squares(3, longer) == [0, 1, 4, 9, 16, 25, 36, 49, 64]
    assert (first.asked, again.asked, longer.asked) == ([0, 1, 2], [], [3, 4, 5, 6, 7, 8])
    assert sorted(file.name for file in folder.iterdir()) == ["0.npz", "1.npz", "2.npz"]


def test_a_part_rendered_apart_is_kept_for_the_whole(folder):
    apart, rest = Renderer(), Renderer()
    assert squares(1, apart, first=1) == [9, 16, 25]
    assert squares(2, rest) == [0, 1, 4, 9, 16, 25]
    assert (apart.asked, rest.asked) == ([3, 4, 5], [0, 1, 2])


def test_no_chunks_are_no_files(folder):
    assert squares(0, Renderer()) == []
    assert not folder.exists()


def test_an_interrupted_rendering_keeps_the_whole_chunks_and_goes_on_from_there(folder):
    with pytest.raises(KeyboardInterrupt):
        squares(3, Renderer(stop_at=4))
    assert [file.name for file in folder.iterdir()] == ["0.npz"]
    rest = Renderer()
    squares(3, rest)
    assert rest.asked == [3, 4, 5, 6, 7, 8]


@pytest.mark.parametrize("damage", ["cut", "flipped", "empty", "text"])
def test_a_damaged_file_is_set_aside_with_a_sentence_and_rendered_anew(folder, capsys, damage):
    squares(2, Renderer())
    file = folder / "1.npz"
    data = file.read_bytes()
    middle = data.index(np.int64(16).tobytes())
    flipped = data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]
    file.write_bytes({"cut": data[: len(data) // 2], "flipped": flipped, "empty": b"", "text": b"no arrays"}[damage])
    render = Renderer()
    assert squares(2, render) == [0, 1, 4, 9, 16, 25]
    assert render.asked == [3, 4, 5]
    assert "was damaged. It is set aside as 1.npz.damaged and rendered anew." in capsys.readouterr().out
    assert (folder / "1.npz.damaged").exists()
    assert squares(2, Renderer(stop_at=0)) == [0, 1, 4, 9, 16, 25]


def test_an_interrupted_write_leaves_nothing_behind(folder, monkeypatch):
    def interrupted(file, **arrays):
        file.write(b"half a file")
        raise KeyboardInterrupt

    monkeypatch.setattr(np, "savez", interrupted)
    with pytest.raises(KeyboardInterrupt):
        squares(1, Renderer())
    assert list(folder.iterdir()) == []


def test_on_a_full_disk_everything_works_and_a_sentence_says_it_once(folder, monkeypatch, capsys):
    def full(file, **arrays):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(np, "savez", full)
    assert squares(2, Renderer()) == [0, 1, 4, 9, 16, 25]
    said = capsys.readouterr().out
    assert said.count("is not kept") == 1
    assert "the disk of" in said
    assert list(folder.iterdir()) == []


def test_in_a_read_only_folder_everything_works_and_a_sentence_says_it(folder, monkeypatch, capsys):
    original = Path.open

    def refusing(path, mode="r", *rest, **more):
        if "w" in mode:
            raise OSError(errno.EROFS, os.strerror(errno.EROFS))
        return original(path, mode, *rest, **more)

    monkeypatch.setattr(Path, "open", refusing)
    assert squares(1, Renderer()) == [0, 1, 4]
    assert "cannot be written to (Read-only file system). Set CNNCOURSE_CACHE" in capsys.readouterr().out


def test_a_file_where_the_folder_should_be_stops_nothing(folder, capsys):
    folder.write_text("in the way")
    assert squares(1, Renderer()) == [0, 1, 4]
    assert "What is rendered now is not kept" in capsys.readouterr().out


def render_in_a_process(cache, barrier):
    os.environ["CNNCOURSE_CACHE"] = cache
    barrier.wait(30)
    assert squares(20, Renderer(), progress=False) == [number**2 for number in range(60)]


def test_two_processes_at_once_both_get_everything(folder):
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(2)
    pair = [context.Process(target=render_in_a_process, args=(str(folder.parent), barrier)) for _ in range(2)]
    for process in pair:
        process.start()
    for process in pair:
        process.join(60)
    assert [process.exitcode for process in pair] == [0, 0]
    assert len(list(folder.iterdir())) == 20
    assert squares(20, Renderer(stop_at=0)) == [number**2 for number in range(60)]


def test_the_bar_is_shown_only_where_something_is_to_be_rendered(folder, capsys):
    squares(1, Renderer())
    assert "3/3" in capsys.readouterr().err
    squares(1, Renderer())
    assert capsys.readouterr().err == ""
    squares(2, Renderer(), progress=False)
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(("chunks", "size", "named"), [(-1, 3, "chunks"), (1, 0, "size")])
def test_wrong_counts_are_refused_with_their_names(folder, chunks, size, named):
    with pytest.raises(ValueError, match=f"{named} must be at least"):
        list(rendered_chunks("squares", chunks, size, Renderer()))
