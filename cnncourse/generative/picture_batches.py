"""From uint8 pictures `(N, H, W, 3)` to the batches `(N, 3, H, W)` in [−1, 1] of the networks of week 5, and back."""

import numpy as np
import torch

from cnncourse.arguments import plain_array, shown


def batch_from_pictures(pictures):
    """Return uint8 pictures `(N, H, W, 3)` as a float32 batch `(N, 3, H, W)`: 0 becomes −1, 255 becomes 1.

    >>> batch_from_pictures(np.full((1, 2, 2, 3), 255, np.uint8)).shape
    torch.Size([1, 3, 2, 2])
    """
    pictures = plain_array("pictures", pictures)
    if pictures.dtype != np.uint8 or pictures.ndim != 4 or pictures.shape[3] != 3:
        raise ValueError(f"pictures must be uint8 of shape (N, H, W, 3), got {pictures.dtype} of {pictures.shape}")
    return torch.tensor(pictures).permute(0, 3, 1, 2).float() / 127.5 - 1


def pictures_from_batch(batch):
    """Return a batch `(N, 3, H, W)` as uint8 pictures `(N, H, W, 3)`: what is outside [−1, 1] is cut off.

    >>> pictures_from_batch(torch.tensor([-1.0, 0.0, 7.0]).reshape(1, 3, 1, 1))
    array([[[[  0, 128, 255]]]], dtype=uint8)
    """
    if not isinstance(batch, torch.Tensor) or batch.dim() != 4 or batch.shape[1] != 3 or batch.dtype.is_complex:
        got = f"shape {tuple(batch.shape)}" if isinstance(batch, torch.Tensor) else shown(batch)
        raise ValueError(f"batch must be a tensor (N, 3, H, W), got {got}")
    values = (127.5 * (batch.detach().float() + 1)).round().clamp(0, 255)
    return values.to(torch.uint8).permute(0, 2, 3, 1).numpy()


def psnr(pictures, reconstructions):
    """Return the peak signal-to-noise ratio in dB of uint8 pictures, over all their numbers together.

    10 log₁₀(255² / mean squared difference); infinite where the two are equal.

    >>> round(psnr(np.zeros((1, 2, 2, 3), np.uint8), np.full((1, 2, 2, 3), 51, np.uint8)), 2)
    13.98
    """
    pictures = plain_array("pictures", pictures)
    reconstructions = plain_array("reconstructions", reconstructions)
    for name, given in (("pictures", pictures), ("reconstructions", reconstructions)):
        if given.dtype != np.uint8:
            raise TypeError(f"{name} must be uint8, got {given.dtype}")
    if pictures.shape != reconstructions.shape or pictures.size == 0:
        raise ValueError(
            f"reconstructions must have the shape of pictures, got {reconstructions.shape} and {pictures.shape}"
        )
    squared = np.mean((pictures.astype(float) - reconstructions.astype(float)) ** 2)
    return float(np.inf) if squared == 0 else float(10 * np.log10(255**2 / squared))
