"""The VQ-VAE learns, and its committed weights do well on 600 faces that no training has seen."""

import numpy as np
import pytest
import torch

from cnncourse.generative import vector_quantizer as vq
from cnncourse.generative.picture_batches import batch_from_pictures, pictures_from_batch, psnr
from cnncourse.pictures.studio_faces import studio_faces


@pytest.fixture(scope="module")
def trained():
    """Return the net, the test faces, their codes, and what the codes decode to."""
    net, faces = vq.load_vq_vae(), studio_faces("test")
    with torch.inference_mode():
        codes = net.encode(batch_from_pictures(faces))
        return net, faces, codes, pictures_from_batch(net.decode(codes))


def test_faces_never_seen_come_back_well(trained):
    _, faces, codes, decoded = trained
    assert len(faces) == 600
    assert codes.shape == (600, 8, 8)
    assert psnr(faces, decoded) >= 25
    mean_face = np.broadcast_to(faces.mean(axis=0).round().astype(np.uint8), faces.shape)
    assert psnr(faces, mean_face) < 20


def test_nearly_all_codes_are_in_use_and_none_dominates(trained):
    codes = trained[2]
    assert len(codes.unique()) >= 0.95 * vq.CODES
    assert vq.perplexity(codes, vq.CODES) > vq.CODES / 2


def test_encoding_and_decoding_is_what_the_net_does(trained):
    net, faces, codes, _ = trained
    with torch.inference_mode():
        pictures, again, loss = net(batch_from_pictures(faces[:5]))
        assert torch.equal(again, codes[:5])
        torch.testing.assert_close(pictures, net.decode(codes[:5]), atol=1e-4, rtol=1e-4)
        vectors = vq.vectors_from_maps(net.encoder(batch_from_pictures(faces[:5])))
    assert loss.item() == pytest.approx(
        (vectors - net.quantizer.codebook[codes[:5].flatten()]).pow(2).mean().item(), rel=1e-3
    )


def test_other_codes_decode_to_something_else(trained):
    net, faces, codes, decoded = trained
    with torch.inference_mode():
        exchanged = pictures_from_batch(net.decode(codes[:100].roll(1, dims=0)))
    assert psnr(faces[:100], exchanged) < psnr(faces[:100], decoded[:100]) - 10


def test_a_few_steps_of_training_lower_the_error():
    torch.manual_seed(0)
    net = vq.VQVAE(codes=16, dimensions=4, widths=(8, 8, 8), generator=torch.Generator().manual_seed(20)).train()
    pictures = batch_from_pictures(studio_faces("small", 16))
    optimizer, errors = torch.optim.Adam(net.parameters(), 3e-3), []
    for _ in range(60):
        decoded, _, commitment = net(pictures)
        error = (decoded - pictures).pow(2).mean()
        optimizer.zero_grad()
        (error + 0.25 * commitment).backward()
        optimizer.step()
        errors.append(error.item())
    assert errors[-1] < 0.6 * errors[0]
