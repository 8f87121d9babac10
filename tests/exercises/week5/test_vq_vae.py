"""Exercises of notebook 5.2: right answers in other words pass, wrong ones get the right sentence."""

import pytest

from attempts import changed, judged, refused
from cnncourse.exercises import catalogue

OTHER_WORDS = {
    "nearest_numbers": """
def nearest_numbers(vectors, codebook):
    numbers = []
    for vector in vectors:
        lengths = [np.linalg.norm(vector - code) for code in codebook]
        numbers.append(int(np.argmin(lengths)))
    return np.array(numbers)
""",
    "passed_straight_through": """
def passed_straight_through(vectors, quantised):
    class Through(torch.autograd.Function):
        @staticmethod
        def forward(ctx, before, after):
            return after.clone()
        @staticmethod
        def backward(ctx, arriving):
            return arriving, None
    return Through.apply(vectors, quantised)
""",
    "quantiser_losses": """
def quantiser_losses(vectors, quantised, beta):
    with torch.no_grad():
        still_vectors, still_codes = vectors.clone(), quantised.clone()
    return F.mse_loss(quantised, still_vectors), F.mse_loss(vectors, still_codes) * beta
""",
    "followed": """
def followed(counts, sums, vectors, numbers, decay):
    batch_counts, batch_sums = np.zeros_like(counts), np.zeros_like(sums)
    np.add.at(batch_counts, numbers, 1)
    np.add.at(batch_sums, numbers, vectors)
    new_counts = counts + (1 - decay) * (batch_counts - counts)
    new_sums = sums + (1 - decay) * (batch_sums - sums)
    return new_counts, new_sums, np.divide(new_sums, new_counts.reshape(-1, 1))
""",
    "codes_in_use": """
def codes_in_use(numbers, K):
    _, counts = np.unique(numbers, return_counts=True)
    p = counts / counts.sum()
    return 2 ** sum(-q * np.log2(q) for q in p)
""",
}
IN_OTHER_WORDS = [
    (
        "passed_straight_through",
        "vectors + (quantised - vectors).detach()",
        "quantised.detach() + vectors - vectors.detach()",
    ),
    ("quantiser_losses", "return codebook, commitment", "return [codebook, commitment]"),
    (
        "nearest_numbers",
        "((vectors[:, None] - codebook[None]) ** 2).sum(axis=2)",
        "((codebook**2).sum(axis=1) - 2 * vectors @ codebook.T)",
    ),
]


@pytest.mark.parametrize("name", OTHER_WORDS)
def test_other_ways_to_the_right_answer_pass(name):
    report = judged(name, OTHER_WORDS[name])
    assert report.status == "passed", report.advice


@pytest.mark.parametrize(("name", "old", "new"), IN_OTHER_WORDS)
def test_a_line_of_the_solution_may_be_written_in_other_words(name, old, new):
    assert changed(name, (old, new)).status == "passed"


