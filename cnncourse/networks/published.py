"""The weights that PyTorch publishes for the networks of week 2: where they are, and fetching them if a learner asks.

    print(published_status("googlenet"))                    # says what is there, without the network
    download_published("googlenet")                         # 52 MB, once, into `cache_folder()`

Nothing in the course downloads anything by itself, and no notebook needs these files.
"""

from dataclasses import dataclass

from torch import Tensor

from cnncourse.arguments import one_of, shown
from cnncourse.cache_folder import cache_folder, shown_path
from cnncourse.networks.download import arrived_bytes, download

ADDRESS = "https://download.pytorch.org/models/"
IMAGENET = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
HALF = ((0.5, 0.5, 0.5), (0.5, 0.5, 0.5))


@dataclass(frozen=True)
class Published:
    """A published file: address, SHA-256, size in 10⁶ bytes, the model it fits, and how its inputs are normalised."""

    url: str
    sha256: str
    megabytes: int
    fits: str
    normalisation: tuple = IMAGENET  # mean and standard deviation of red, green, blue

    @property
    def file(self):
        """The file's name."""
        return self.url.rpartition("/")[2]


PUBLISHED = {
    "vgg16": Published(
        f"{ADDRESS}vgg16-397923af.pth",
        "397923af8e79cdbb6a7127f12361acd7a2f83e06b05044ddf496e83de57a5bf0",
        553,
        'VGG("D")',
    ),
    "vgg19": Published(
        f"{ADDRESS}vgg19-dcbb9e9d.pth",
        "dcbb9e9dad569fff7a846263a77324fc34978fea2bfb039c012d710e1776ae44",
        575,
        'VGG("E")',
    ),
    "resnet18": Published(
        f"{ADDRESS}resnet18-f37072fd.pth",
        "f37072fd47e89c5e827621c5baffa7500819f7896bbacec160b1a16c560e07ec",
        47,
        "ResNet(18)",
    ),
    "resnet34": Published(
        f"{ADDRESS}resnet34-b627a593.pth",
        "b627a593bcbe140c234610266fe4f8ae95ea42fc881d091c9b6052e6b1d0590f",
        87,
        "ResNet(34)",
    ),
    "resnet50": Published(
        f"{ADDRESS}resnet50-0676ba61.pth",
        "0676ba61b6795bbe1773cffd859882e5e297624d384b6993f7c9e683e722fb8a",
        103,
        "ResNet(50)",
    ),
    "googlenet": Published(
        f"{ADDRESS}googlenet-1378be20.pth",
        "1378be20a8e875cf1568b8a71654e704449655e34711a959a38b04fb34905cef",
        52,
        "GoogLeNet()",
        HALF,
    ),
}


def published_path(name):
    """Return where the published weights `name` are, or will be once downloaded."""
    return cache_folder() / PUBLISHED[one_of("name", name, PUBLISHED)].file


def published_status(name):
    """Say in a sentence whether the published weights `name` are on this machine; never uses the network."""
    path, published = published_path(name), PUBLISHED[name]
    folder, call = shown_path(path.parent), f'download_published("{name}")'
    if path.is_file():
        return f'The published weights {name} are in {folder}. load_published({published.fits}, "{name}") loads them.'
    if arrived_bytes(path):
        arrived = f"{arrived_bytes(path) / 1e6:.0f} of {published.megabytes} MB"
        return f"Of the published weights {name}, {arrived} are in {folder}. {call} goes on from there."
    return (
        f"The published weights {name} ({published.megabytes} MB) are not on this machine, and nothing in the course "
        f"needs them: its notebooks use small nets of their own. On a network, {call} fetches them once into {folder}."
    )


def download_published(name, timeout=20.0, progress=True):
    """Fetch the published weights `name` into `cache_folder()` unless they are there, and return their path.

    name: "vgg16", "vgg19", "resnet18", "resnet34", "resnet50" or "googlenet". `timeout` in seconds of silence. Raises
    DownloadError with a sentence; what has arrived is kept for the next call.
    """
    path, published = published_path(name), PUBLISHED[name]
    return download(published.url, path, published.sha256, published.megabytes, timeout, progress=progress)


def normalised(pictures, name):
    """Return pictures `(N, 3, H, W)` in [0, 1] shifted and scaled as the published weights `name` expect them.

    >>> import torch
    >>> normalised(torch.full((1, 3, 1, 1), 0.75), "googlenet").flatten().tolist()
    [0.5, 0.5, 0.5]
    """
    if not isinstance(pictures, Tensor) or pictures.ndim != 4 or pictures.shape[1] != 3:
        got = f"shape {tuple(pictures.shape)}" if isinstance(pictures, Tensor) else shown(pictures)
        raise ValueError(f"pictures must be a tensor of shape (N, 3, H, W), got {got}")
    mean, deviation = (
        pictures.new_tensor(values)[:, None, None]
        for values in PUBLISHED[one_of("name", name, PUBLISHED)].normalisation
    )
    return (pictures - mean) / deviation
