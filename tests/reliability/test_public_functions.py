"""Whatever anybody passes to a public function: an answer or an error that names an argument, never a crash inside.

One argument at a time of a call that works is replaced by something wrong. Allowed are a value, or a ValueError or
TypeError whose message names an argument: no other error, no warning, no changed input, and no wait.
`cnncourse.convolution` has a test of its own, `tests/convolution/test_bad_arguments.py`.
"""

import contextlib
import inspect

import pytest
import torch

from public_calls import ALSO_RAISED, ARGUMENTS, NAMES, answer, call_of, complaint, found, short
from public_names import public_names
from wrong_values import wrong_values

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
ENDLESS = {"steps", "epochs"}  # who asks for 10³⁰ of these has to wait


def checked_names():
    """Return the public names that take arguments and have no test of their own."""
    names = [name for name in public_names() if not name.startswith("convolution.") and name not in EXEMPT]
    return {name for name in names if inspect.signature(found(name)).parameters}


def test_every_public_function_with_arguments_is_tried():
    assert checked_names() - set(ARGUMENTS) == set()


def test_nothing_is_exempt_that_is_not_public():
    assert set(EXEMPT) <= set(public_names())


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("mode", [contextlib.nullcontext, torch.inference_mode])
def test_a_call_that_works_works_and_has_every_argument(name, mode):
    """Also where somebody has switched gradients off."""
    function, arguments = call_of(name)
    assert set(arguments) <= set(inspect.signature(function).parameters) or "network" in arguments
    with contextlib.suppress(*ALSO_RAISED.get(name, ())), mode():
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
