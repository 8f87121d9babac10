"""The variational autoencoder against torch.distributions, autograd and draws; what its committed weights can do."""

import math

import numpy as np
import pytest
import torch
from torch.distributions import Independent, Normal
from torch.distributions import kl_divergence as divergence

from cnncourse.generative.picture_batches import batch_from_pictures, pictures_from_batch, psnr
from cnncourse.generative.vae import DIMENSIONS, VAE, kl_divergence, load_vae, reparametrise, vae_loss
from cnncourse.pictures.studio_faces import studio_faces


def gaussians(count, D, seed=0):
    draw = torch.Generator().manual_seed(seed)
    return tuple(torch.randn(count, D, generator=draw, dtype=torch.float64) for _ in range(3))


def decoded(net, codes):
    with torch.inference_mode():
        return pictures_from_batch(net.decode(codes))


@pytest.fixture(scope="module")
def net():
    return load_vae()


@pytest.fixture(scope="module")
def faces():
    return studio_faces("test")


@pytest.fixture(scope="module")
def clouds(net, faces):
    with torch.inference_mode():
        return net.encode(batch_from_pictures(faces))


# --- the three functions ---


@pytest.mark.parametrize(("count", "D"), [(1, 1), (3, 2), (5, 16)])
def test_the_divergence_is_that_of_torch_distributions(count, D):
    mean, log_variance, _ = gaussians(count, D)
    standard = Independent(Normal(torch.zeros(count, D, dtype=torch.float64), 1.0), 1)
    expected = divergence(Independent(Normal(mean, (log_variance / 2).exp()), 1), standard)
    torch.testing.assert_close(kl_divergence(mean, log_variance), expected)


def test_the_divergence_is_nothing_for_the_standard_gaussian_and_positive_beside_it():
    zero = torch.zeros(1, 3)
    assert kl_divergence(zero, zero).item() == 0
    for change in (-0.1, 0.1):
        assert kl_divergence(zero + change, zero).item() > 0
        assert kl_divergence(zero, zero + change).item() > 0


def test_the_divergence_is_the_mean_of_log_ratios_over_draws():
    mean, log_variance = torch.full((200_000, 1), 1.0), torch.full((200_000, 1), math.log(0.25))
    noise = torch.randn(200_000, 1, generator=torch.Generator().manual_seed(2))
    z = reparametrise(mean, log_variance, noise)
    ratios = Normal(1.0, 0.5).log_prob(z) - Normal(0.0, 1.0).log_prob(z)
    error = ratios.std().item() / math.sqrt(len(ratios))
    assert abs(ratios.mean().item() - kl_divergence(mean[:1], log_variance[:1]).item()) < 4 * error


def test_draws_are_those_of_torch_distributions_and_have_their_gradients():
    mean, log_variance, noise = gaussians(4, 3)
    mean.requires_grad_()
    log_variance.requires_grad_()
    torch.testing.assert_close(
        reparametrise(mean, log_variance, noise),
        Normal(mean, (log_variance / 2).exp()).icdf(Normal(0.0, 1.0).cdf(noise)),
    )
    to_mean, to_log = torch.autograd.grad(reparametrise(mean, log_variance, noise).sum(), (mean, log_variance))
    torch.testing.assert_close(to_mean, torch.ones_like(mean))
    torch.testing.assert_close(to_log, 0.5 * (log_variance / 2).exp() * noise)


def test_gradients_of_all_three_are_those_of_finite_differences():
    mean, log_variance, noise = (part.requires_grad_() for part in gaussians(2, 3))
    pictures, others = (torch.randn(2, 3, 2, 4, dtype=torch.float64, requires_grad=True) for _ in range(2))
    assert torch.autograd.gradcheck(reparametrise, (mean, log_variance, noise))
    assert torch.autograd.gradcheck(kl_divergence, (mean, log_variance))
    assert torch.autograd.gradcheck(
        lambda *all_of_it: vae_loss(*all_of_it, 3.0), (pictures, others, mean, log_variance)
    )


@pytest.mark.parametrize(("beta", "spread"), [(1.0, 0.1), (4.0, 0.5), (0.0, 2.0)])
def test_the_loss_is_the_surprise_of_a_gaussian_but_for_a_constant(beta, spread):
    mean, log_variance, _ = gaussians(3, 2)
    pictures, others = torch.rand(2, 3, 3, 4, 2, dtype=torch.float64)
    surprise = -Normal(others, spread).log_prob(pictures).flatten(1).sum(dim=1)
    constant = 24 * (math.log(spread) + math.log(2 * math.pi) / 2)
    expected = (surprise - constant + beta * kl_divergence(mean, log_variance)).mean()
    torch.testing.assert_close(vae_loss(pictures, others, mean, log_variance, beta, spread), expected)


