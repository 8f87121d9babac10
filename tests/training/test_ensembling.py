import numpy as np
import pytest
import torch
from torch import nn

from cnncourse.training.ensembling import average_crops, average_outputs, crop_corners, ten_crop


class Fixed(nn.Module):
    """Gives the same logits for every input."""

    def __init__(self, logits):
        super().__init__()
        self.logits = torch.tensor(logits)

    def forward(self, x):
        return self.logits.expand(len(x), -1)


def test_probabilities_are_averaged_by_hand():
    models = [Fixed(np.log([0.5, 0.25, 0.25]).tolist()), Fixed((np.log([0.1, 0.8, 0.1]) + 7).tolist())]
    found = average_outputs(models, torch.zeros(2, 4))
    np.testing.assert_allclose(found, [[0.3, 0.525, 0.175]] * 2, rtol=1e-6)


def test_a_model_with_large_logits_has_one_vote_like_the_others():
    loud, quiet = Fixed([0.0, 50.0, 0.0]), Fixed([2.0, 0.0, 0.0])
    found = average_outputs([loud, quiet, quiet], torch.zeros(1, 1))
    assert int(found.argmax()) == 0
    assert found[0, 1] == pytest.approx((1 + 2 / (np.e**2 + 2)) / 3, rel=1e-5)


def test_networks_are_asked_in_evaluation_mode_without_gradients_and_keep_theirs():
    torch.manual_seed(0)
    model = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Dropout(0.5), nn.Linear(4, 2))
    model[1].eval()
    x = torch.randn(5, 3)
    found = average_outputs([model], x)
    assert [m.training for m in model] == [True, False, True, True]
    assert not found.requires_grad
    assert torch.equal(found, model.eval()(x).softmax(dim=1))


def numbered(N=2, C=3, H=7, W=10):
    return torch.arange(N * C * H * W, dtype=torch.float64).reshape(N, C, H, W)


def test_the_ten_crops_by_plain_slicing():
    images = numbered()
    corners = [(1, 3), (0, 0), (0, 6), (3, 0), (3, 6)]
    crops = ten_crop(images, 4)
    assert crops.shape == (2, 10, 3, 4, 4)
    for n in range(2):
        for place, (top, left) in enumerate(corners):
            for row in range(4):
                for column in range(4):
                    pixel = images[n, :, top + row, left + column]
                    assert torch.equal(crops[n, place, :, row, column], pixel)
                    assert torch.equal(crops[n, 5 + place, :, row, 3 - column], pixel)


def test_a_mirrored_crop_is_a_crop_of_the_mirrored_picture_from_the_other_side():
    images = numbered(W=9)
    mirrored = ten_crop(images.flip(-1), 5)
    crops = ten_crop(images, 5)
    for place, other_side in ((5, 0), (6, 2), (7, 1), (8, 4), (9, 3)):
        assert torch.equal(crops[:, place], mirrored[:, other_side])


def test_an_array_gives_the_same_crops_as_an_array():
    array = numbered().numpy()[..., ::-1]
    crops = ten_crop(array, 3)
    assert isinstance(crops, np.ndarray)
    assert np.array_equal(crops, ten_crop(torch.from_numpy(array.copy()), 3).numpy())


def test_plain_functions_can_be_averaged_too():
    found = average_outputs([lambda x: x, lambda x: 3 * x], torch.tensor([[0.0, 1.0]]))
    assert found[0, 1].item() == pytest.approx((np.e / (1 + np.e) + np.e**3 / (1 + np.e**3)) / 2)


def test_the_largest_crop_is_the_picture_ten_times():
    images = numbered(H=4, W=4)
    crops = ten_crop(images, 4)
    assert all(torch.equal(crops[:, i], images) for i in range(5))
    assert all(torch.equal(crops[:, i], images.flip(-1)) for i in range(5, 10))


def test_an_odd_rest_puts_the_centre_up_and_left():
    assert crop_corners(8, 5, 3)[0] == (2, 1)


def test_ten_crops_are_averaged_picture_by_picture():
    torch.manual_seed(0)
    model, images = nn.Sequential(nn.Flatten(), nn.Linear(3 * 16, 4)).double(), torch.rand(3, 3, 6, 7).double()
    found = average_crops(model, images, 4)
    for n in range(3):
        with torch.no_grad():
            expected = torch.stack([model(crop[None]).softmax(dim=1)[0] for crop in ten_crop(images, 4)[n]]).mean(dim=0)
        torch.testing.assert_close(found[n], expected)


def test_inputs_are_not_changed():
    images = numbered()
    ten_crop(images, 3)[:] = -1
    assert torch.equal(images, numbered())


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: average_outputs([], torch.zeros(1, 1)), ValueError, "models must hold at least one"),
        (lambda: ten_crop(numbered(), 8), ValueError, "size must be at most the pictures' 7 × 10, got 8"),
        (lambda: ten_crop(numbered(), 0), ValueError, "size must be at least 1"),
        (lambda: ten_crop(numbered(), 2.5), TypeError, "size must be a whole number"),
        (lambda: ten_crop(numbered()[0], 2), ValueError, "images must have shape"),
        (lambda: ten_crop([[1.0]], 2), TypeError, "images must be a tensor or array"),
    ],
)  # fmt: skip
def test_bad_arguments_are_named(call, error, words):
    with pytest.raises(error, match=words):
        call()
