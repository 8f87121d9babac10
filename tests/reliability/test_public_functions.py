"""Whatever anybody passes to a public function: an answer or an error that names an argument, never a crash inside.

One argument at a time of a call that works is replaced by something wrong. Allowed are a value, or a ValueError or
TypeError whose message names an argument: no other error, no warning, no changed input, and no wait.
`cnncourse.convolution` has a test of its own, `tests/convolution/test_bad_arguments.py`.
"""

import contextlib
import copy
import importlib
import inspect
import re
import signal

import numpy as np
import pytest
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import good_calls_algorithms as algorithms
import good_calls_generative as generative
import good_calls_networks as networks
import good_calls_pictures as pictures
from cnncourse.networks.weights import WeightsError
from public_names import public_names
from wrong_values import equal, wrong_values

PARTS = (algorithms, generative, networks, pictures)
ARGUMENTS = {name: make for part in PARTS for name, make in part.ARGUMENTS.items()}
METHODS = {name: make for part in PARTS for name, make in part.METHODS.items()}
NAMES = [*ARGUMENTS, *METHODS]
NOTHING = {f"faces.gallery.Gallery.{name}" for name in ("enroll", "enroll_many", "remove")}  # give nothing
EXEMPT = {
    "detection.yolo.Places": "only functions make it",
    "detection.yolo.checked_anchors": "checks an argument for others",
    "networks.uint8_pictures.answer_of": "checks what its caller's model takes",
    "networks.uint8_pictures.checked_model": "checks an argument for others",
    "networks.download.set_aside": "renames a file that the caller just found damaged: tests/networks/test_download.py",
    "networks.download_transfer.DownloadError": "an error",
    "networks.fully_convolutional.FullyConvolutional": "only fully_convolutional makes it",
    "networks.layers.checked_widths": "checks an argument for others",
    "networks.smile_detector.load_face_traits": "takes only the generator that SmileNet checks",
    "networks.weights.WeightsError": "an error",
    "networks.weights.load_published": "tests/networks/test_weights.py, with files that it makes",
}
ALSO_NAMED = {  # what a message may name in place of an argument: a documented error's subject, a part of an argument
    "networks.weights.load_weights": {"weights"},
    "pictures.upload.open_upload": {"file"},
    "training.fit.evaluate": {"test_loader"},  # as `fit` calls it
}
ALSO_RAISED = {  # documented there
    "faces.gallery.Gallery.photos_of": (KeyError,),
    "faces.gallery.Gallery.remove": (KeyError,),
    "networks.weights.load_weights": (FileNotFoundError, WeightsError),
}
ENDLESS = {"steps", "epochs"}  # who asks for 10³⁰ of these has to wait
PATIENCE_S = 20  # of the processor


def found(name):
    """Return the function or class of a dotted name below `cnncourse`."""
    module, last = name.rsplit(".", 1)
    return getattr(importlib.import_module(f"cnncourse.{module}"), last)


def call_of(name):
    """Return (function, arguments) of a call that works, afresh."""
    return METHODS[name]() if name in METHODS else (found(name), ARGUMENTS[name]())


@contextlib.contextmanager
def patience(seconds):
    """Raise TimeoutError where the body takes longer."""

    def ring(*_):
        raise TimeoutError(f"no answer within {seconds} s")

    before = signal.signal(signal.SIGPROF, ring)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def answer(name, function, arguments):
    """Call `function`; of a generator take everything."""
    with patience(PATIENCE_S), torch.device("meta") if name in networks.ON_META else contextlib.nullcontext():
        result = function(**arguments)
        return list(result) if inspect.isgenerator(result) else result


def kept(arguments):
    """Return copies of the arguments that must not change: arrays, tensors, lists, dicts and tuples."""
    plain = (np.ndarray, torch.Tensor, list, tuple, dict)
    return {key: copy.deepcopy(value) for key, value in arguments.items() if isinstance(value, plain)}


def complaint(name, function, arguments):
    """Return what is wrong with how `function` takes these arguments, or ""."""
    before, seen = kept(arguments), {*inspect.signature(function).parameters, *ALSO_NAMED.get(name, ())}
    try:
        answer(name, function, arguments)
    except (ValueError, TypeError) as error:
        if not re.search(rf"\b({'|'.join(seen)})\b", str(error)):
            return f"names no argument: {type(error).__name__}: {error}"
    except ALSO_RAISED.get(name, ()):
        pass
    except BaseException as error:
        return f"{type(error).__name__}: {error}"
    changed = [key for key, value in before.items() if not equal(value, arguments[key])]
    return f"changed {changed}" if changed else ""


def checked_names():
    """Return the public names that take arguments and have no test of their own."""
    names = [name for name in public_names() if not name.startswith("convolution.") and name not in EXEMPT]
    return {name for name in names if inspect.signature(found(name)).parameters}


def test_every_public_function_with_arguments_is_tried():
    assert checked_names() - set(ARGUMENTS) == set()


def test_nothing_is_exempt_that_is_not_public():
    assert set(EXEMPT) <= set(public_names())


@pytest.mark.parametrize("name", NAMES)
def test_a_call_that_works_works_and_has_every_argument(name):
    function, arguments = call_of(name)
    assert set(arguments) <= set(inspect.signature(function).parameters) or "network" in arguments
    with contextlib.suppress(*ALSO_RAISED.get(name, ())):
        assert (answer(name, function, arguments) is None) == (name in NOTHING)


@pytest.mark.parametrize("name", NAMES)
def test_wrong_arguments_are_answered_or_refused_by_name(name):
    complaints = []
    for key, good in call_of(name)[1].items():
        for number in range(len(wrong_values(good))):
            function, arguments = call_of(name)
            arguments[key] = wrong_values(good)[number]
            if key in ENDLESS and isinstance(arguments[key], int) and arguments[key] > 10**9:
                continue
            text = complaint(name, function, arguments)
            if text:
                complaints.append(f"{key} = {short(arguments[key])} → {text}"[:300])
    assert not complaints, "\n" + "\n".join(complaints)


def short(value):
    """Return a value for a message."""
    if isinstance(value, np.ndarray | torch.Tensor):
        return f"{type(value).__name__} {tuple(value.shape)} {value.dtype}"
    return "a figure" if isinstance(value, Figure | Axes) else repr(value)[:60]
