"""A time limit for what a learner wrote, so that an endless loop does not hang the notebook."""

import contextlib
import inspect
import signal
import threading


class TooSlow(BaseException):
    """Raised in a learner's function when its time is over; `except Exception` lets it pass."""


@contextlib.contextmanager
def time_limit(seconds):
    """Raise TooSlow in the block after `seconds`. Works in the main thread of POSIX systems, else does nothing."""
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return
    around = inspect.currentframe().f_back.f_back.f_code  # of the `with`: between lies contextlib

    def ring(_signal, frame):
        if not _importing(frame, around):
            raise TooSlow
        signal.setitimer(signal.ITIMER_REAL, seconds, 0.2)  # an import cut short would leave a broken module behind

    previous = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds, 0.2)  # rings again, should a bare `except:` swallow it
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)


def _importing(frame, around):
    """Tell whether the learner's function is importing a module (torch does so when first used)."""
    while frame and frame.f_code is not around:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            return True
        frame = frame.f_back
    return False
