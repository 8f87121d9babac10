import numpy as np
import pytest
import torch
from torch.nn import functional as F

from cnncourse.networks.lenet import C3_CONNECTIONS, LeNet5, digit_prototypes


def counts(net):
    return {name: sum(p.numel() for p in part.parameters()) for name, part in net.named_children()}


def test_the_original_has_sixty_thousand_parameters_layer_by_layer():
    expected = {"c1": 156, "s2": 12, "c3": 1516, "s4": 32, "c5": 48120, "f6": 10164, "output": 0}
    found = counts(LeNet5(original=True))
    assert {name: found[name] for name in expected} == expected
    assert sum(found.values()) == 60000


def test_the_modern_form_has_its_parameters_layer_by_layer():
    expected = {"c1": 156, "s2": 0, "c3": 2416, "s4": 0, "c5": 48120, "f6": 10164, "output": 850}
    found = counts(LeNet5())
    assert {name: found[name] for name in expected} == expected
    assert sum(found.values()) == 61706


TABLE_1 = """
X...XXX..XXXX.XX
XX...XXX..XXXX.X
XXX...XXX..X.XXX
.XXX..XXXX..X.XX
..XXX..XXXX.XX.X
...XXX..XXXX.XXX
"""


def test_c3_is_connected_as_in_the_papers_table():
    table = np.array([[mark == "X" for mark in row] for row in TABLE_1.split()])
    ours = np.array([[read in below for below in C3_CONNECTIONS] for read in range(6)])
    assert (ours == table).all()
    assert table.sum() == 60


def test_c3_reads_triples_fours_and_all():
    assert [len(below) for below in C3_CONNECTIONS] == [3] * 6 + [4] * 9 + [6]
    assert len(set(C3_CONNECTIONS)) == 16


@pytest.mark.parametrize("original", [True, False])
def test_shapes_follow_the_paper(original):
    net, shapes = LeNet5(original=original), {}
    x = torch.rand(2, 1, 32, 32)
    for name, part in net.named_children():
        x = part(x)
        shapes[name] = tuple(x.shape[1:])
    assert [shapes[name] for name in ("c1", "s2", "c3", "s4")] == [(6, 28, 28), (6, 14, 14), (16, 10, 10), (16, 5, 5)]
    assert shapes["c5"] == ((120, 1, 1) if original else (120,))
    assert (shapes["f6"], shapes["output"]) == ((84,), (10,))


def test_squashing_comes_after_subsampling_and_nowhere_before():
    for original in (True, False):
        names = list(dict(LeNet5(original=original).named_children()))
        assert names[:6] == ["c1", "s2", "tanh2", "c3", "s4", "tanh4"]


def test_the_original_by_pytorchs_functions():
    torch.manual_seed(1)
    net, x = LeNet5(original=True).double(), torch.randn(3, 1, 32, 32, dtype=torch.float64)
    w = dict(net.named_parameters())

    def squash(a):
        return 1.7159 * torch.tanh(a * 2 / 3)

    def subsample(h, name):
        summed = F.conv2d(h, torch.ones(h.shape[1], 1, 2, 2, dtype=h.dtype), stride=2, groups=h.shape[1])
        return squash(summed * w[f"{name}.coefficient"][:, None, None] + w[f"{name}.bias"][:, None, None])

    h = subsample(F.conv2d(x, w["c1.weight"], w["c1.bias"]), "s2")
    kernels, maps = iter(w["c3.weight"]), []
    for out, below in enumerate(C3_CONNECTIONS):
        maps.append(sum(F.conv2d(h[:, [read]], next(kernels)[None, None]) for read in below) + w["c3.bias"][out])
    h = squash(F.conv2d(subsample(torch.cat(maps, 1), "s4"), w["c5.weight"], w["c5.bias"]))
    h = squash(F.linear(h.flatten(1), w["f6.weight"], w["f6.bias"]))
    distances = torch.cdist(h, digit_prototypes().double()) ** 2
    torch.testing.assert_close(net(x), distances)


def test_prototypes_are_ten_different_drawings_of_ink_and_paper():
    prototypes = digit_prototypes()
    assert prototypes.shape == (10, 84)
    assert set(prototypes.unique().tolist()) == {-1.0, 1.0}
    differences = (prototypes[:, None] != prototypes[None]).sum(dim=2) + 84 * torch.eye(10, dtype=torch.int64)
    assert differences.min() >= 7


def test_prototypes_are_kept_but_not_trained():
    net = LeNet5(original=True)
    assert torch.equal(net.state_dict()["output.prototypes"], digit_prototypes())
    assert "output.prototypes" not in dict(net.named_parameters())
    before = net.output.prototypes.clone()
    F.cross_entropy(-net(torch.rand(4, 1, 32, 32)), torch.tensor([0, 1, 2, 3])).backward()
    torch.optim.SGD(net.parameters(), lr=1.0).step()
    assert torch.equal(net.output.prototypes, before)


def test_original_must_be_true_or_false():
    with pytest.raises(TypeError, match="original must be True or False, got int 1"):
        LeNet5(original=1)


@pytest.mark.parametrize("shape", [(1, 1, 28, 28), (1, 3, 32, 32), (1, 32, 32), (1, 1, 36, 36)])
@pytest.mark.parametrize("original", [False, True])
def test_pictures_of_another_shape_are_named(shape, original):
    with pytest.raises(ValueError, match=r"pictures must have shape \(N, 1, 32, 32\), got shape"):
        LeNet5(original)(torch.zeros(shape))
