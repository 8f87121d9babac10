import copy
import io
import pickle
from collections import OrderedDict

import pytest
import torch
from torch import nn
from torch.utils.data import TensorDataset

from cnncourse.networks.photo_net import photo_net
from cnncourse.training.fit import fit
from cnncourse.training.transfer import freeze, precompute_features, split


def net(seed=0):
    torch.manual_seed(seed)
    return photo_net(3, (4, 5, 6, 7))


def batches(count=24, seed=1):
    generator = torch.Generator().manual_seed(seed)
    x, y = torch.rand(count, 3, 16, 16, generator=generator), torch.randint(0, 3, (count,), generator=generator)
    return list(zip(x.split(8), y.split(8), strict=True))


def train(model, parameters, **more):
    optimizer = torch.optim.SGD(parameters, 0.1, momentum=0.9, weight_decay=0.1)
    fit(model, batches(), None, 3, optimizer, progress=False, **more)


def changed(before, after):
    return {name for name in before if not torch.equal(before[name], after[name])}


@pytest.mark.parametrize("last", ["block1", "block3", "block4"])
def test_frozen_parameters_and_buffers_are_bit_identical_after_training_and_the_rest_moves(last):
    model = net()
    before = copy.deepcopy(model.state_dict())
    freeze(model, last)
    train(model, model.parameters())
    frozen = [f"block{i}." for i in range(1, int(last[-1]) + 1)]
    expected = {name for name in before if not name.startswith(tuple(frozen))}
    assert changed(before, model.state_dict()) == expected


def test_gradients_and_momenta_from_before_the_freeze_move_nothing():
    model = net()
    optimizer = torch.optim.SGD(model.parameters(), 0.1, momentum=0.9, weight_decay=0.1)
    x, y = batches()[0]
    nn.functional.cross_entropy(model(x), y).backward()
    optimizer.step()
    freeze(model, "block2")
    before = copy.deepcopy(model.state_dict())
    optimizer.step()
    assert not any(name.startswith(("block1", "block2")) for name in changed(before, model.state_dict()))


def test_the_free_parameters_are_returned():
    model = net()
    free = freeze(model, "block3")
    assert [id(p) for p in free] == [id(p) for child in (model.block4, model.head) for p in child.parameters()]
    assert all(not p.requires_grad for p in model.block3.parameters())


def test_train_puts_only_the_free_part_into_training_mode():
    model = net()
    freeze(model, "block2")
    model.train()
    modes = {name: {m.training for m in child.modules()} for name, child in model.named_children()}
    expected = {name: {name in ("block3", "block4", "head")} for name in modes}
    assert modes == expected
    model.block1[1].train()
    assert not model.block1[1].training
    assert not any(m.training for m in model.eval().modules())


@pytest.mark.parametrize("way", ["deepcopy", "pickle", "torch.save"])
def test_a_copy_stays_frozen_and_is_its_own(way):
    model = net()
    freeze(model, "block2")
    if way == "deepcopy":
        twin = copy.deepcopy(model)
    elif way == "pickle":
        twin = pickle.loads(pickle.dumps(model))
    else:
        buffer = io.BytesIO()
        torch.save(model, buffer)
        buffer.seek(0)
        twin = torch.load(buffer, weights_only=False)
    model.eval()
    twin.train()
    assert not twin.block1[1].training
    assert twin.block3[1].training
    assert not model.block3[1].training


def test_a_dotted_name_freezes_within_a_child():
    model = nn.Sequential(OrderedDict(stem=nn.Linear(2, 2), blocks=nn.Sequential(*(nn.Linear(2, 2) for _ in range(3)))))
    freeze(model, "blocks.1")
    assert [p.requires_grad for p in model.parameters()] == [False] * 6 + [True] * 2


def test_freezing_further_adds_to_what_is_frozen():
    model = net()
    freeze(model, "block3")
    assert len(freeze(model, "block1")) == len(list(model.block4.parameters())) + 2


# --- features, once ---


@pytest.mark.parametrize("name", ["block1", "block4"])
def test_the_parts_applied_one_after_the_other_are_the_model(name):
    model = net().eval()
    trunk, head = split(model, name)
    x = batches()[0][0]
    assert torch.equal(head(trunk(x)), model(x))
    assert {id(p) for part in (trunk, head) for p in part.parameters()} == {id(p) for p in model.parameters()}


def test_a_dotted_name_splits_within_a_child():
    model = net().eval()
    trunk, head = split(model, "block2.1")
    x = batches()[0][0]
    assert torch.equal(head(trunk(x)), model(x))
    assert len(trunk) == 3


def test_training_on_precomputed_features_gives_the_same_weights_as_on_pictures():
    slow, quick = net(), net()
    freeze(slow, "block3")
    train(slow, slow.parameters())
    trunk, head = split(quick, "block3")
    features, labels = precompute_features(trunk, batches()).tensors
    optimizer = torch.optim.SGD(head.parameters(), 0.1, momentum=0.9, weight_decay=0.1)
    stored = list(zip(features.split(8), labels.split(8), strict=True))
    fit(head, stored, None, 3, optimizer, progress=False)
    for name, value in slow.state_dict().items():
        assert torch.allclose(value, quick.state_dict()[name], rtol=0, atol=1e-6), name


def test_features_are_made_in_evaluation_mode_without_gradients_and_leave_the_modes():
    trunk, _ = split(net(), "block2")
    before = copy.deepcopy(trunk.state_dict())
    features = precompute_features(trunk, batches())
    assert isinstance(features, TensorDataset)
    assert features.tensors[0].shape == (24, 5, 4, 4)
    assert not features.tensors[0].requires_grad
    assert changed(before, trunk.state_dict()) == set()
    assert trunk.training


@pytest.mark.parametrize("labels", [torch.zeros(2), torch.zeros(()), torch.zeros(3, 1)])
def test_batches_that_do_not_fit_are_named_and_leave_the_trunk_in_its_modes(labels):
    trunk, _ = split(net(), "block2")
    with pytest.raises(ValueError, match="loader must"):
        precompute_features(trunk, [*batches(), (torch.zeros(3, 3, 16, 16), labels)])
    with pytest.raises(ValueError, match="loader must fit the model"):
        precompute_features(trunk, [(torch.zeros(3, 4, 16, 16), torch.zeros(3))])
    assert trunk.training


class NotSequential(nn.Module):
    def __init__(self):
        super().__init__()
        self.first, self.second = nn.Linear(2, 2), nn.Linear(2, 2)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: freeze(net(), "block9"), ValueError, "got 'block9'; the children there are: block1, block2"),
        (lambda: freeze(net(), "block1.7"), ValueError, "got 'block1.7'; the children there are: 0, 1, 2, 3"),
        (lambda: freeze(net(), 2), TypeError, "up_to must be the name of a child, got int 2"),
        (lambda: split(NotSequential(), "first"), TypeError, "must be an nn.Sequential to be split at 'first'"),
        (lambda: precompute_features(net(), []), ValueError, "loader gives no batches"),
    ],
)  # fmt: skip
def test_bad_arguments_are_named(call, error, words):
    with pytest.raises(error, match=words):
        call()


def test_a_model_that_is_not_sequential_can_be_frozen():
    model = NotSequential()
    assert len(freeze(model, "first")) == 2
