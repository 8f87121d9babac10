import time

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from cnncourse.convolution import conv_multiplications, conv_parameters
from cnncourse.networks.alexnet import AlexNet
from cnncourse.networks.lenet import LeNet5
from cnncourse.networks.summary import summarise
from cnncourse.networks.vgg import VGG


def empty(build, *arguments):
    with torch.device("meta"):
        return build(*arguments)


def small_net():
    return nn.Sequential(
        nn.Conv2d(3, 6, 5, stride=2, padding=1),
        nn.BatchNorm2d(6),
        nn.ReLU(),
        nn.MaxPool2d(3, 2, 1),
        nn.Conv2d(6, 8, 3, padding="same", dilation=2, groups=2, bias=False),
        nn.LocalResponseNorm(3),
        nn.AvgPool2d(2),
        nn.Flatten(),
        nn.Dropout(),
        nn.Linear(8 * 5 * 4, 10),
    )


def seen_by_hooks(net, x):
    """Return the shapes that really come out of the layers, by forward hooks on a real pass."""
    shapes, handles = [], []
    for part in net.modules():
        if not list(part.children()):
            handles.append(part.register_forward_hook(lambda m, a, y: shapes.append(tuple(y.shape))))
    with torch.no_grad():
        net.eval()(x)
    for handle in handles:
        handle.remove()
    return shapes


# --- counts ---


def test_a_small_net_by_hand():
    rows = [tuple(row) for row in summarise(small_net(), (3, 43, 34))]
    assert rows == [
        ("0", (6, 21, 16), 6 * (75 + 1), 75 * 6 * 21 * 16),
        ("1", (6, 21, 16), 12, 0),
        ("2", (6, 21, 16), 0, 0),
        ("3", (6, 11, 8), 0, 0),
        ("4", (8, 11, 8), 8 * 27, 27 * 8 * 11 * 8),
        ("5", (8, 11, 8), 0, 0),
        ("6", (8, 5, 4), 0, 0),
        ("7", (160,), 0, 0),
        ("8", (160,), 0, 0),
        ("9", (10,), 1610, 1600),
    ]


def test_names_of_columns_and_memory():
    row = summarise(small_net(), (3, 43, 34))[4]
    assert (row.name, row.output_shape, row.parameters, row.multiplications) == tuple(row)
    assert (row.kind, row.memory) == ("Conv2d", 4 * 8 * 11 * 8)


def test_memory_follows_the_parameters_type():
    assert summarise(nn.Conv2d(1, 2, 3).double(), (1, 5, 5))[0].memory == 8 * 18
    assert summarise(nn.Conv2d(1, 2, 3).half(), (1, 5, 5))[0].memory == 2 * 18


def test_shapes_are_those_of_a_real_pass():
    net = small_net()
    expected = seen_by_hooks(net, torch.rand(2, 3, 43, 34))
    assert [row.output_shape for row in summarise(net, (2, 3, 43, 34))] == expected
    assert [row.output_shape for row in summarise(net, (3, 43, 34))] == [shape[1:] for shape in expected]


@pytest.mark.parametrize(
    ("net", "shape"),
    [
        (small_net(), (2, 3, 43, 34)),
        (LeNet5(), (1, 1, 32, 32)),
        (nn.Sequential(nn.Conv1d(2, 3, 5, dilation=2), nn.ReLU(), nn.Conv1d(3, 3, 2, groups=3)), (4, 2, 30)),
        (nn.Sequential(nn.Conv3d(1, 4, 3, (1, 2, 2)), nn.MaxPool3d(2), nn.Conv3d(4, 2, (1, 2, 3))), (1, 1, 9, 12, 15)),
        (nn.Sequential(nn.ConvTranspose2d(3, 5, 4, stride=2, padding=1), nn.Conv2d(5, 1, 1)), (2, 3, 6, 7)),
        (nn.Sequential(nn.Linear(7, 5), nn.Linear(5, 2)), (3, 7)),
    ],
)  # fmt: skip
def test_multiplications_are_half_of_pytorchs_flops(net, shape):
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        net.eval()(torch.rand(shape))
    summary = summarise(net, shape)
    assert summary.multiplications == counter.get_total_flops() // 2
    assert summary.parameters == sum(p.numel() for p in net.parameters())


def test_a_batch_costs_as_many_times_as_it_has_pictures():
    one, three = summarise(small_net(), (3, 43, 34)), summarise(small_net(), (3, 3, 43, 34))
    assert three.multiplications == 3 * one.multiplications
    assert three.memory == 3 * one.memory
    assert three.parameters == one.parameters


