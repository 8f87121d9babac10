"""A download arrives whole and right or not at all, and says in a sentence what went wrong."""

import errno
import hashlib
import os
import random
import shutil
import signal
import socket
from collections import namedtuple

import pytest
from filelock import FileLock

from cnncourse.cache_folder import shown_path
from cnncourse.networks.download import DownloadError, arrived_bytes, download, matches
from loopback_server import (
    TAG,
    Server,
    endless,
    falls_silent,
    interrupting,
    raw,
    redirect,
    silence,
    slowly,
    status_only,
    whole,
    without_range,
)

CONTENT = random.Random(0).randbytes(300_000)
SHA256 = hashlib.sha256(CONTENT).hexdigest()
YESTERDAY = "Tue, 24 Nov 2026 10:00:00 GMT"


@pytest.fixture(autouse=True)
def straight_to_loopback(monkeypatch):
    monkeypatch.setenv("no_proxy", "*")


def fetch(server, path, sha256=SHA256, timeout=5.0, **options):
    options = {"megabytes": 0.3, "progress": False} | options
    return download(server.url, path, sha256, timeout=timeout, **options)


def refused(words, server, path, **options):
    with pytest.raises(DownloadError, match=words) as caught:
        fetch(server, path, **options)
    assert not path.exists()
    error = caught.value
    assert error.__suppress_context__ or error.__context__ is None, "a traceback from inside urllib shows"


def files(folder):
    return sorted(path.name for path in folder.iterdir() if path.suffix != ".lock")


@pytest.fixture
def path(tmp_path):
    return tmp_path / "cache" / "net.pth"


def test_a_file_arrives_whole_and_leaves_no_pieces(path):
    with Server(CONTENT) as server:
        assert fetch(server, path) == path
    assert path.read_bytes() == CONTENT
    assert files(path.parent) == ["net.pth"]


def test_a_file_that_is_there_is_not_asked_for_again(path):
    with Server(CONTENT) as server:
        fetch(server, path)
        fetch(server, path)
        assert len(server.requests) == 1


def test_the_published_first_digits_of_a_checksum_suffice(path):
    with Server(CONTENT) as server:
        fetch(server, path, sha256=SHA256[:8].upper())
    assert path.read_bytes() == CONTENT
    with pytest.raises(ValueError, match="at least 8"):
        matches(path, SHA256[:7])


def test_after_a_cut_it_goes_on_from_the_byte_where_it_was(path):
    with Server(CONTENT, whole(cut=100_000), whole(cut=50_000), whole()) as server:
        fetch(server, path)
    assert path.read_bytes() == CONTENT
    assert [request.get("Range") for request in server.requests] == [None, "bytes=100000-", "bytes=150000-"]
    assert [request.get("If-Range") for request in server.requests] == [None, TAG, TAG]


def test_when_it_gives_up_the_next_call_goes_on(path):
    with Server(CONTENT, whole(cut=90_000), whole(cut=0)) as server:
        refused(r"broke off 3 times. 0.1 MB .* are kept", server, path, tries=3)
        assert len(server.requests) == 3
    assert arrived_bytes(path) == 90_000
    with Server(CONTENT) as server:
        fetch(server, path)
        assert server.requests[0]["Range"] == "bytes=90000-"
    assert path.read_bytes() == CONTENT


def test_a_weak_tag_is_not_named_and_the_date_is(path):
    with Server(CONTENT, whole(tag='W/"1"', date=YESTERDAY, cut=70_000), whole(tag='W/"1"', date=YESTERDAY)) as server:
        fetch(server, path)
    assert server.requests[1]["If-Range"] == YESTERDAY
    assert path.read_bytes() == CONTENT


def test_a_server_that_ignores_range_is_read_from_the_beginning(path):
    with Server(CONTENT, whole(cut=100_000), without_range()) as server:
        fetch(server, path)
    assert path.read_bytes() == CONTENT


def test_a_file_that_changed_in_between_is_fetched_anew(path):
    old = bytes(len(CONTENT))
    with Server(CONTENT, whole(tag='"old"', cut=100_000, body=old), whole(tag='"new"')) as server:
        fetch(server, path)
    assert path.read_bytes() == CONTENT


