"""Exercises of notebook 5.1: right answers in other words pass; slips get the right sentence."""

import pytest

from attempts import changed, judged, refused

OTHER_WORDS = {
    "draw_code": """
def draw_code(mean, log_variance, noise):
    return torch.addcmul(mean, log_variance.exp().sqrt(), noise)
""",
    "kl_from_standard": """
def kl_from_standard(mean, log_variance):
    sigma = torch.exp(0.5 * log_variance)
    each = torch.distributions.kl_divergence(torch.distributions.Normal(mean, sigma),
                                             torch.distributions.Normal(torch.zeros_like(mean), 1.0))
    return each.sum(-1)
""",
    "negative_elbo": """
def negative_elbo(pictures, decoded, kl, beta, spread):
    squared = torch.einsum("nchw,nchw->n", decoded - pictures, decoded - pictures)
    return torch.mean(squared) / (2 * spread * spread) + beta * torch.mean(kl)
""",
    "edited_codes": """
def edited_codes(codes, all_codes, has, strength):
    with_it, without = np.flatnonzero(has), np.flatnonzero(np.logical_not(has))
    way = np.mean(all_codes[with_it], axis=0) - np.mean(all_codes[without], axis=0)
    return np.array([code + strength * way for code in codes])
""",
}


@pytest.mark.parametrize("name", OTHER_WORDS)
def test_other_ways_to_the_right_answer_pass(name):
    report = judged(name, OTHER_WORDS[name])
    assert report.status == "passed", report.advice


@pytest.mark.parametrize(
    ("name", "old", "new", "words"),
    [
        ("draw_code", "log_variance / 2", "log_variance", "the variance"),
        ("draw_code", "mean + torch.exp(log_variance / 2)", "mean + log_variance", "logarithm"),
        ("draw_code", "mean + torch", "mean.detach() + torch", "mean gets no gradient"),
        ("draw_code", "* noise", "* noise[0]", "noise of the first"),
        ("kl_from_standard", "- log_variance - 1", "+ log_variance - 1", "subtracted"),
        ("kl_from_standard", "dim=1", "dim=0", "axis 1"),
        ("kl_from_standard", "0.5 * ", "", "half"),
        ("kl_from_standard", ".sum(dim=1)", ".mean(dim=1)", "add up"),
        ("negative_elbo", "sum(dim=(1, 2, 3))", "mean(dim=(1, 2, 3))", "mean over the pixels"),
        ("negative_elbo", "2 * spread**2", "2 * spread", "squared"),
        ("negative_elbo", "beta * kl", "kl", "β"),
        ("negative_elbo", ").mean()", ").sum()", "mean is wanted"),
        ("edited_codes", "all_codes[~has].mean", "all_codes.mean", "everybody"),
        ("edited_codes", "codes + strength", "codes - strength", "wrong way"),
        ("edited_codes", "strength * direction", "direction", "ignored"),
    ],
)
def test_a_slip_gets_its_own_sentence(name, old, new, words):
    refused(changed(name, (old, new)), words)


def test_a_result_that_is_no_tensor_is_told_so():
    solution = "mean + torch.exp(log_variance / 2) * noise"
    refused(changed("draw_code", (solution, f"({solution}).detach().numpy()")), "stay with torch's own operations")


def test_nearly_right_is_not_right():
    refused(changed("draw_code", ("* noise", "* noise * 1.001")))
    refused(changed("negative_elbo", ("beta * kl", "1.001 * beta * kl")))
