"""Real faces, for learners with a network: Olivetti and Labeled Faces in the Wild, by scikit-learn's own fetchers.

Olivetti: 40 people of a laboratory in Cambridge, 10 grey photos each (Samaria & Harter 1994), 2 MB. LFW: news photos
from the web (Huang et al. 2007), 230 MB. Nothing is fetched unless asked for; what was fetched stays on this computer.
"""

import contextlib
import io
import socket
import warnings
from urllib.error import URLError

import numpy as np
from PIL import Image
from sklearn.datasets import fetch_lfw_people, fetch_olivetti_faces

from cnncourse.arguments import one_of, true_or_false
from cnncourse.networks.download_transfer import DownloadError
from cnncourse.pictures.identities import SIZE, Identities

PATIENCE_S = 15.0  # of silence, after which a connection counts as dead
MEGABYTES = {"olivetti": 2, "lfw": 230}


def published_faces(name="olivetti", download=False):
    """Return "olivetti" or "lfw" as Identities, (N, 64, 64, 3) uint8 and whose they are, (N,).

    Of LFW the people with at least 10 photos. Without `download` only what is on this computer already is read. Raises
    DownloadError, whose sentence says what to do, where it is not here or cannot be reached.
    """
    one_of("name", name, tuple(MEGABYTES))
    true_or_false("download", download)
    try:
        with _patient():
            return _olivetti(download) if name == "olivetti" else _lfw(download)
    except OSError as error:
        raise DownloadError(_why(name, download, error)) from None


def _olivetti(download):
    bunch = fetch_olivetti_faces(download_if_missing=download, n_retries=1, delay=0.1)
    grey = np.round(bunch.images * 255).astype(np.uint8)  # (400, 64, 64)
    return Identities(np.repeat(grey[..., None], 3, axis=3), bunch.target.astype(np.int64))


def _lfw(download):
    bunch = fetch_lfw_people(
        min_faces_per_person=10,
        color=True,
        resize=None,
        slice_=None,
        download_if_missing=download,
        n_retries=1,
        delay=0.1,
    )
    scaled = bunch.images * 255 if bunch.images.max() <= 1 else bunch.images
    return Identities(np.stack([_middle(picture) for picture in scaled]), bunch.target.astype(np.int64))


def _middle(picture):
    """Return the middle 60 % of a picture, where LFW has the face, as (64, 64, 3) uint8."""
    height, width, _ = picture.shape
    top, left = height // 5, width // 5
    cut = np.round(picture[top : height - top, left : width - left]).clip(0, 255).astype(np.uint8)
    return np.asarray(Image.fromarray(cut).resize((SIZE, SIZE), Image.Resampling.BOX))


@contextlib.contextmanager
def _patient():
    """Let no connection wait for ever, and keep scikit-learn's own lines out of the notebook."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(PATIENCE_S)
    try:
        with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        socket.setdefaulttimeout(before)


def _why(name, download, error):
    if not download:
        return (
            f'The {name} faces are not on this computer. published_faces("{name}", download=True) fetches them, about '
            f"{MEGABYTES[name]} MB; the course needs them nowhere."
        )
    reason = error.reason if isinstance(error, URLError) else error
    return (
        f"The {name} faces could not be fetched ({reason}). Try again on a network; the course's own people, "
        'identities("test"), are always here.'
    )
