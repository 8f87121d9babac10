"""The costs of neural style transfer (Gatys, Ecker & Bethge 2016), of one layer's maps.

Maps are tensors (N, C, H, W), as a network gives them. `C`, `G` and `S` in the literature are content, generated and
style; n_C, n_H, n_W are the channels, height and width of the **generated** picture's maps. A Gram matrix is a plain
sum over places: an uncentred second moment, loosely called correlation, though no mean is taken away and nothing is
divided by a spread.
"""

import torch

from cnncourse.arguments import shown


def gram_matrix(features):
    """Return the Gram matrices (N, C, C) of maps (N, C, H, W): G_kk' = Σ_ij a_ijk · a_ijk' (Gatys et al. 2016, eq. 3).

    A plain sum over places, divided by nothing. Raises TypeError or ValueError for anything but floats of four axes.

    >>> a = torch.tensor([[[[1.0, 2.0, 0.0]], [[3.0, 0.0, 1.0]]]])  # two channels of 1 × 3
    >>> gram_matrix(a).tolist()
    [[[5.0, 3.0], [3.0, 10.0]]]
    """
    rows = _maps("features", features).flatten(2)  # (N, C, H·W)
    return rows @ rows.mT


def content_cost(content, generated):
    """Return ½ Σ (a(C) − a(G))², a tensor with one number, of maps (N, C, H, W) of equal shape (Gatys eq. 1).

    >>> content_cost(torch.zeros(1, 2, 1, 2), torch.tensor([[[[1.0, 2.0]], [[0.0, 3.0]]]])).item()
    7.0
    """
    _maps("content", content)
    _maps("generated", generated)
    if content.shape != generated.shape:
        raise ValueError(
            f"content and generated must have the same shape, got {tuple(content.shape)} and {tuple(generated.shape)}"
        )
    return (content - generated).square().sum() / 2


def style_cost(style, generated):
    """Return ‖G(S) − G(G)‖²_F / (2 n_H n_W n_C)², a tensor with one number (Gatys et al. 2016, eq. 4).

    style is (N, C, H', W'), generated (N, C, H, W); the costs of N pictures add up. Where the sizes differ, G(S) is
    first multiplied by H·W / (H'·W'): a larger picture of the same texture has the same style.

    >>> style = torch.tensor([[[[1.0, 2.0, 0.0]], [[3.0, 0.0, 1.0]]]])  # Gram [[5, 3], [3, 10]]
    >>> style_cost(style, torch.zeros(1, 2, 1, 3)).item()  # (25 + 9 + 9 + 100) / (2 · 1 · 3 · 2)²
    0.9930555820465088
    """
    _maps("style", style)
    _maps("generated", generated)
    if style.shape[:2] != generated.shape[:2]:
        raise ValueError(
            "style and generated must have the same number of pictures and channels, "
            f"got shapes {tuple(style.shape)} and {tuple(generated.shape)}"
        )
    C, H, W = generated.shape[1:]
    places = style.shape[2] * style.shape[3]
    if not places * C * H * W:
        raise ValueError(
            "style and generated must have at least one channel and place, "
            f"got shapes {tuple(style.shape)} and {tuple(generated.shape)}"
        )
    difference = gram_matrix(style) * (H * W / places) - gram_matrix(generated)
    return difference.square().sum() / (2 * H * W * C) ** 2


def _maps(name, value):
    if not isinstance(value, torch.Tensor):
        raise TypeError(f"{name} must be a tensor (N, C, H, W), got {shown(value)}")
    if not value.is_floating_point():
        raise TypeError(f"{name} must hold floats, got {value.dtype}")
    if value.ndim != 4:
        raise ValueError(f"{name} must have shape (N, C, H, W), got shape {tuple(value.shape)}")
    return value