def test_pieces_of_an_older_file_without_a_version_are_thrown_away(path):
    path.parent.mkdir()
    path.with_name("net.pth.part").write_bytes(bytes(1000))
    with Server(CONTENT, whole(tag=None)) as server:
        fetch(server, path)
        assert [request.get("Range") for request in server.requests] == ["bytes=1000-", None]
    assert path.read_bytes() == CONTENT


def test_pieces_that_are_already_the_whole_file_need_no_server(path):
    path.parent.mkdir()
    path.with_name("net.pth.part").write_bytes(CONTENT)
    with Server(CONTENT) as server:
        fetch(server, path)
        assert server.requests == []
    assert path.read_bytes() == CONTENT


def test_more_pieces_than_the_file_has_are_thrown_away(path):
    path.parent.mkdir()
    path.with_name("net.pth.part").write_bytes(bytes(len(CONTENT) + 1))
    with Server(CONTENT) as server:
        fetch(server, path)
    assert path.read_bytes() == CONTENT


def test_bytes_from_another_place_than_asked_are_not_appended(path):
    with Server(CONTENT, whole(cut=100_000), without_range(status=206, start=0), whole()) as server:
        fetch(server, path)
    assert path.read_bytes() == CONTENT


def test_an_announced_length_that_is_too_long_does_no_harm(path):
    with Server(CONTENT, whole(length=len(CONTENT) + 500)) as server:
        fetch(server, path)
    assert path.read_bytes() == CONTENT
    assert len(server.requests) == 1


def test_an_announced_length_that_is_too_short_gives_no_file(path):
    with Server(CONTENT, whole(length=200_000)) as server:
        refused("checksum is another", server, path)


def test_a_wrong_file_of_the_right_length_is_set_aside(path):
    with Server(CONTENT, whole(body=bytes(len(CONTENT)))) as server:
        refused("checksum is another. It was set aside as net.pth.part.damaged", server, path)
        assert len(server.requests) == 1
    assert files(path.parent) == ["net.pth.part.damaged", "net.pth.part.version"]
    with Server(CONTENT) as server:
        assert fetch(server, path).read_bytes() == CONTENT


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (status_only(404), r"127.0.0.1 answers 404 \(Not Found\) for /models/net.pth. The file is not to be had"),
        (status_only(403), r"answers 403 \(Forbidden\)"),
        (status_only(500), r"answers 500 \(Internal Server Error\).*try again later"),
        (status_only(503), r"answers 503 .*try again later"),
        (status_only(799), r"answers 799 \(unknown\)"),
        (status_only(200, b"<html>Log in</html>", "text/html; charset=utf-8"), "sent a web page in place of the file"),
        (status_only(200, b"not weights", "application/octet-stream"), "checksum is another"),
        (status_only(204), "checksum is another"),
        (raw(b"\x00\x01 this is no HTTP\r\n\r\n"), "broke off 2 times"),
        (raw(b""), "broke off 2 times"),
        (redirect("/again"), "answers 302"),
        (redirect("file:///etc/hostname"), "answers 302"),
    ],
)
def test_a_bad_answer_becomes_a_sentence(path, answer, words):
    with Server(CONTENT, answer) as server:
        refused(words, server, path, tries=2)


@pytest.mark.parametrize("answer", [silence, falls_silent(1000)])
def test_silence_ends_after_the_timeout(path, answer):
    with Server(CONTENT, answer) as server:
        refused("broke off 2 times", server, path, timeout=0.2, tries=2)


def test_a_slow_server_is_waited_for_as_long_as_it_sends(path):
    with Server(CONTENT, slowly(pieces=12, pause=0.1)) as server:
        fetch(server, path, timeout=1.0, tries=1)
    assert path.read_bytes() == CONTENT


def test_a_redirect_is_followed_and_keeps_the_range(path):
    with Server(CONTENT, redirect("/elsewhere"), whole(cut=80_000), redirect("/elsewhere"), whole()) as server:
        fetch(server, path)
        assert server.requests[3]["Range"] == "bytes=80000-"
    assert path.read_bytes() == CONTENT


