"""Networks for a window become networks for all of a picture's windows: equal to the crops, of shared weights."""

import copy

import numpy as np
import pytest
import torch
from torch import nn

from cnncourse.detection.windows import sliding_windows, window_batch
from cnncourse.networks.fully_convolutional import fully_convolutional
from cnncourse.networks.layers import LocalResponseNorm, ScaledTanh
from cnncourse.networks.lenet import LeNet5


def started(model, seed=0):
    """Give a network random weights and batch norms random statistics; evaluation mode."""
    generator = torch.Generator().manual_seed(seed)
    for part in model.modules():
        if isinstance(part, nn.modules.batchnorm._BatchNorm):
            part.running_mean.normal_(0, 0.3, generator=generator)
            part.running_var.uniform_(0.5, 2, generator=generator)
    for parameter in model.parameters():
        nn.init.normal_(parameter, 0, 0.2, generator=generator)
    return model.eval()


def plain():
    return nn.Sequential(nn.Conv2d(3, 5, (3, 4)), nn.ReLU(), nn.Flatten(), nn.Linear(5 * 7 * 8, 6))


def two_dense():
    return nn.Sequential(
        nn.Conv2d(2, 4, 3, stride=(2, 1)), nn.Tanh(), nn.Flatten(), nn.ReLU(), nn.Linear(4 * 4 * 8, 7), nn.ReLU(),
        nn.Linear(7, 3, bias=False), nn.Softmax(dim=1),
    )  # fmt: skip


def nested():
    features = nn.Sequential(nn.Sequential(nn.Conv2d(3, 6, 3, bias=False), nn.BatchNorm2d(6)), nn.ReLU())
    head = nn.Sequential(nn.Flatten(), nn.Dropout(), nn.Linear(6 * 4 * 3, 8), nn.BatchNorm1d(8), nn.ELU())
    return nn.Sequential(features, nn.MaxPool2d(3, stride=2), nn.Sequential(head, nn.LayerNorm(8), nn.Linear(8, 2)))


def grouped():
    return nn.Sequential(
        nn.Conv2d(4, 8, 3, dilation=2, groups=2), nn.PReLU(8), LocalResponseNorm(3), nn.AvgPool2d((2, 3), (2, 1)),
        ScaledTanh(), nn.Flatten(), nn.Linear(8 * 4 * 6, 3), nn.PReLU(3),
    )  # fmt: skip


def pooled():
    return nn.Sequential(
        nn.Conv2d(3, 8, 3, stride=3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 4)
    )


def largest():
    return nn.Sequential(nn.Conv2d(3, 8, 2), nn.AdaptiveMaxPool2d((1, 1)), nn.Flatten(), nn.Linear(8, 4))


def no_dense():
    return nn.Sequential(nn.Conv2d(3, 8, 4, stride=2), nn.ReLU(), nn.Conv2d(8, 5, (3, 4)), nn.Flatten())


MODELS = [  # a model, its window, the step of its map
    (plain, (3, 9, 11), (1, 1)),
    (two_dense, (2, 10, 10), (2, 1)),
    (nested, (3, 11, 9), (2, 2)),
    (grouped, (4, 12, 12), (2, 1)),
    (pooled, (3, 9, 12), (3, 3)),
    (largest, (3, 5, 6), (1, 1)),
    (no_dense, (3, 8, 10), (2, 2)),
]


