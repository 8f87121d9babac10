"""Trained weights: the course's own, which are always there, and those that PyTorch publishes, if the learner asks.

net = load_weights(HandSignNet(), "hand_signs")         # data/weights/hand_signs.safetensors

download_published("googlenet")                         # only on a network, and only once
net = load_published(GoogLeNet(), "googlenet")
"""

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from cnncourse.data_folder import data_file
from cnncourse.networks.download import DownloadError, matches, set_aside
from cnncourse.networks.inception import GoogLeNet, without_side_heads
from cnncourse.networks.published import (
    PUBLISHED,
    download_published,
    normalised,
    published_path,
    published_status,
)

__all__ = [
    "PUBLISHED",
    "DownloadError",
    "WeightsError",
    "download_published",
    "load_published",
    "load_weights",
    "normalised",
    "published_path",
    "published_status",
]


class WeightsError(ValueError):
    """Says why a file's weights cannot be used, and what to do."""


def load_published(model, name, keep=()):
    """Load the downloaded weights `name` into `model` and return it in evaluation mode; never uses the network.

    `keep`: beginnings of names that stay as the model has them, such as ("fc.",) under a new last layer. A GoogLeNet
    without side heads takes the file without theirs. Raises FileNotFoundError where nothing was downloaded, and
    WeightsError for a damaged file (which is set aside) or weights that do not fit; the model is then unchanged.
    """
    path, published = published_path(name), PUBLISHED[name]
    if not path.is_file():
        raise FileNotFoundError(published_status(name))
    if not matches(path, published.sha256):
        raise WeightsError(
            f"{path.name} is damaged: its checksum is not the published one. It was set aside as "
            f'{set_aside(path).name}; download_published("{name}") fetches it again.'
        )
    state = _read(path)
    if isinstance(model, GoogLeNet) and not model.side_heads:
        state = without_side_heads(state)
    return _loaded(model, state, f"the published weights {name}", f"They fit {published.fits}.", tuple(keep))


def load_weights(model, name):
    """Load the course's own `data/weights/<name>.safetensors` into `model` and return it in evaluation mode.

    Numbers stored in half precision become what the model computes in. Raises FileNotFoundError without the file, and
    WeightsError where it is damaged or does not fit; the model is then unchanged.
    """
    path = data_file("weights", f"{name}.safetensors")
    try:
        state = load_file(path)
    except SafetensorError as error:
        raise WeightsError(
            f"data/weights/{path.name} is damaged ({error}): fetch it again with `git checkout -- data`"
        ) from None
    return _loaded(model, state, f"data/weights/{path.name}")


def _read(path):
    """Return what a PyTorch file holds, without running any code in it."""
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # on junk, PyTorch's reader stumbles over whatever comes first
        reason = next(iter(str(error).splitlines()), type(error).__name__)
        raise WeightsError(f"{path.name} holds something other than weights: {reason}") from None


def _loaded(model, state, what, advice="", keep=()):
    """Load a state into a model after a look at every name and shape; the first that is wrong is named."""
    own = model.state_dict()
    if not isinstance(state, dict) or not all(isinstance(tensor, Tensor) for tensor in state.values()):
        raise WeightsError(f"{what} must be a table of names and tensors, got a {type(state).__name__}")
    counters = {name for name in own if name.endswith("num_batches_tracked")}  # files of before 2018 have none
    new = {name: own[name] for name in own if name.startswith(keep) or name in counters - state.keys()}
    new |= {name: tensor for name, tensor in state.items() if not name.startswith(keep)}
    problem = next(filter(None, (_misfit(name, own, new) for name in [*own, *new])), "")
    if problem:
        raise WeightsError(f"{what} do not fit this model: {problem}. {advice}".rstrip())
    model.load_state_dict(new)
    return model.eval()


def _misfit(name, own, new):
    """Say what is wrong with one entry, or nothing."""
    if name not in new:
        return f"{name} is missing in the file"
    if name not in own:
        return f"the model has no {name}"
    there, here = tuple(new[name].shape), tuple(own[name].shape)
    return "" if there == here else f"{name} has shape {there} in the file and {here} in the model"
