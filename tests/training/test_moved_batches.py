import pytest
import torch

from cnncourse.training.moved_batches import MovedBatches


def numbered(N, H=5, W=7):
    """Return pictures in which every pixel of every picture has a number of its own, and labels that count them."""
    return torch.arange(N * 3 * H * W, dtype=torch.float64).reshape(N, 3, H, W), torch.arange(N)


def unmoved(picture, original):
    """Return the (mirrored, down, across) that make `picture` of `original`, found by trying all; None if none does."""
    H, W = original.shape[1:]
    for mirrored in (False, True):
        start = original.flip(2) if mirrored else original
        for down in range(H):
            for across in range(W):
                if torch.equal(torch.roll(start, (down, across), (1, 2)), picture):
                    return mirrored, (down + H // 2) % H - H // 2, (across + W // 2) % W - W // 2
    return None


def test_every_picture_comes_once_an_epoch_whole_moved_and_with_its_label():
    pictures, labels = numbered(20)
    batches = MovedBatches(pictures, labels, batch=6, shift=1, generator=torch.Generator().manual_seed(3))
    seen, moves = [], set()
    for _ in range(8):
        epoch = []
        for shown, names in batches:
            made = [unmoved(picture, pictures[name]) for picture, name in zip(shown, names.tolist(), strict=True)]
            assert None not in made
            assert len({move[1:] for move in made}) == 1
            moves |= set(made)
            epoch += names.tolist()
        assert len(set(epoch)) == len(epoch) == 18
        seen.append(tuple(epoch))
    assert len(set(seen)) == 8
    assert {move[0] for move in moves} == {False, True}
    assert {move[1] for move in moves} == {move[2] for move in moves} == {-1, 0, 1}


def test_the_pictures_that_came_in_stay():
    pictures, labels = numbered(8)
    before = pictures.clone()
    list(MovedBatches(pictures, labels, batch=4))
    assert torch.equal(pictures, before)


def test_equal_generators_give_equal_batches_and_no_shift_is_no_shift():
    pictures, labels = numbered(9)
    first, second = (
        [x for x, _ in MovedBatches(pictures, labels, 3, 0, torch.Generator().manual_seed(7))] for _ in range(2)
    )
    assert all(map(torch.equal, first, second))
    assert len(first) == len(MovedBatches(pictures, labels, 3)) == 3
    for batch in first:
        assert torch.equal(batch.amin(dim=(1, 2, 3)) % (3 * 5 * 7), torch.zeros(3))


@pytest.mark.parametrize(
    ("changes", "name"),
    [({"batch": 0}, "batch"), ({"shift": -1}, "shift"), ({"batch": 9}, "pictures"), ({"labels": 7}, "pictures")],
)
def test_what_gives_no_batches_is_refused(changes, name):
    pictures, labels = numbered(8)
    labels = labels[: changes.pop("labels", 8)]
    with pytest.raises(ValueError, match=name):
        MovedBatches(pictures, labels, **({"batch": 4} | changes))
