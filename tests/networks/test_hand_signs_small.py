import numpy as np
import pytest
import torch
from torch import nn

from cnncourse.convolution import Conv2d, Flatten, Linear, MaxPool2d, Network, ReLU
from cnncourse.networks.hand_signs_small import share_right, small_hand_sign_net, train_epochs


def numpy_net(rng):
    layers = [Conv2d(3, 8, 5, 2, 2, rng), ReLU(), MaxPool2d(4), Conv2d(8, 16, 3, 1, 1, rng), ReLU(), MaxPool2d(2)]
    return Network([*layers, Flatten(), Linear(256, 6, rng)])


def twin_of(net):
    twin = small_hand_sign_net().double()
    twin.load_state_dict({name: torch.from_numpy(array) for name, array in net.parameters.items()})
    return twin


def test_it_trains_number_by_number_like_the_numpy_network():
    rng = np.random.default_rng(4)
    net = numpy_net(rng)
    twin = twin_of(net)
    optimizer = torch.optim.SGD(twin.parameters(), lr=0.1)
    for _ in range(4):
        x, labels = rng.normal(0, 0.3, (5, 3, 64, 64)), rng.integers(0, 6, 5)
        batch = torch.from_numpy(x), torch.from_numpy(labels)
        loss = net.loss(x, labels)
        net.backward()
        net.step(0.1)
        assert train_epochs(twin, [batch], [batch], optimizer, 1)[0][0] == pytest.approx(loss, abs=1e-10)
    for name, tensor in twin.state_dict().items():
        assert tensor.numpy() == pytest.approx(net.parameters[name], abs=1e-9), name


def test_training_lowers_the_loss_and_keeps_a_pair_for_every_epoch():
    torch.manual_seed(0)
    x = torch.randn(30, 4)
    labels = (x[:, 0] > 0).long()
    model = nn.Sequential(nn.BatchNorm1d(4), nn.Linear(4, 2))
    history = train_epochs(
        model, [(x[:15], labels[:15]), (x[15:], labels[15:])], [(x, labels)], torch.optim.SGD(model.parameters(), 1), 20
    )
    assert len(history) == 20
    assert history[-1][0] < history[0][0]
    assert history[-1][1] == share_right(model, [(x, labels)])
    assert not model.training


def test_the_share_right_counts_pictures_and_not_batches():
    model = nn.Identity()
    batches = [(torch.eye(3), torch.tensor([0, 1, 2])), (torch.eye(3)[:1], torch.tensor([2]))]
    assert share_right(model, batches) == 0.75


@pytest.mark.parametrize(
    ("arguments", "error"), [((0, 3, 6), ValueError), ((8, 2.5, 6), TypeError), ((8, 16, 1), ValueError)]
)
def test_sizes_that_make_no_sense_are_refused(arguments, error):
    with pytest.raises(error):
        small_hand_sign_net(*arguments)