@pytest.mark.parametrize(
    ("name", "old", "new", "words"),
    [
        ("nearest_numbers", "argmin", "argmax", "farthest"),
        ("nearest_numbers", ") ** 2", ")", "Square them first"),
        ("nearest_numbers", "argmin(axis=1)", "argmin(axis=0)", "axis 1 holds the codes"),
        ("nearest_numbers", "argmin(axis=1)", "argmin()", "whole table"),
        ("nearest_numbers", "argmin(axis=1)", "min(axis=1)", "how near"),
        ("nearest_numbers", "sum(axis=2)", "max(axis=2)", "largest difference"),
        ("nearest_numbers", "argmin(axis=1)", "argmin(axis=1) + 1", "count from 1"),
        ("passed_straight_through", ".detach()", "", "Without detach()"),
        (
            "passed_straight_through",
            "vectors + (quantised - vectors).detach()",
            "quantised",
            "never reaches the encoder",
        ),
        (
            "passed_straight_through",
            "vectors + (quantised - vectors)",
            "quantised + (vectors - quantised)",
            "exchanged",
        ),
        ("passed_straight_through", "vectors + (quantised", "(quantised", "difference alone"),
        ("passed_straight_through", "(quantised - vectors)", "quantised", "You add vectors and codes"),
        ("quantiser_losses", "(quantised - vectors.detach())", "(quantised - vectors)", "moves the vectors as well"),
        ("quantiser_losses", "(vectors - quantised.detach())", "(vectors - quantised)", "moves the codes as well"),
        ("quantiser_losses", "beta * (", "(", "β is missing"),
        ("quantiser_losses", ".mean()", ".sum()", "mean over all"),
        ("quantiser_losses", "return codebook, commitment", "return commitment, codebook", "exchanged"),
        ("quantiser_losses", "return codebook, commitment", "return codebook + commitment", "as a pair"),
        ("followed", "sums / counts[:, None]", "sums", "divided by the counts"),
        (
            "followed",
            "    counts = decay * counts + (1 - decay) * one_hot.sum(axis=0)\n",
            "",
            "counts stay as they were",
        ),
        ("codes_in_use", "np.exp(-(share * np.log(share)).sum())", "-(share * np.log(share)).sum()", "entropy in nats"),
        ("codes_in_use", "np.log(", "np.log2(", "same base"),
        ("codes_in_use", "exp(-(", "exp((", "sign is turned round"),
        ("codes_in_use", "    share = share[share > 0]\n", "", "leave it out"),
        ("codes_in_use", "(share * np.log(share)).sum()", "(share * np.log(share)).mean()", "add it up"),
        ("codes_in_use", "/ numbers.size", "/ K", "not by K"),
    ],
)
def test_a_slip_gets_its_own_sentence(name, old, new, words):
    refused(changed(name, (old, new)), words)


@pytest.mark.parametrize(
    ("pairs", "words"),
    [
        ((("(1 - decay)", "SHARE"), ("decay *", "(1 - decay) *"), ("SHARE", "decay")), "wrong place"),
        ((("(1 - decay) * ", ""),), "weigh it by 1 − decay"),
        ((("decay * counts", "counts"), ("decay * sums", "sums"), ("(1 - decay) * ", "")), "add everything up"),
        (
            (("return counts, sums, sums / counts[:, None]", "return sums / counts[:, None], counts, sums"),),
            "The order",
        ),
        ((("return counts, sums, sums", "return sums"),), "all three"),
        ((("    counts = decay", "    counts[:] = decay"), ("    sums = decay", "    sums[:] = decay")), "themselves"),
    ],
)
def test_a_slip_in_following_gets_its_own_sentence(pairs, words):
    refused(changed("followed", *pairs), words)


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("nearest_numbers", "** 2", "** 4"),
        ("nearest_numbers", "codebook[None])", "codebook[None].round())"),
        (
            "passed_straight_through",
            "vectors + (quantised - vectors)",
            "1.001 * vectors + (quantised - 1.001 * vectors)",
        ),
        ("passed_straight_through", "(quantised - vectors)", "(quantised - vectors).round()"),
        ("quantiser_losses", "beta * (", "1.001 * beta * ("),
        ("quantiser_losses", "vectors.detach()) ** 2", "vectors.detach()).abs() ** 3"),
        ("quantiser_losses", "beta * (", "beta**2 * ("),
        ("followed", "sums / counts[:, None]", "sums / (counts[:, None] + 1e-3)"),
        ("followed", "sums / counts[:, None]", "(sums / counts[:, None]).round(2)"),
        ("followed", "(1 - decay)", "(1 - decay**2)"),
        ("codes_in_use", "minlength=K) / numbers.size", "minlength=K) / (numbers.size + 1)"),
        ("codes_in_use", "float(np.exp(", "round(np.exp("),
    ],
)
def test_nearly_right_is_not_right(name, old, new):
    refused(changed(name, (old, new)))


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("nearest_numbers", "return [0] * len(vectors)"),
        ("passed_straight_through", "return vectors"),
        ("quantiser_losses", "return float(((vectors - quantised) ** 2).mean()), 0.0"),
        ("followed", "return counts, sums, sums / counts[:, None]"),
        ("codes_in_use", "return float(K)"),
    ],
)
def test_what_ignores_the_question_is_refused(name, body):
    header = catalogue()[name].solution_source.split("\n")[0]
    refused(judged(name, f"{header}\n    {body}\n"))