def test_the_loss_by_hand():
    pictures, others = (
        torch.tensor([1.0, 0, 2, 1]).reshape(1, 1, 2, 2),
        torch.tensor([0.0, 0, 0, 3]).reshape(1, 1, 2, 2),
    )
    two, zero = torch.tensor([[2.0]]), torch.tensor([[0.0]])
    assert vae_loss(pictures, others, two, zero, beta=3, spread=0.5).item() == pytest.approx(9 / 0.5 + 3 * 2)


@pytest.mark.parametrize("wrong", [torch.zeros(2), torch.zeros(2, 3, 1), torch.zeros(2, 3, dtype=torch.int64), [[0.0]]])
def test_what_is_no_gaussian_is_named(wrong):
    with pytest.raises((TypeError, ValueError), match="mean must"):
        kl_divergence(wrong, torch.zeros(2, 3))
    with pytest.raises((TypeError, ValueError), match="log_variance must"):
        kl_divergence(torch.zeros(2, 3), torch.zeros(3, 2))
    with pytest.raises((TypeError, ValueError), match="noise must"):
        reparametrise(torch.zeros(2, 3), torch.zeros(2, 3), torch.zeros(1, 3))


@pytest.mark.parametrize(("name", "value"), [("beta", -1), ("beta", "1"), ("spread", 0), ("spread", -0.1)])
def test_wrong_weights_of_the_loss_are_named(name, value):
    zeros, codes = torch.zeros(1, 3, 2, 2), torch.zeros(1, 2)
    with pytest.raises((TypeError, ValueError), match=name):
        vae_loss(zeros, zeros, codes, codes, **{name: value})


# --- the network ---


def test_the_same_generator_gives_the_same_draw_and_another_seed_another():
    net = VAE(dimensions=4, widths=(4, 4, 4))
    pictures = torch.rand(2, 3, 32, 32)
    first, again, other = (net(pictures, torch.Generator().manual_seed(seed))[0] for seed in (0, 0, 1))
    torch.testing.assert_close(first, again)
    assert not torch.equal(first, other)


def test_means_and_log_variances_get_gradients_through_the_draw():
    net = VAE(dimensions=4, widths=(4, 4, 4))
    pictures = torch.rand(4, 3, 32, 32)
    vae_loss(pictures, *net(pictures), beta=0.0).backward()
    last = net.encoder[-1].weight.grad  # 4 rows make the means, 4 the log variances
    assert last.shape[0] == 8
    assert (last.abs().sum(dim=1) > 0).all()


# --- the committed weights ---


def test_faces_never_seen_come_back_well(net, faces, clouds):
    assert psnr(faces, decoded(net, clouds[0])) >= 25
    mean_face = np.broadcast_to(faces.mean(axis=0).round().astype(np.uint8), faces.shape)
    assert psnr(faces, mean_face) < 20


def test_every_number_of_the_code_is_used(clouds):
    mean, log_variance = clouds
    nats = 0.5 * (mean**2 + log_variance.exp() - log_variance - 1).mean(dim=0)
    assert nats.shape == (DIMENSIONS,)
    assert nats.min() > 0.1
    assert 10 < kl_divergence(mean, log_variance).mean() < 60


def test_draws_from_the_prior_are_as_varied_as_decoded_faces(net, clouds):
    codes = torch.randn(600, DIMENSIONS, generator=torch.Generator().manual_seed(0))
    drawn, known = (decoded(net, part).astype(float).std(axis=0).mean() for part in (codes, clouds[0]))
    assert 0.7 < drawn / known < 1.4


def test_draws_from_the_prior_are_nearer_to_faces_than_shuffled_pixels_or_far_codes(net, faces):
    codes = torch.randn(100, DIMENSIONS, generator=torch.Generator().manual_seed(1))
    flat = faces.reshape(len(faces), -1).astype(float)

    def distance(codes):
        drawn = decoded(net, codes).reshape(len(codes), 1, -1).astype(float)
        return float(np.median(((drawn - flat) ** 2).mean(axis=2).min(axis=1)))

    assert distance(codes) < 0.5 * distance(4 * codes)


def test_decoded_faces_are_less_sharp_than_real_ones(net, faces, clouds):
    def sharpness(pictures):
        return np.abs(np.diff(pictures.astype(float), axis=2)).mean()

    assert sharpness(decoded(net, clouds[0])) < 0.9 * sharpness(faces)
