"""Weights are loaded whole or not at all, and what does not fit is named; nothing is downloaded unasked."""

import dataclasses
import hashlib
from collections import OrderedDict

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from cnncourse.networks import published as table
from cnncourse.networks import weights
from cnncourse.networks.inception import GoogLeNet
from cnncourse.networks.resnet import ResNet
from cnncourse.networks.vgg import VGG
from cnncourse.networks.weights import (
    PUBLISHED,
    WeightsError,
    download_published,
    load_published,
    load_weights,
    normalised,
    published_path,
    published_status,
)
from loopback_server import Server, status_only


@pytest.fixture(autouse=True)
def cache(monkeypatch, tmp_path):
    monkeypatch.setenv("CNNCOURSE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("no_proxy", "*")
    return tmp_path / "cache"


def small_net():
    return nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Flatten(), nn.Linear(16, 5))


def made_up(model, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return {
        name: torch.rand(tensor.shape, generator=generator).to(tensor.dtype)
        for name, tensor in model.state_dict().items()
    }


def put(monkeypatch, contents, name="resnet18", url=None):
    """Store contents as if they had been published and downloaded under a name; return the path."""
    path = published_path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    torch.save(contents, path)
    entry = dataclasses.replace(PUBLISHED[name], sha256=hashlib.sha256(path.read_bytes()).hexdigest())
    monkeypatch.setitem(PUBLISHED, name, entry)
    return path


def serve(monkeypatch, server, name="resnet18"):
    digest = hashlib.sha256(server.content).hexdigest()
    entry = dataclasses.replace(PUBLISHED[name], url=server.url, sha256=digest, megabytes=len(server.content) / 1e6)
    monkeypatch.setitem(PUBLISHED, name, entry)


# --- the table ---


def test_the_addresses_carry_the_first_digits_of_the_checksums():
    assert sorted(PUBLISHED) == ["googlenet", "resnet18", "resnet34", "resnet50", "vgg16", "vgg19"]
    for name, entry in PUBLISHED.items():
        assert entry.url == f"https://download.pytorch.org/models/{name}-{entry.sha256[:8]}.pth"
        assert len(entry.sha256) == 64
        assert set(entry.sha256) <= set("0123456789abcdef")
    prefixes = {name: entry.sha256[:8] for name, entry in PUBLISHED.items()}
    assert prefixes["vgg16"] == "397923af"
    assert prefixes["resnet50"] == "0676ba61"
    assert prefixes["googlenet"] == "1378be20"


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("vgg16", 138_357_544), ("vgg19", 143_667_240), ("resnet18", 11_689_512), ("resnet34", 21_797_672),
        ("resnet50", 25_557_032), ("googlenet", 13_004_888),
    ],
)  # fmt: skip
def test_a_file_is_as_large_as_its_parameters_of_four_bytes(name, parameters):
    assert abs(PUBLISHED[name].megabytes - 4 * parameters / 1e6) < 1


@pytest.mark.parametrize("name", sorted(PUBLISHED))
def test_the_model_that_a_file_is_said_to_fit_has_its_size(name):
    with torch.device("meta"):
        model = eval(PUBLISHED[name].fits, {"VGG": VGG, "ResNet": ResNet, "GoogLeNet": GoogLeNet})  # noqa: S307
    numbers = sum(tensor.numel() for tensor in model.state_dict().values())
    assert abs(4 * numbers / 1e6 - PUBLISHED[name].megabytes) < 1


def test_an_unknown_name_is_refused_with_those_that_there_are():
    with pytest.raises(ValueError, match="name must be one of 'vgg16', 'vgg19'"):
        published_path("vgg17")


# --- what there is, and fetching it ---


def test_the_status_follows_the_file_without_a_network(monkeypatch, cache):
    missing = published_status("googlenet")
    assert "googlenet (52 MB) are not on this machine, and nothing in the course needs them" in missing
    assert 'download_published("googlenet")' in missing
    cache.mkdir()
    published_path("googlenet").with_name(f"{published_path('googlenet').name}.part").write_bytes(bytes(3_000_000))
    assert "3 of 52 MB" in published_status("googlenet")
    put(monkeypatch, {}, "googlenet")
    assert 'load_published(GoogLeNet(), "googlenet") loads them' in published_status("googlenet")


def test_loading_never_goes_to_the_network(monkeypatch):
    with Server(b"weights") as server:
        serve(monkeypatch, server)
        with pytest.raises(FileNotFoundError, match="are not on this machine"):
            load_published(small_net(), "resnet18")
        assert server.requests == []


