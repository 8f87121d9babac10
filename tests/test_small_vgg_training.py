"""How SmallVGG is trained: textures, changed pieces, and batch norm folded away without a trace."""

import numpy as np
import pytest
import torch
from small_vgg_pictures import SIDE, cells, pieces
from small_vgg_textures import KINDS, ranked, stretched, strokes, texture
from train_small_vgg import Student


def seeded(number):
    return torch.Generator().manual_seed(number)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_textures_differ_from_seed_to_seed_and_are_not_flat(kind):
    drawn = [np.asarray(kind(np.random.default_rng(seed)), float) for seed in range(3)]
    assert all(picture.shape[:2] == (SIDE, SIDE) for picture in drawn)
    assert all(picture.std() > 0.01 for picture in drawn)
    assert not np.array_equal(drawn[0], drawn[1])
    if kind is not strokes:
        assert all(picture.min() >= -1e-9 for picture in drawn)
        assert all(picture.max() <= 1 + 1e-9 for picture in drawn)


def test_a_texture_is_the_same_for_the_same_seed():
    first, second = (texture(np.random.default_rng(4)) for _ in range(2))
    assert first.dtype == np.uint8
    assert first.shape == (SIDE, SIDE, 3)
    assert np.array_equal(first, second)


def test_heights_are_stretched_and_ranked_by_hand():
    assert stretched(np.array([[2.0, 4.0], [3.0, 2.0]])).tolist() == [[0, 1], [0.5, 0]]
    assert ranked(np.array([[5.0, -1.0], [7.0, 6.0]])) == pytest.approx(np.array([[1, 0], [3, 2]]) / 3)


def test_cells_of_a_photo_show_something_and_uniform_ones_are_limited():
    assert len(cells("grass", np.random.default_rng(0))) == 4
    found = cells("cat", np.random.default_rng(0))
    assert len(found) > 8
    assert all(cell.shape == (SIDE, SIDE, 3) and cell.mean(axis=2).std() > 9 for cell in found)


def test_pieces_are_pictures_in_range_and_follow_the_generator():
    whole = torch.randint(0, 256, (6, 3, SIDE, SIDE), generator=seeded(1), dtype=torch.uint8)
    before = whole.clone()
    first, second = pieces(whole, 40, seeded(2)), pieces(whole, 40, seeded(2))
    assert first.shape == (6, 3, 40, 40)
    assert (first.min() >= 0) & (first.max() <= 1)
    assert torch.equal(first, second)
    assert torch.equal(whole, before)
    assert not torch.equal(first, pieces(whole, 40, seeded(3)))


def test_folding_batch_norm_away_changes_no_map():
    student = Student(5, seeded(5))
    student.train()
    for seed in range(3):
        student(torch.rand(8, 3, 24, 24, generator=seeded(seed)))
    with torch.no_grad():
        for norm in student.norms.values():
            norm.weight.uniform_(0.5, 2, generator=seeded(6))
            norm.bias.normal_(generator=seeded(7))
    student.eval()
    batch = torch.rand(2, 3, 24, 32, generator=seeded(8))
    maps = student.folded()(batch)
    logits = student.head(torch.cat([maps.mean((2, 3)), maps.amax((2, 3))], 1))
    torch.testing.assert_close(logits, student(batch), rtol=1e-4, atol=1e-4)