def test_counts_agree_with_the_courses_arithmetic():
    row = summarise(nn.Conv2d(192, 32, 5, padding=2), (192, 28, 28))[0]
    assert row.multiplications == conv_multiplications(192, 32, 5, 28, 28) == 120_422_400
    assert row.parameters == conv_parameters(192, 32, 5)


@pytest.mark.parametrize(
    ("net", "shape", "parameters", "multiplications"),
    [
        (LeNet5(), (1, 32, 32), 61_706, 117_600 + 240_000 + 48_000 + 10_080 + 840),
        (LeNet5(original=True), (1, 32, 32), 60_000, 117_600 + 1_176 + 150_000 + 400 + 48_000 + 10_080 + 840),
        (empty(AlexNet, 2), (3, 227, 227), 60_965_224, 724_406_816),
        (empty(AlexNet, 1), (3, 227, 227), 62_378_344, 1_135_256_096),
        (empty(VGG, "D"), (3, 224, 224), 138_357_544, 15_470_264_320),
    ],
)
def test_the_classic_networks(net, shape, parameters, multiplications):
    summary = summarise(net, shape)
    assert (summary.parameters, summary.multiplications) == (parameters, multiplications)


def test_alexnets_multiplications_by_hand():
    grouped = [11**2 * 3 * 96 * 55**2, 25 * 48 * 256 * 27**2, 9 * 256 * 384 * 13**2, 9 * 192 * 384 * 13**2]
    grouped += [9 * 192 * 256 * 13**2, 9216 * 4096, 4096 * 4096, 4096 * 1000]
    counted = [row.multiplications for row in summarise(empty(AlexNet), (3, 227, 227)) if row.multiplications]
    assert counted == grouped


# --- unusual modules ---


def test_a_shared_layer_has_a_row_for_each_call_and_its_parameters_once():
    conv, relu = nn.Conv2d(4, 4, 3, padding=1), nn.ReLU()
    summary = summarise(nn.Sequential(conv, relu, conv, relu), (4, 6, 6))
    assert [(row.name, row.parameters) for row in summary] == [("0", 148), ("1", 0), ("0", 0), ("1", 0)]
    assert summary.multiplications == 2 * 36 * 4 * 36


def test_tied_weights_count_once():
    first, second = nn.Linear(5, 5), nn.Linear(5, 5)
    second.weight = first.weight
    assert [row.parameters for row in summarise(nn.Sequential(first, second), (5,))] == [30, 5]


class Scaled(nn.Module):
    """A module with parts and a parameter of its own, and a part that only training uses."""

    def __init__(self):
        super().__init__()
        self.conv, self.scale = nn.Conv2d(1, 2, 3), nn.Parameter(torch.ones(2, 1, 1))
        self.side = nn.Linear(2, 3)

    def forward(self, x):
        y = self.conv(x) * self.scale
        return (y, self.side(y.mean((2, 3)))) if self.training else y


def test_own_parameters_beside_parts_and_parts_not_reached_are_counted():
    rows = summarise(Scaled().train(), (1, 5, 5))
    assert [tuple(row) for row in rows] == [
        ("conv", (2, 3, 3), 20, 162),
        ("Scaled", (2, 3, 3), 2, None),
        ("side", None, 9, 0),
    ]
    assert (rows.parameters, rows.multiplications) == (31, None)


def test_layers_that_the_course_does_not_know_have_unknown_multiplications():
    class Sequence(nn.Module):
        def __init__(self):
            super().__init__()
            self.recurrent = nn.LSTM(4, 3, batch_first=True)

        def forward(self, x):
            return self.recurrent(input=x)[0]

    (row,) = summarise(Sequence(), (7, 4))
    assert tuple(row) == ("recurrent", (7, 3), 4 * 3 * (4 + 3 + 2), None)