def test_an_endless_answer_is_broken_off_and_not_kept(path):
    with Server(CONTENT, endless) as server:
        refused("sends more than the published file's 0.3 MB", server, path)
    assert arrived_bytes(path) == 0


def test_a_file_announced_as_far_too_large_is_not_fetched(path):
    with Server(CONTENT, whole(length=10**9)) as server:
        refused("announces 1000.0 MB, more than the published file's 0.3 MB", server, path)
    assert arrived_bytes(path) == 0


def test_without_a_server_the_sentence_asks_for_the_network(path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{free.getsockname()[1]}/net.pth"
    with pytest.raises(DownloadError, match=r"cannot be reached .* connected to the network") as caught:
        download(address, path, SHA256, 0.3, progress=False)
    assert caught.value.__suppress_context__


def test_a_damaged_file_is_set_aside_and_fetched_again(path):
    path.parent.mkdir()
    path.write_bytes(CONTENT[:-1] + b"x")
    with Server(CONTENT) as server:
        fetch(server, path)
    assert path.read_bytes() == CONTENT
    assert files(path.parent) == ["net.pth", "net.pth.damaged"]


def test_a_second_download_of_the_same_file_is_told_to_wait(path):
    path.parent.mkdir()
    with FileLock(f"{path}.lock"), Server(CONTENT) as server:
        refused("net.pth is being downloaded already", server, path)
        assert server.requests == []
    with Server(CONTENT) as server:
        assert fetch(server, path).read_bytes() == CONTENT


@pytest.fixture
def heard_ctrl_c():
    """Let Ctrl-C interrupt Python even where the tests run in a shell's background, which makes it deaf to it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("heard_ctrl_c")
def test_ctrl_c_keeps_what_has_arrived(path):
    with Server(CONTENT, interrupting(after=120_000)) as server, pytest.raises(KeyboardInterrupt):
        fetch(server, path)
    kept = arrived_bytes(path)
    assert 120_000 <= kept <= 120_020
    with Server(CONTENT) as server:
        fetch(server, path)
        assert server.requests[0]["Range"] == f"bytes={kept}-"
    assert path.read_bytes() == CONTENT


def test_a_disk_that_is_full_while_writing_is_said(path):
    path.parent.mkdir()
    path.with_name("net.pth.part").symlink_to("/dev/full")
    with Server(CONTENT) as server:
        refused("The disk of .* is full", server, path)


def test_a_disk_without_room_is_said_before_anything_is_fetched(path, monkeypatch):
    usage = namedtuple("Usage", "total used free")(10**9, 10**9 - 1000, 1000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: usage)
    with Server(CONTENT) as server:
        refused("room for 0 MB, but 100 MB are to come", server, path, megabytes=100)
        assert server.requests == []


def test_a_folder_that_cannot_be_made_is_said(tmp_path):
    (tmp_path / "cache").write_text("a file in the way")
    with Server(CONTENT) as server, pytest.raises(DownloadError, match=r"cannot be written to .* CNNCOURSE_CACHE"):
        fetch(server, tmp_path / "cache" / "net.pth")


def test_a_folder_that_is_read_only_is_said(path, monkeypatch):
    path.parent.mkdir()
    original = os.open

    def refusing(name, flags, *rest, **more):
        if str(name).startswith(str(path.parent)) and flags & (os.O_WRONLY | os.O_RDWR):
            raise OSError(errno.EROFS, os.strerror(errno.EROFS))
        return original(name, flags, *rest, **more)

    monkeypatch.setattr(os, "open", refusing)
    with Server(CONTENT) as server:
        refused(r"cannot be written to \(Read-only file system\)", server, path)


def test_the_bar_names_the_file_and_counts_from_what_was_there(path, capsys):
    path.parent.mkdir()
    path.with_name("net.pth.part").write_bytes(CONTENT[:150_000])
    with Server(CONTENT) as server:
        fetch(server, path, progress=True)
    shown = capsys.readouterr().err
    assert "net.pth:  50%" in shown
    assert "net.pth: 100%" in shown


def test_the_home_folder_is_written_short(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert shown_path(tmp_path / "cache") == "~/cache"
    assert shown_path("/elsewhere/cache") == "/elsewhere/cache"
