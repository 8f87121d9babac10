"""What comes into a style transfer: pictures made tensors, layers and weights made plain, the rest refused in words."""

import numpy as np
import torch

from cnncourse.arguments import numeric_array, one_of, real_number, shown

STARTS = ("content", "noise")


def picture_batch(name, value, device):
    """Return a picture `(H, W, 3)`, uint8 or floats in [0, 1], as a float32 tensor (1, 3, H, W) on the device."""
    if isinstance(value, torch.Tensor):
        raise TypeError(f"{name} must be an array (H, W, 3), got a tensor: picture[0].permute(1, 2, 0).numpy() is one")
    array = numeric_array(name, value, 3, (None, None, 3), "(H, W, 3)")
    if not array.size:
        raise ValueError(f"{name} must hold at least one pixel, got shape {array.shape}")
    if array.dtype == np.uint8:
        array = array / np.float32(255)
    elif array.dtype.kind != "f" or (array.size and not (array.min() >= 0 and array.max() <= 1)):
        low, high = (array.min(), array.max()) if array.size else (0, 0)
        raise ValueError(f"{name} must be uint8 or floats in [0, 1], got {array.dtype} from {low} to {high}")
    pixels = np.ascontiguousarray(array.transpose(2, 0, 1), np.float32)
    return torch.from_numpy(pixels.copy())[None].to(device)


def pixels_of(picture):
    """Return a tensor (1, 3, H, W) in [0, 1] as a picture (H, W, 3) uint8."""
    values = picture.detach()[0].permute(1, 2, 0).clamp(0, 1).mul(255).round()
    return np.ascontiguousarray(values.to("cpu", torch.uint8).numpy())


def start_picture(start, content, generator):
    """Return where the optimisation begins, (1, 3, H, W): the content, noise, or a picture of the content's size."""
    if isinstance(start, str):
        if one_of("start", start, STARTS) == "content":
            return content.clone()
        if not isinstance(generator, torch.Generator):
            raise TypeError(
                "generator must be a torch.Generator such as torch.Generator().manual_seed(0) "
                f"for start='noise', got {shown(generator)}"
            )
        return torch.rand(content.shape, generator=generator, device=generator.device).to(content.device)
    given = picture_batch("start", start, content.device)
    if given.shape != content.shape:
        size, wanted = (f"{s[2]} × {s[3]}" for s in (given.shape, content.shape))
        raise ValueError(f"start must have the height and width of the content, {wanted}, got {size}")
    return given


def checked_network(network):
    """Return the network where it has `.features(pictures, names)` and `.LAYERS`."""
    if not callable(getattr(network, "features", None)) or not len(getattr(network, "LAYERS", ())):
        raise TypeError(
            f"network must have features(pictures, names) and LAYERS, as SmallVGG has, got {shown(network)}"
        )
    return network


def content_names(names, network):
    """Return the content layers as a tuple; None means the two in the middle."""
    if names is None:
        count = len(network.LAYERS)
        return tuple(network.LAYERS[(count - 1) // 2 : count // 2 + 1])
    return _names("content_layers", names, network)


def style_weights(layers, network):
    """Return layer → λ with Σ λ = 1: of a dict in its proportions, of names (None: all layers) equal ones."""
    if layers is None:
        layers = tuple(network.LAYERS)
    names = _names("style_layers", layers, network)
    given = [real_number(f"style_layers[{n!r}]", layers[n], 0) if isinstance(layers, dict) else 1.0 for n in names]
    if names and not sum(given) > 0:
        raise ValueError("style_layers must hold a weight above 0, got only zeros")
    return {name: weight / sum(given) for name, weight in zip(names, given, strict=True) if weight}


def _names(argument, names, network):
    if isinstance(names, str) or not isinstance(names, (tuple, list, dict)):
        raise TypeError(f"{argument} must be a sequence of the network's layers, got {shown(names)}")
    chosen = tuple(one_of(argument, name, tuple(network.LAYERS)) for name in names)
    if len(set(chosen)) < len(chosen):
        raise ValueError(f"{argument} must name each layer once, got {list(chosen)}")
    return chosen
