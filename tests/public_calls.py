"""A call that works of every public function, and the verdict on how the function takes other arguments."""

import contextlib
import copy
import importlib
import inspect
import re
import signal

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import good_calls_algorithms as algorithms
import good_calls_generative as generative
import good_calls_networks as networks
import good_calls_pictures as pictures
from cnncourse.networks.weights import WeightsError
from wrong_values import equal

PARTS = (algorithms, generative, networks, pictures)
ARGUMENTS = {name: make for part in PARTS for name, make in part.ARGUMENTS.items()}
METHODS = {name: make for part in PARTS for name, make in part.METHODS.items()}
NAMES = [*ARGUMENTS, *METHODS]
ALSO_NAMED = {  # what a message may name in place of an argument: a documented error's subject, a part of an argument
    "detection.windows.scan": {"scale"},
    "networks.tiny_yolo.detect": {"scale"},
    "networks.weights.load_weights": {"weights"},
    "pictures.upload.open_upload": {"file"},
    "training.fit.evaluate": {"test_loader"},  # as `fit` calls it
}
ALSO_RAISED = {  # documented there
    "faces.gallery.Gallery.photos_of": (KeyError,),
    "faces.gallery.Gallery.remove": (KeyError,),
    "networks.weights.load_weights": (FileNotFoundError, WeightsError),
}
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


def short(value):
    """Return a value for a message."""
    if isinstance(value, np.ndarray | torch.Tensor):
        return f"{type(value).__name__} {tuple(value.shape)} {value.dtype}"
    return "a figure" if isinstance(value, Figure | Axes) else repr(value)[:60]