def test_published_weights_are_fetched_once_and_load(monkeypatch, tmp_path):
    model = small_net()
    torch.save(made_up(model), tmp_path / "made_up.pth")
    with Server((tmp_path / "made_up.pth").read_bytes()) as server:
        serve(monkeypatch, server)
        paths = {download_published("resnet18", progress=False) for _ in range(2)}
        assert len(server.requests) == 1
    assert paths == {published_path("resnet18")}
    assert load_published(model, "resnet18") is model
    assert torch.equal(model[0].weight, made_up(model)["0.weight"])
    assert not model.training


def test_a_failed_download_is_a_sentence_of_its_own_kind(monkeypatch):
    with Server(b"weights", status_only(404)) as server:
        serve(monkeypatch, server)
        with pytest.raises(weights.DownloadError, match="answers 404"):
            download_published("resnet18", progress=False)


# --- what fits, and what does not ---


def unchanged(model, load, error, words):
    before = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    with pytest.raises(error, match=words):
        load()
    for name, tensor in model.state_dict().items():
        assert torch.equal(tensor, before[name]), name


def changed(**entries):
    state = made_up(small_net())
    for label, tensor in entries.items():
        name = label.replace("_", ".", 1)
        state.pop(name, None) if tensor is None else state.update({name: tensor})
    return state


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (changed(**{"1_weight": None, "3_bias": None}), r"fit this model: 1.weight is missing in the file"),
        (changed(**{"0_bias": torch.zeros(5)}), r"0.bias has shape \(5,\) in the file and \(4,\) in the model"),
        (changed(**{"4_bias": torch.zeros(5)}), r"the model has no 4.bias"),
        (changed(**{"1_running_var": None}), r"1.running_var is missing"),
        ([torch.zeros(3)], r"must be a table of names and tensors, got a list"),
        ({"epoch": 3}, r"must be a table of names and tensors"),
    ],
)
def test_the_first_entry_that_does_not_fit_is_named(monkeypatch, state, words):
    put(monkeypatch, state)
    model = small_net()
    unchanged(model, lambda: load_published(model, "resnet18"), WeightsError, words)


def test_a_misfit_says_which_model_the_weights_are_for(monkeypatch):
    put(monkeypatch, made_up(nn.Linear(2, 2)), "vgg16")
    with pytest.raises(WeightsError, match=r'They fit VGG\("D"\)\.'):
        load_published(small_net(), "vgg16")


def test_files_from_before_batch_norm_counted_batches_still_load(monkeypatch):
    put(monkeypatch, changed(**{"1_num_batches_tracked": None}))
    model = load_published(small_net(), "resnet18")
    assert model[1].num_batches_tracked == 0


def test_a_file_in_pytorch_s_older_format_loads(monkeypatch):
    path = put(monkeypatch, {})
    state = OrderedDict(made_up(small_net()))
    state._metadata = OrderedDict(version=1)
    torch.save(state, path, _use_new_zipfile_serialization=False)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    monkeypatch.setitem(PUBLISHED, "resnet18", dataclasses.replace(PUBLISHED["resnet18"], sha256=digest))
    assert torch.equal(load_published(small_net(), "resnet18")[3].weight, state["3.weight"])


def test_a_resnet_takes_made_up_weights_in_its_own_layout(monkeypatch):
    model = ResNet(18)
    state = made_up(model)
    put(monkeypatch, {name: tensor for name, tensor in state.items() if not name.endswith("num_batches_tracked")})
    load_published(model, "resnet18")
    for name, tensor in model.state_dict().items():
        assert name.endswith("num_batches_tracked") or torch.equal(tensor, state[name]), name


def test_a_last_layer_of_one_s_own_stays(monkeypatch):
    put(monkeypatch, made_up(small_net()))
    model = small_net()
    model[3] = nn.Linear(16, 2)
    own = model[3].weight.detach().clone()
    with pytest.raises(WeightsError, match=r"3.weight has shape \(5, 16\)"):
        load_published(model, "resnet18")
    load_published(model, "resnet18", keep=("3.",))
    assert torch.equal(model[3].weight, own)
    assert torch.equal(model[0].weight, made_up(model)["0.weight"])


def test_a_googlenet_without_side_heads_takes_the_published_file(monkeypatch):
    state = made_up(GoogLeNet())
    put(monkeypatch, state, "googlenet")
    for side_heads in (True, False):
        model = load_published(GoogLeNet(side_heads), "googlenet")
        assert torch.equal(model.fc.weight, state["fc.weight"])
        assert torch.equal(model.inception5b.branch3[1].conv.weight, state["inception5b.branch3.1.conv.weight"])


