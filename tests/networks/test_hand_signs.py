import json
import struct

import numpy as np
import pytest
import torch

from cnncourse.data_folder import data_file
from cnncourse.networks.hand_signs import HandSignNet, load_hand_sign_net, pictures_to_batch
from cnncourse.pictures import hand_signs


@pytest.fixture(scope="module")
def net():
    return load_hand_sign_net()


def accuracy(net, images, labels):
    with torch.no_grad():
        guesses = [net(pictures_to_batch(images[i : i + 200])).argmax(dim=1) for i in range(0, len(images), 200)]
    return (torch.cat(guesses).numpy() == labels).mean()


def test_the_trained_net_reads_95_percent_of_the_hard_test_pictures(net):
    assert accuracy(net, *hand_signs("test")) >= 0.95


def test_the_trained_net_reads_the_easy_test_pictures_too(net):
    assert accuracy(net, *hand_signs("test", "easy")) >= 0.95


def test_the_weights_name_their_command_seed_and_accuracy(net):
    data = data_file("weights", "hand_signs.safetensors").read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    facts = json.loads(data[8 : 8 + length])["__metadata__"]
    assert facts["command"].startswith("python tools/train_hand_signs.py")
    assert facts["seed"].isdecimal()
    assert float(facts["test_accuracy"]) == pytest.approx(accuracy(net, *hand_signs("test")), abs=0.005)
    assert len(data) < 1_000_000


def test_the_loaded_net_is_ready_to_read_and_not_to_train(net):
    assert not net.training
    assert all(parameter.dtype == torch.float32 for parameter in net.parameters())


def test_a_batch_of_pictures_becomes_a_row_of_logits_each():
    net = HandSignNet(classes=4)
    assert net(torch.rand(3, 3, 64, 64)).shape == (3, 4)


def test_the_docstring_s_number_of_parameters_is_right():
    count = sum(parameter.numel() for parameter in HandSignNet().parameters())
    assert f"{count:,} parameters" in HandSignNet.__doc__
    assert sum(isinstance(layer, torch.nn.Conv2d) for layer in HandSignNet().modules()) == 4


def test_pictures_to_batch_puts_channels_first_and_white_at_one():
    images = np.zeros((2, 4, 5, 3), np.uint8)
    images[1, 2, 3, 0] = 255
    batch = pictures_to_batch(images)
    assert batch.shape == (2, 3, 4, 5)
    assert batch.dtype == torch.float32
    assert batch.sum() == batch[1, 0, 2, 3] == 1


@pytest.mark.parametrize(("classes", "error"), [(1, ValueError), (0, ValueError), (2.5, TypeError), ("6", TypeError)])
def test_a_number_of_classes_that_makes_no_sense_is_refused(classes, error):
    with pytest.raises(error, match="classes must be"):
        HandSignNet(classes)
