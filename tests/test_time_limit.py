"""What takes too long is stopped, wherever that can be done."""

import contextlib
import signal
import sys
import threading
import time

import pytest

from cnncourse.time_limit import TooSlow, time_limit

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")


def stopped_after(seconds, work):
    """Return whether `work` ran into the limit."""
    try:
        with time_limit(seconds):
            work()
    except TooSlow:
        return True
    return False


def forever():
    while True:
        pass


def forever_whatever_happens():
    while True:
        with contextlib.suppress(BaseException):
            sum(range(10))


@pytest.mark.parametrize("work", [forever, forever_whatever_happens])
def test_an_endless_loop_ends(work):
    assert stopped_after(0.1, work)


def test_what_is_quick_is_left_alone_and_so_is_what_follows():
    before = signal.getsignal(signal.SIGALRM)
    with time_limit(0.05):
        pass
    time.sleep(0.1)
    assert signal.getsignal(signal.SIGALRM) is before


def test_an_import_is_not_cut_short_but_what_comes_after_it_is(tmp_path, monkeypatch):
    (tmp_path / "slow_to_load.py").write_text("import time\ntime.sleep(0.3)\nready = True\n")
    monkeypatch.syspath_prepend(tmp_path)

    def work():
        import slow_to_load

        slow_to_load.used = True
        forever()

    assert stopped_after(0.1, work)
    assert sys.modules["slow_to_load"].used


def test_a_limit_within_an_import_holds(tmp_path, monkeypatch):
    code = "from cnncourse.time_limit import TooSlow, time_limit\n"
    code += "try:\n    with time_limit(0.1):\n        while True: pass\nexcept TooSlow:\n    stopped = True\n"
    (tmp_path / "endless_inside.py").write_text(code)
    monkeypatch.syspath_prepend(tmp_path)
    from endless_inside import stopped

    assert stopped


def test_another_thread_has_no_limit_and_no_error():
    answers = []

    def work():
        with time_limit(0.01):
            time.sleep(0.05)
        answers.append("done")

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert answers == ["done"]