def test_constants_kept_as_plain_tensors_do_no_harm():
    class Centred(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv, self.mean = nn.Conv2d(3, 2, 3), torch.rand(3, 1, 1)

        def forward(self, x):
            return self.conv((torch.sub(x, other=self.mean) / self.mean) + torch.tensor(1.0))

    net = Centred()
    assert tuple(summarise(net, (3, 8, 8))[0]) == ("conv", (2, 6, 6), 56, 27 * 72)
    assert net.mean.device.type == "cpu"


def test_a_single_layer_is_named_by_its_class():
    assert tuple(summarise(nn.Conv1d(1, 2, 3), (1, 5))[0]) == ("Conv1d", (2, 3), 8, 18)


# --- nothing is made, nothing changes ---


def state_of(net):
    tensors = {name: (id(t), t.device, t.data_ptr(), t._version) for name, t in net.state_dict(keep_vars=True).items()}
    hooks = [(len(part._forward_hooks), len(part._forward_pre_hooks)) for part in net.modules()]
    return tensors, hooks, [part.training for part in net.modules()], list(net.state_dict())


@pytest.mark.parametrize("training", [True, False])
def test_the_module_stays_as_it_is(training):
    net = small_net().train(training)
    net[8].train(not training)
    before, numbers = state_of(net), {name: t.clone() for name, t in net.state_dict().items()}
    summarise(net, (3, 43, 34))
    assert state_of(net) == before
    assert all(torch.equal(t, numbers[name]) for name, t in net.state_dict().items())


def test_the_module_stays_as_it_is_when_its_forward_raises():
    class Broken(nn.Module):
        def forward(self, x):
            raise KeyError("broken")

    net = nn.Sequential(small_net()[:4], Broken())
    before = state_of(net)
    with pytest.raises(KeyError, match="broken"):
        summarise(net, (3, 43, 34))
    assert state_of(net) == before
    assert torch.empty(2).device.type == "cpu"


def test_a_module_on_the_meta_device_is_summarised_too():
    on_meta = empty(small_net)
    assert [tuple(row) for row in summarise(on_meta, (3, 43, 34))] == [
        tuple(row) for row in summarise(small_net(), (3, 43, 34))
    ]
    assert all(p.device.type == "meta" for p in on_meta.parameters())


def test_no_random_number_is_drawn_and_no_gradient_kept():
    net, before = small_net(), torch.random.get_rng_state()
    summarise(net, (3, 43, 34))
    assert torch.equal(torch.random.get_rng_state(), before)
    assert all(p.grad is None for p in net.parameters())


def test_vgg_19_takes_well_under_a_second_and_no_memory():
    resource = pytest.importorskip("resource")
    net = empty(VGG, "E")
    summarise(net, (3, 224, 224))  # the first pass of a process loads PyTorch's rules for the meta device
    peak, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    assert len(summarise(net, (3, 224, 224))) == 45
    assert time.process_time() - start < 0.3
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - peak < 20_000  # kB


# --- pictures for dense layers ---


class Flattens(nn.Module):
    def __init__(self):
        super().__init__()
        self.dense = nn.Linear(12, 4)

    def forward(self, x):
        return self.dense(x.flatten(1))


@pytest.mark.parametrize("net", [nn.Sequential(nn.Flatten(), nn.Linear(12, 4)), Flattens()])
def test_a_dense_network_takes_pictures_that_it_flattens(net):
    assert summarise(net, (3, 2, 2))[-1][1:] == ((4,), 52, 48)


def test_an_index_outside_is_named_after_the_shape():
    class Sixth(nn.Module):
        def forward(self, x):
            return x[0, 5]

    with pytest.raises(ValueError, match=r"input_shape \(3, 8, 8\) does not go through"):
        summarise(Sixth(), (3, 8, 8))


# --- what cannot be ---


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        ((3, 43), r"input_shape must have 3 numbers, or 4 with the batch in front, got \(3, 43\)"),
        ((1, 1, 3, 43, 34), "must have 3 numbers"),
        ((4, 43, 34), r"input_shape \(4, 43, 34\) does not go through the module at layer 0: "),
        ((3, 50, 34), r"does not go through the module at layer 9: "),
        ((3, 2, 2), "does not go through the module at layer 0: "),
        ((3, 0, 34), "input_shape must be at least 1, got 0"),
    ],
)
def test_a_shape_that_does_not_fit_is_named(shape, words):
    with pytest.raises(ValueError, match=words):
        summarise(small_net(), shape)


@pytest.mark.parametrize("shape", [32, "3×32×32", (), None, (3, 32.5, 32)])
def test_a_shape_that_is_none_is_refused(shape):
    with pytest.raises(TypeError, match="input_shape must be"):
        summarise(small_net(), shape)


def test_only_modules_are_summarised():
    with pytest.raises(TypeError, match=r"module must be a torch\.nn\.Module, got"):
        summarise(small_net, (3, 43, 34))
