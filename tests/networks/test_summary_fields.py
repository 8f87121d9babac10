import pytest
import torch
from torch import nn
from torch.nn import functional as F

from cnncourse.convolution import receptive_field
from cnncourse.networks.summary import summarise
from cnncourse.networks.vgg import VGG


def test_fields_of_a_stack_are_the_courses():
    layers = [(5, 2, 1), (3, 2, 1), (3, 1, 2, 2), (2, 2, 0)]
    net = nn.Sequential(
        nn.Conv2d(3, 6, 5, stride=2, padding=1),
        nn.BatchNorm2d(6),
        nn.ReLU(),
        nn.MaxPool2d(3, 2, 1),
        nn.Conv2d(6, 8, 3, padding="same", dilation=2, groups=2),
        nn.LocalResponseNorm(3),
        nn.AvgPool2d(2),
        nn.Flatten(),
        nn.Dropout(),
        nn.Linear(8 * 5 * 4, 10),
    )
    fields = {row.name: row.receptive_field for row in summarise(net, (3, 43, 34))}
    assert [fields[name] for name in ("0", "3", "4", "6")] == receptive_field(layers)
    assert fields["0"] == fields["1"] == fields["2"]
    assert fields["7"] is fields["8"] is fields["9"] is None


def test_fields_of_vgg_19_are_the_courses():
    with torch.device("meta"):
        vgg_19 = VGG("E")
    stack = [(3, 1, 1) if isinstance(layer, nn.Conv2d) else (2, 2, 0)
             for layer in vgg_19.features if not isinstance(layer, nn.ReLU)]  # fmt: skip
    rows = [row for row in summarise(vgg_19, (3, 224, 224)) if row.kind in ("Conv2d", "MaxPool2d")]
    assert [row.receptive_field for row in rows] == receptive_field(stack)


class Branches(nn.Module):
    """Two ways of different reach, joined by `join`; a strided, sliced shortcut round the first layer."""

    def __init__(self, join):
        super().__init__()
        self.first, self.join = nn.Conv2d(2, 4, 3, stride=2, padding=1), join
        self.short, self.long = (
            nn.Conv2d(4, 4, 1),
            nn.Sequential(nn.Conv2d(4, 4, 3, padding=1), nn.Conv2d(4, 4, 5, padding=2)),
        )
        self.last = nn.Conv2d(8 if join == "cat" else 4, 1, 3, padding=1)

    def forward(self, x):
        x = self.first(x) + F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, 0, 2))
        ways = self.short(x), self.long(x)
        return self.last(torch.cat(ways, 1) if self.join == "cat" else F.relu(ways[0]) + ways[1])


@pytest.mark.parametrize("join", ["cat", "add"])
def test_where_branches_meet_the_field_is_the_largest(join):
    fields = {row.name: row.receptive_field for row in summarise(Branches(join), (2, 20, 20))}
    longest = receptive_field([(3, 2, 1), (3, 1, 1), (5, 1, 2), (3, 1, 1)])
    assert [fields[name] for name in ("first", "long.0", "long.1", "last")] == longest
    assert fields["short"] == longest[0]


@pytest.mark.parametrize("join", ["cat", "add"])
def test_fields_through_branches_hold_exactly_the_pixels_with_a_gradient(join):
    net = Branches(join).double()
    size, jump, start = summarise(net, (2, 40, 40))[-1].receptive_field
    for part in net.modules():
        if isinstance(part, nn.Conv2d):
            nn.init.constant_(part.weight, 1.0)
    x = torch.rand(1, 2, 40, 40, dtype=torch.float64, requires_grad=True)
    net(x)[0, 0, 9, 9].backward()
    rows = torch.nonzero(x.grad[0].abs().sum(dim=(0, 2))).flatten()
    centre = start + 9 * jump
    assert (rows.min().item(), rows.max().item() + 1) == (centre - size / 2, centre + size / 2)


def test_fields_of_branches_that_start_elsewhere_are_their_hull():
    class Apart(nn.Module):
        def __init__(self):
            super().__init__()
            self.left, self.right, self.out = nn.Conv1d(1, 1, 3), nn.Conv1d(1, 1, 1), nn.Identity()

        def forward(self, x):
            return self.out(self.left(x)[..., 0:6] + self.right(x[:, :, 4:10]))

    rows = summarise(Apart(), (1, 12))
    assert rows[-1].receptive_field == (5, 1, 2.5)


def test_a_field_that_differs_along_the_axes_is_given_for_each():
    rows = summarise(nn.Sequential(nn.Conv2d(1, 1, (1, 7), stride=(1, 2)), nn.MaxPool2d((3, 1))), (1, 30, 30))
    assert rows[1].receptive_field == ((3, 7), (3, 2), (1.5, 3.5))


def test_global_pooling_sees_the_whole_map_and_the_dense_layer_behind_it_too():
    net = nn.Sequential(nn.Conv2d(1, 2, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(2, 5))
    assert [row.receptive_field[0] for row in summarise(net, (1, 12, 12))] == [3, 12, 12, 12]


def test_adaptive_windows_of_unequal_size_have_no_field():
    net = nn.Sequential(nn.AdaptiveAvgPool2d(4), nn.AdaptiveMaxPool2d(2))
    assert [row.receptive_field for row in summarise(net, (2, 10, 10))] == [None, None]
    assert [row.receptive_field for row in summarise(net, (2, 12, 12))] == [(3, 3, 1.5), (6, 6, 3.0)]


def test_what_is_not_known_is_not_claimed():
    class Mixing(nn.Module):
        def forward(self, x):
            return F.avg_pool2d(x, 3, 1, 1)

    net = nn.Sequential(nn.Conv2d(1, 1, 3), Mixing(), nn.Conv2d(1, 1, 3))
    assert [row.receptive_field for row in summarise(net, (1, 9, 9))] == [(3, 1, 1.5), None, None]
    for layer in (nn.ConvTranspose2d(1, 1, 2, 2), nn.Upsample(scale_factor=2), nn.Unfold(3), nn.GroupNorm(1, 1)):
        assert summarise(nn.Sequential(layer), (1, 9, 9))[0].receptive_field is None