def test_the_paper_s_5x5_kernels_are_named_as_what_does_not_fit(monkeypatch):
    put(monkeypatch, made_up(GoogLeNet(side_heads=False)), "googlenet")
    with pytest.raises(WeightsError, match=r"inception3a.branch3.1.conv.weight has shape \(32, 16, 3, 3\)"):
        load_published(GoogLeNet(side_heads=False, large_kernel=5), "googlenet")


def test_a_damaged_file_is_refused_and_set_aside(monkeypatch):
    path = put(monkeypatch, made_up(small_net()))
    path.write_bytes(path.read_bytes()[:-1] + b"!")
    model = small_net()
    unchanged(model, lambda: load_published(model, "resnet18"), WeightsError, "is damaged.*set aside as .*damaged")
    assert not path.exists()
    assert path.with_name(f"{path.name}.damaged").exists()
    assert "are not on this machine" in published_status("resnet18")


class Trap:
    def __reduce__(self):
        return pytest.fail, ("code from the file was run",)


@pytest.mark.parametrize("contents", [{"0.weight": Trap()}, Trap()])
def test_code_in_a_file_is_not_run(monkeypatch, contents):
    put(monkeypatch, contents)
    model = small_net()
    unchanged(model, lambda: load_published(model, "resnet18"), WeightsError, "holds something other than weights")


def test_bytes_that_are_no_pytorch_file_are_refused(monkeypatch):
    path = put(monkeypatch, {})
    path.write_bytes(b"these are not weights")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    monkeypatch.setitem(PUBLISHED, "resnet18", dataclasses.replace(PUBLISHED["resnet18"], sha256=digest))
    with pytest.raises(WeightsError, match="holds something other than weights"):
        load_published(small_net(), "resnet18")


# --- the course's own ---


@pytest.fixture
def data(monkeypatch, tmp_path):
    monkeypatch.setattr("cnncourse.data_folder.DATA", tmp_path)
    (tmp_path / "weights").mkdir()
    return tmp_path / "weights"


def test_half_precision_becomes_what_the_model_computes_in(data):
    model = small_net()
    state = made_up(model)
    half = {name: tensor.half() if tensor.is_floating_point() else tensor for name, tensor in state.items()}
    save_file(half, data / "net.safetensors")
    assert load_weights(model, "net") is model
    assert model[0].weight.dtype == torch.float32
    assert torch.equal(model[0].weight, state["0.weight"].half().float())
    assert not torch.equal(model[0].weight, state["0.weight"])
    assert not model.training


def test_weights_of_another_model_are_refused_by_name(data):
    save_file(changed(**{"3_weight": torch.zeros(5, 17)}), data / "net.safetensors")
    model = small_net()
    words = r"data/weights/net.safetensors do not fit this model: 3.weight has shape \(5, 17\)"
    unchanged(model, lambda: load_weights(model, "net"), WeightsError, words)


def test_a_damaged_or_missing_file_says_how_to_get_it_back(data):
    with pytest.raises(FileNotFoundError, match="git checkout -- data"):
        load_weights(small_net(), "net")
    (data / "net.safetensors").write_bytes(b"\x00" * 40)
    with pytest.raises(WeightsError, match=r"net.safetensors is damaged .*git checkout -- data"):
        load_weights(small_net(), "net")


# --- the inputs that published weights expect ---


def test_pictures_are_normalised_channel_by_channel():
    pictures = torch.rand(2, 3, 4, 5, generator=torch.Generator().manual_seed(1))
    shifted = normalised(pictures, "vgg16")
    for channel, (mean, deviation) in enumerate([(0.485, 0.229), (0.456, 0.224), (0.406, 0.225)]):
        torch.testing.assert_close(shifted[:, channel], (pictures[:, channel] - mean) / deviation)
    assert normalised(torch.ones(1, 3, 2, 2), "googlenet").unique().tolist() == [1.0]
    assert normalised(torch.zeros(1, 3, 2, 2), "googlenet").unique().tolist() == [-1.0]


def test_what_is_no_batch_of_colour_pictures_is_refused():
    with pytest.raises(ValueError, match=r"\(N, 3, H, W\), got shape \(1, 4, 2, 2\)"):
        normalised(torch.ones(1, 4, 2, 2), "vgg16")
    with pytest.raises(ValueError, match="got list"):
        normalised([1], "vgg16")


def test_the_published_table_is_one_and_the_same():
    assert weights.PUBLISHED is table.PUBLISHED
