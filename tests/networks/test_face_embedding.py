"""FaceEmbedding: shapes, length 1, what it refuses, and what the trained weights can do."""

import numpy as np
import pytest
import torch

from cnncourse.data_folder import data_file
from cnncourse.networks.face_embedding import (
    DIMENSIONS,
    SIZE,
    FaceEmbedding,
    embed,
    load_face_embedding,
    pictures_to_batch,
)
from cnncourse.pictures.identities import identities
from cnncourse.training.face_scores import face_scores


@pytest.fixture(scope="module")
def untrained():
    return FaceEmbedding(generator=torch.Generator().manual_seed(0)).eval()


@pytest.fixture
def noise():
    return np.random.default_rng(0).integers(0, 256, (53, SIZE, SIZE, 3), dtype=np.uint8)


def test_the_network_is_small(untrained):
    assert sum(p.numel() for p in untrained.parameters()) == 1_243_000
    assert data_file("weights", "face_embedding.safetensors").stat().st_size < 3_000_000


def test_embeddings_are_64_numbers_of_length_1(untrained, noise):
    embeddings = embed(untrained, noise)
    assert embeddings.shape == (53, DIMENSIONS)
    assert embeddings.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(embeddings, axis=1), 1, atol=1e-5)


def test_other_widths_dimensions_and_no_normalisation_at_the_end():
    net = FaceEmbedding(5, (4, 6), (1, 0), spread_out=False).eval()
    assert net(torch.rand(2, 3, SIZE, SIZE)).shape == (2, 5)
    assert net.head[1].in_features == 6 * 16 * 16
    assert len(net.head) == 2


def test_the_same_generator_gives_the_same_network():
    first, second = (FaceEmbedding(generator=torch.Generator().manual_seed(3)).state_dict() for _ in range(2))
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_a_residual_block_begins_as_the_identity(untrained):
    maps = torch.rand(1, 24, 32, 32)
    torch.testing.assert_close(untrained.stages.stage1[-1](maps), maps)


def test_embeddings_are_the_same_in_batches_and_the_mode_is_kept(untrained, noise):
    untrained.train()
    together = embed(untrained, noise)
    assert untrained.training
    untrained.eval()
    np.testing.assert_allclose(together[50:], embed(untrained, noise[50:]), atol=1e-5)
    assert not untrained.training


def test_no_pictures_have_no_embeddings(untrained, noise):
    assert embed(untrained, noise[:0]).shape == (0, DIMENSIONS)


@pytest.mark.parametrize("images", [np.zeros((64, 64, 3), np.uint8), np.zeros((1, 64, 64, 3)), "picture", None])
def test_other_pictures_are_refused(untrained, images):
    with pytest.raises(ValueError, match=r"images must be uint8 of shape \(N, 64, 64, 3\)"):
        embed(untrained, images)


def test_the_trained_network_tells_unseen_people_apart():
    images, people = identities("test")
    scores = face_scores(embed(load_face_embedding(), images), people)
    assert scores.auc > 0.9975
    assert scores.tar > 0.95
    assert scores.top1 > 0.88


def test_pictures_of_another_size_or_type_are_refused_in_words():
    net = FaceEmbedding()
    with pytest.raises(ValueError, match=r"pictures must have shape \(N, 3, 64, 64\), got shape \(1, 3, 32, 32\)"):
        net(torch.zeros(1, 3, 32, 32))
    with pytest.raises(TypeError, match="pictures must be a tensor"):
        net(np.zeros((1, 3, 64, 64), np.float32))
    with pytest.raises(ValueError, match="images must be uint8"):
        pictures_to_batch(np.zeros((1, 64, 64, 3)))
