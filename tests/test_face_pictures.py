"""What the face embedding learns from: its training pictures and its loss."""

import numpy as np
import pytest
import torch

from tools.face_pictures import People, changed
from tools.face_triplets import semi_hard_loss

CHUNK, PHOTOS = 50, 8


def write_chunk(folder, number):
    """Write a chunk whose picture of person p's photo k is p all over in red and k in green."""
    people = np.repeat(np.arange(CHUNK) + number * CHUNK, PHOTOS)
    images = np.zeros((len(people), 64, 64, 3), np.uint8)
    images[..., 0], images[..., 1] = people[:, None, None], (np.arange(len(people)) % PHOTOS)[:, None, None]
    np.savez(folder / f"street_train_{number}.npz", images=images, people=people)


def test_chunks_that_come_later_join_in(tmp_path):
    write_chunk(tmp_path, 1)
    people = People(tmp_path, 150)
    np.testing.assert_array_equal(people.known, np.arange(50, 100))
    write_chunk(tmp_path, 0)
    people.look()
    np.testing.assert_array_equal(people.known, np.arange(100))


def test_a_batch_has_different_photos_of_the_people_asked_for(tmp_path):
    write_chunk(tmp_path, 0)
    write_chunk(tmp_path, 1)
    pictures, labels = People(tmp_path, 100).batch([3, 99], 5, np.random.default_rng(0))
    assert pictures.shape == (10, 3, 64, 64)
    assert labels.tolist() == [3] * 5 + [99] * 5
    shown = (pictures[:, :2, 0, 0] * 255).round().int().tolist()
    assert [red for red, _ in shown] == labels.tolist()
    assert len({tuple(pair) for pair in shown}) == 10


def test_changed_pictures_are_pictures_and_the_given_ones_stay():
    batch = torch.rand(6, 3, 64, 64, generator=torch.Generator().manual_seed(0))
    before = batch.clone()
    first, again = (changed(batch, np.random.default_rng(5)) for _ in range(2))
    assert first.shape == batch.shape
    assert 0 <= first.min() < first.max() <= 1
    assert torch.equal(first, again)
    assert torch.equal(batch, before)


def test_without_change_about_half_of_the_pictures_are_mirrored_and_none_moved():
    batch = torch.rand(1, 3, 64, 64, generator=torch.Generator().manual_seed(1)).repeat(200, 1, 1, 1)
    made = changed(batch, np.random.default_rng(0), amount=0)
    as_before = torch.isclose(made, batch, atol=1e-4).flatten(1).float().mean(dim=1) > 0.85
    mirrored = torch.isclose(made, batch.flip(3), atol=1e-4).flatten(1).float().mean(dim=1) > 0.85
    assert (as_before ^ mirrored).all()
    assert 70 < mirrored.sum() < 130


@pytest.mark.parametrize("seed", range(4))
def test_the_loss_is_that_of_plain_loops(seed):
    embeddings = torch.nn.functional.normalize(
        torch.randn(12, 3, generator=torch.Generator().manual_seed(seed), dtype=torch.float64), dim=1
    )
    labels = torch.arange(12) // 3
    losses = []
    for a in range(12):
        for p in range(12):
            if p == a or labels[p] != labels[a]:
                continue
            near = (embeddings[a] - embeddings[p]).square().sum().item()
            gaps = [(embeddings[a] - embeddings[n]).square().sum().item() for n in range(12) if labels[n] != labels[a]]
            beyond = [gap for gap in gaps if gap > near]
            losses.append(max(near - min(beyond) + 0.2, 0) if beyond else 0)
    assert any(losses)
    assert semi_hard_loss(embeddings, labels).item() == pytest.approx(np.mean(losses), abs=1e-9)
