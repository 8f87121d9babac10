"""Exercises of notebook 5.3: right answers in other words pass; slips get the right sentence."""

import math

import pytest

from attempts import changed, judged, refused
from cnncourse.exercises import catalogue

OTHER_WORDS = {
    "residual_numbers": """
def residual_numbers(vectors, codebook, depth):
    left = np.array(vectors)
    numbers = np.empty((len(vectors), depth), int)
    for d in range(depth):
        for n, vector in enumerate(left):
            numbers[n, d] = np.argmin(np.linalg.norm(codebook - vector, axis=1))
        left = left - codebook[numbers[:, d]]
    return numbers
""",
    "stacked": """
def stacked(numbers, codebook, depth):
    total = 0
    for level in range(depth):
        total = total + codebook[numbers[:, :, level]]
    return total
""",
    "depth_within": """
def depth_within(bits, places, K):
    each = (K - 1).bit_length()
    depth = int(bits / (places * each))
    return depth, int(np.prod([K] * depth, dtype=object)) if depth else 1
""",
    "deep_commitment": """
def deep_commitment(vectors, chosen):
    total, loss = torch.zeros_like(vectors), 0
    for code in chosen.detach():
        total = total + code
        loss = loss + F.mse_loss(vectors, total)
    return loss / len(chosen)
""",
}


@pytest.mark.parametrize("name", OTHER_WORDS)
def test_other_ways_to_the_right_answer_pass(name):
    report = judged(name, OTHER_WORDS[name])
    assert report.status == "passed", report.advice


@pytest.mark.parametrize(
    ("name", "old", "new", "words"),
    [
        ("residual_numbers", "left = left - codebook[nearest]", "pass", "every time"),
        ("residual_numbers", "left - codebook[nearest]", "left + codebook[nearest]", "add the code"),
        ("residual_numbers", "left - codebook[nearest]", "vectors - codebook[nearest]", "whole vector again"),
        ("residual_numbers", "left - codebook[nearest]", "codebook[nearest] - left", "vector − code"),
        ("residual_numbers", "np.stack(numbers, axis=1)", "np.stack(numbers)", "exchanged"),
        ("stacked", "[..., :depth]", "", "first `depth`"),
        ("stacked", ".sum(axis=2)", ".mean(axis=2)", "mean"),
        ("stacked", "[..., :depth]", "[..., -depth:]", "last codes"),
        ("depth_within", "math.ceil(math.log2(K))", "math.ceil(math.log(K))", "natural logarithm"),
        ("depth_within", "math.ceil(math.log2(K))", "K", "not K"),
        ("depth_within", "K**depth", "K * depth", "power of depth"),
        ("depth_within", "(places * each)", "each", "one place"),
        ("deep_commitment", "chosen.detach()", "chosen", "codes are moved"),
        ("deep_commitment", "cumsum(dim=0)", "sum(dim=0)", "last sum alone"),
        ("deep_commitment", ".cumsum(dim=0)", "", "sum of the codes so far"),
        ("deep_commitment", "(vectors - sums)", "(vectors.detach() - sums)", "No gradient reaches the vectors"),
    ],
)
def test_a_slip_gets_its_own_sentence(name, old, new, words):
    source = catalogue()[name].solution_source
    assert old in source
    refused(judged(name, source.replace(old, new), math=math), words)


def test_nearly_right_is_not_right():
    refused(changed("residual_numbers", ("left - codebook[nearest]", "left - 0.9 * codebook[nearest]")))
    refused(changed("stacked", (".sum(axis=2)", ".sum(axis=2) * 1.001")))
    refused(changed("deep_commitment", ("** 2).mean()", "** 2).mean() * 1.001")))