@pytest.mark.parametrize(("make", "shape", "step"), MODELS)
@pytest.mark.parametrize("larger", [(0, 0), (1, 0), (7, 4), (13, 18)])
def test_every_cell_is_its_window_cut_out(make, shape, step, larger):
    C, *window = shape
    model = started(make())
    net = fully_convolutional(model, shape)
    assert (net.window, net.step, net.exact) == (tuple(window), step, True)
    picture = torch.rand(C, window[0] + larger[0], window[1] + larger[1], generator=torch.Generator().manual_seed(1))
    starts = sliding_windows(np.zeros(picture.shape[1:]), window, step)
    with torch.no_grad():
        maps = net(picture[None])[0]
        one_by_one = torch.cat([model(window_batch(picture, start[None], window)) for start in starts])
    assert maps.shape[1:] == tuple((n - w) // s + 1 for n, w, s in zip(picture.shape[1:], window, step, strict=True))
    assert torch.allclose(maps.flatten(1).T, one_by_one, rtol=0, atol=1e-5)


def test_equal_to_the_crops_in_double_precision_to_twelve_digits():
    model = started(nested().double())
    picture = torch.rand(3, 31, 27, dtype=torch.float64)
    starts = sliding_windows(np.zeros((31, 27)), (11, 9), 2)
    with torch.no_grad():
        maps = fully_convolutional(model, (3, 11, 9))(picture[None])[0]
        crops = model(window_batch(picture, starts, (11, 9)))
    assert torch.allclose(maps.flatten(1).T, crops, rtol=0, atol=1e-12)


def test_no_cell_stands_for_a_window_that_hangs_over_the_picture():
    model = nn.Sequential(nn.Conv2d(1, 2, 3), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(2 * 3 * 3, 1))
    net = fully_convolutional(model, (1, 9, 9))  # of 7 rows pooling reads 6: the window's last row is not read
    for height, rows in ((9, 1), (10, 1), (11, 2), (12, 2), (13, 3)):
        assert len(sliding_windows(np.zeros((height, 9)), net.window, net.step)) == rows
        assert net(torch.zeros(1, 1, height, 9)).shape == (1, 1, rows, 1)


def test_lenet_5_reads_a_wider_picture():
    model = started(LeNet5())
    net = fully_convolutional(model, (1, 32, 32))
    picture = torch.rand(1, 32, 52)
    crops = window_batch(picture, [[0, 4 * k] for k in range(6)], 32)
    with torch.no_grad():
        assert torch.allclose(net(picture[None])[0, :, 0].T, model(crops), rtol=0, atol=1e-5)


# --- zero padding ---


def padded():
    return started(nn.Sequential(nn.Conv2d(1, 3, 3, padding=1), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(3 * 4 * 4, 2)))


@pytest.mark.parametrize(
    "model",
    [
        padded(),
        nn.Sequential(nn.Conv2d(1, 3, 3, padding="same"), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(48, 2)),
        nn.Sequential(nn.Conv2d(1, 3, 1), nn.MaxPool2d(3, 2, padding=1), nn.Flatten(), nn.Linear(48, 2)),
        nn.Sequential(nn.Conv2d(1, 3, 1), nn.AvgPool2d(3, 2, padding=(1, 1)), nn.Flatten(), nn.Linear(48, 2)),
    ],
)
def test_padding_is_told_and_one_window_still_equals_the_model(model):
    net = fully_convolutional(model.eval(), (1, 8, 8))
    assert not net.exact
    assert net.step == (2, 2)
    picture = torch.rand(3, 1, 8, 8)
    assert torch.allclose(net(picture)[..., 0, 0], model(picture), rtol=0, atol=1e-6)
    assert net(torch.zeros(1, 1, 12, 16)).shape == (1, 2, 3, 5)


def test_with_padding_a_cell_sees_neighbours_where_a_crop_sees_zeros():
    model = padded()
    net = fully_convolutional(model, (1, 8, 8))
    picture = torch.zeros(1, 1, 12, 16)
    picture[..., 2:10, 4:12] = torch.rand(8, 8, generator=torch.Generator().manual_seed(0))
    window = picture[..., 2:10, 4:12]
    with torch.no_grad():
        alone, in_zeros = model(window)[0], net(picture)[0, :, 1, 2]
        picture[..., 2:10, 3] = 1  # the column just left of the window
        beside_white = net(picture)[0, :, 1, 2]
    assert torch.allclose(alone, in_zeros, atol=1e-6)
    assert not torch.allclose(alone, beside_white, atol=1e-2)


def test_with_padding_the_maps_are_equal_inside_and_differ_at_the_border():
    conv = started(nn.Sequential(nn.Conv2d(1, 3, 3, padding=1)))
    picture = torch.rand(1, 1, 12, 16)
    alone, within = conv(picture[..., 2:10, 4:12]), conv(picture)[..., 2:10, 4:12]
    same = torch.isclose(alone, within, atol=1e-6).all(dim=1)[0]
    assert same[1:-1, 1:-1].all()
    for edge in (same[0], same[-1], same[:, 0], same[:, -1]):
        assert not edge.any()


def test_valid_padding_is_none():
    assert fully_convolutional(nn.Sequential(nn.Conv2d(1, 3, 3, padding="valid"), nn.Flatten()), (1, 3, 3)).exact


# --- shared weights ---


def test_the_two_have_the_same_parameters():
    model = started(nested())
    net = fully_convolutional(model, (3, 11, 9))
    theirs, ours = ({id(part) for part in module.parameters()} for module in (model, net))
    assert theirs == ours


@pytest.mark.parametrize("trained", ["model", "net"])
def test_a_training_step_of_either_changes_both(trained):
    model = started(nested())
    net = fully_convolutional(model, (3, 11, 9))
    picture, before = torch.rand(2, 3, 11, 9), net(torch.ones(1, 3, 11, 9)).detach()
    chosen = model if trained == "model" else net
    optimiser = torch.optim.SGD(chosen.parameters(), 0.1)
    chosen(picture).square().sum().backward()
    optimiser.step()
    with torch.no_grad():
        after, theirs = net(torch.ones(1, 3, 11, 9)), model(torch.ones(1, 3, 11, 9))
    assert not torch.allclose(before, after)
    assert torch.allclose(after[..., 0, 0], theirs, atol=1e-5)


def test_gradients_of_a_map_are_those_of_all_its_windows():
    model = started(two_dense()).double()
    net = fully_convolutional(model, (2, 10, 10))
    picture = torch.rand(2, 15, 13, dtype=torch.float64)
    starts = sliding_windows(np.zeros((15, 13)), 10, (2, 1))
    net(picture[None]).square().sum().backward()
    through_map = [parameter.grad.clone() for parameter in model.parameters()]
    model.zero_grad()
    model(window_batch(picture, starts, 10)).square().sum().backward()
    for ours, theirs in zip(through_map, model.parameters(), strict=True):
        assert theirs.grad.abs().max() > 0
        assert torch.allclose(ours, theirs.grad, rtol=1e-9, atol=1e-12)


def test_a_copy_stands_alone():
    model = started(plain())
    net = copy.deepcopy(fully_convolutional(model, (3, 9, 11)))
    before = net(torch.ones(1, 3, 9, 11))
    nn.init.zeros_(model[3].weight)
    assert torch.equal(net(torch.ones(1, 3, 9, 11)), before)


def test_turning_leaves_statistics_random_numbers_and_modes_alone():
    model = started(nested()).train()
    model[0].eval()
    modes, state = [part.training for part in model.modules()], copy.deepcopy(model.state_dict())
    torch.manual_seed(5)
    net = fully_convolutional(model, (3, 11, 9))
    drawn = torch.rand(3)
    torch.manual_seed(5)
    assert torch.equal(drawn, torch.rand(3))
    assert modes == [part.training for part in model.modules()]
    assert all(torch.equal(state[name], tensor) for name, tensor in model.state_dict().items())
    assert net.training
    assert not net.eval()[0].training


def test_batch_norm_for_vectors_learns_from_all_cells():
    model = started(nn.Sequential(nn.Flatten(), nn.Linear(4, 3), nn.BatchNorm1d(3))).train()
    net, picture = fully_convolutional(model, (1, 2, 2)), torch.rand(2, 1, 5, 4)
    windows = nn.functional.unfold(picture, 2).movedim(1, 2).reshape(-1, 4)
    other = copy.deepcopy(model)
    answers = net(picture)
    expected = other(windows)
    assert torch.allclose(answers.movedim(1, 3).reshape(-1, 3), expected, atol=1e-5)
    assert torch.allclose(model[2].running_mean, other[2].running_mean, atol=1e-6)


# --- what cannot be turned is named ---


class Halved(nn.Sequential):
    def forward(self, x):
        return super().forward(x) / 2


class Squares(nn.Module):
    def forward(self, x):
        return x * x


CONV = nn.Conv2d(3, 4, 3)
REFUSED = [
    (TypeError, "model must be an nn.Sequential, got Conv2d", CONV, (3, 8, 8)),
    (TypeError, r"at layer 1 \(Squares\(\)\): it is none of the layers", nn.Sequential(CONV, Squares()), (3, 8, 8)),
    (TypeError, r"at layer 1.0 \(GroupNorm", nn.Sequential(CONV, nn.Sequential(nn.GroupNorm(2, 4))), (3, 8, 8)),
    (TypeError, r"at layer 1 \(InstanceNorm2d", nn.Sequential(CONV, nn.InstanceNorm2d(4)), (3, 8, 8)),
    (ValueError, "without running statistics", nn.Sequential(nn.BatchNorm2d(3, track_running_stats=False)), (3, 8, 8)),
    (ValueError, "adaptive pooling must be to 1 × 1, got 2", nn.Sequential(CONV, nn.AdaptiveAvgPool2d(2)), (3, 8, 8)),
    (ValueError, "must not have ceil_mode", nn.Sequential(CONV, nn.MaxPool2d(2, ceil_mode=True)), (3, 8, 8)),
    (ValueError, "return_indices", nn.Sequential(CONV, nn.MaxPool2d(2, return_indices=True)), (3, 8, 8)),
    (ValueError, "it takes 3 channels, 1 come", nn.Sequential(CONV), (1, 8, 8)),
    (ValueError, "kernel_size 3 is larger than the padded input 2", nn.Sequential(CONV), (3, 8, 2)),
    (ValueError, r"Flatten\(\) must stand before", nn.Sequential(CONV, nn.Linear(6, 2)), (3, 8, 8)),
    (ValueError, "4 × 6 × 6 = 144 numbers", nn.Sequential(CONV, nn.Flatten(), nn.Linear(140, 2)), (3, 8, 8)),
    (ValueError, "must join channels", nn.Sequential(CONV, nn.Flatten(2), nn.Linear(36, 2)), (3, 8, 8)),
    (ValueError, "must join channels", nn.Sequential(CONV, nn.Flatten(0)), (3, 8, 8)),
    (TypeError, "only number by number", nn.Sequential(nn.Flatten(), nn.BatchNorm1d(12), nn.Linear(12, 2)), (3, 2, 2)),
    (ValueError, "model must end in 1 × 1 maps or a dense layer", nn.Sequential(CONV, nn.Flatten()), (3, 8, 8)),
    (TypeError, r"layer 0 \(Upsample", nn.Sequential(nn.Upsample(2), nn.Flatten(), nn.Linear(12, 1)), (3, 1, 2)),
    (TypeError, "only number by number", nn.Sequential(nn.Flatten(), nn.MaxPool2d(2)), (3, 4, 4)),
    (ValueError, "its own forward does something else", Halved(CONV, nn.Flatten(), nn.Linear(144, 2)), (3, 8, 8)),
    (TypeError, r"input_shape must be \(C, H, W\)", nn.Sequential(CONV), 8),
    (ValueError, "input_shape must be one number or 3 numbers", nn.Sequential(CONV), (8, 8)),
    (ValueError, "input_shape must be at least 1", nn.Sequential(CONV), (3, 0, 8)),
]


@pytest.mark.parametrize(("kind", "words", "model", "shape"), REFUSED)
def test_what_cannot_be_turned_is_refused_by_name(kind, words, model, shape):
    with pytest.raises(kind, match=words):
        fully_convolutional(model, shape)


@pytest.mark.parametrize("shape", [(3, 20, 20), (1, 2, 20, 20), (1, 3, 8, 20), (1, 3, 20, 10)])
def test_pictures_that_do_not_fit_are_refused(shape):
    net = fully_convolutional(plain(), (3, 9, 11))
    with pytest.raises(ValueError, match=r"pictures must have shape \(N, 3, H, W\), H ≥ 9, W ≥ 11"):
        net(torch.zeros(shape))
    with pytest.raises(TypeError, match="of floats"):
        net(torch.zeros((1, 3, 20, 20), dtype=torch.uint8))
    with pytest.raises(TypeError, match="pictures must be a tensor"):
        net(np.zeros((1, 3, 20, 20)))
