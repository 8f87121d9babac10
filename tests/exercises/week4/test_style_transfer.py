"""Costs and steps of style transfer: slips get the right sentence, other wrong answers are refused, right ones pass."""

import pytest

from attempts import changed, judged, refused
from cnncourse.style.gram import content_cost, gram_matrix, style_cost

GRAM = """
def gram_of(features):
    N, C, H, W = features.shape
    flat = features.view(N, C, -1)
    return torch.einsum("nkp,nmp->nkm", flat, flat)
"""
CONTENT = """
def cost_of_content(content, generated):
    gap = generated - content
    return 0.5 * torch.sum(gap * gap)
"""
STYLE = """
def cost_of_style(style, generated):
    C, H, W = style.shape[1:]
    def gram(x):
        rows = x.reshape(C, -1)
        return rows.matmul(rows.t())
    gap = gram(style) - gram(generated)
    return torch.sum(gap * gap) / (4 * C ** 2 * H ** 2 * W ** 2)
"""
TOTAL = """
def total_cost(photo, painting, generated, content_layer, weights, alpha, beta):
    J = alpha * content_cost(photo[content_layer], generated[content_layer])
    for name in weights:
        J = J + beta * weights[name] * style_cost(painting[name], generated[name])
    return J
"""
STEP = """
def picture_step(picture, network, cost_of, optimizer):
    picture.grad = None
    J = cost_of(network(picture))
    J.backward()
    optimizer.step()
    with torch.no_grad():
        picture.clamp_(0, 1)
    return float(J)
"""
KNOWN = {"content_cost": content_cost, "style_cost": style_cost, "gram_matrix": gram_matrix}
SOURCES = {
    "gram_of": GRAM,
    "cost_of_content": CONTENT,
    "cost_of_style": STYLE,
    "total_cost": TOTAL,
    "picture_step": STEP,
}


def attempt(name, *pairs):
    source = SOURCES[name]
    for old, new in pairs:
        assert old in source
        source = source.replace(old, new)
    return judged(name, source, **KNOWN)


@pytest.mark.parametrize("name", SOURCES)
def test_another_right_answer_passes(name):
    assert attempt(name).status == "passed"


@pytest.mark.parametrize(
    ("name", "old", "new", "words"),
    [
        ("gram_of", "nkp,nmp->nkm", "nkp,nkq->npq", "sum over the channels"),
        (
            "gram_of",
            "flat, flat)",
            "flat - flat.mean(-1, keepdim=True), flat - flat.mean(-1, keepdim=True))",
            "centred",
        ),
        ("gram_of", "flat, flat)", "flat, flat) / (H * W)", "number of places"),
        ("gram_of", "flat, flat)", "flat, flat) / (C * H * W)", "divide by C · H · W"),
        ("gram_of", 'torch.einsum("nkp,nmp->nkm", flat, flat)', "flat @ flat.reshape(N, -1, C)", "deals the numbers"),
        ("gram_of", 'torch.einsum("nkp,nmp->nkm", flat, flat)', "(flat @ flat.mT)[0]", "batch's axis"),
        ("cost_of_content", "torch.sum", "torch.mean", "Half of the mean"),
        ("cost_of_content", "0.5 * torch.sum", "torch.mean", "You take the mean"),
        ("cost_of_content", "0.5 * ", "", "½ is missing"),
        ("cost_of_content", "gap * gap", "gap.abs()", "absolute"),
        ("cost_of_content", "torch.sum(gap * gap)", "torch.sum(gap * gap).item()", "no gradient"),
        ("cost_of_content", "generated - content", "generated.detach() - content", "no gradient"),
        ("cost_of_style", " / (4 * C ** 2 * H ** 2 * W ** 2)", "", "Nothing is divided"),
        ("cost_of_style", "(4 * C ** 2 * H ** 2 * W ** 2)", "(2 * C * H * W)", "Square the divisor"),
        ("cost_of_style", "4 * C ** 2", "4", "channels are missing"),
        ("cost_of_style", "4 * C", "C", "2 is missing"),
        ("cost_of_style", "torch.sum(gap * gap)", "torch.sum(gap * gap).sqrt()", "root"),
        ("cost_of_style", "gram(style) - gram(generated)", "gram(style - generated)", "Gram matrix of the difference"),
        ("cost_of_style", "gram(style) - gram(generated)", "style - generated", "place by place"),
        ("cost_of_style", "rows.matmul(rows.t())", "rows.t().matmul(rows)", "sum over channels"),
        ("cost_of_style", "4 * C", "4 * 4 * C", "The ¼ is in"),
        ("cost_of_style", "x.reshape(C, -1)", "x.reshape(-1, C).T", "channels come first"),
        ("gram_of", "features.view(N, C, -1)", "features.permute(0, 2, 3, 1).reshape(N, C, -1)", "to the end"),
        ("total_cost", "alpha * content_cost", "beta * content_cost", ""),
        ("total_cost", "photo[content_layer]", "painting[content_layer]", "with the *painting*"),
        ("total_cost", "painting[name]", "photo[name]", "style from the *photo*"),
        ("total_cost", " * weights[name]", "", "λ are left out"),
        ("total_cost", "J = J + beta", "J = J - beta", "subtracted"),
        ("total_cost", "for name in weights", "for name in list(weights)[-1:]", "Only one layer"),
        ("total_cost", "return J", "return J.item()", "without a gradient"),
        ("picture_step", "    picture.grad = None\n", "", "not set to zero first"),
        ("picture_step", "        picture.clamp_(0, 1)", "        pass", "leave [0, 1]"),
        ("picture_step", "clamp_(0, 1)", "clamp_(0, 255)", "at both ends"),
        ("picture_step", "picture.clamp_", "picture.clamp", "in place"),
        ("picture_step", "picture.clamp_(0, 1)", "picture.requires_grad_(False).clamp_(0, 1)", "no gradient any more"),
        ("picture_step", "    optimizer.step()\n", "", "does not move"),
        ("picture_step", "float(J)", "J", "plain float"),
        ("picture_step", "float(J)", "float(cost_of(network(picture)))", "cost after the step"),
        ("picture_step", "cost_of(network(picture))", "cost_of(picture)", "network is left out"),
    ],
)
def test_a_slip_is_recognised(name, old, new, words):
    refused(attempt(name, (old, new)), words)


def test_alpha_and_beta_swapped_is_told():
    swapped = attempt(
        "total_cost", ("alpha * content_cost", "beta * content_cost"), ("beta * weights", "alpha * weights")
    )
    refused(swapped, "alpha and beta are swapped")


def test_layers_without_weight_may_be_visited():
    every = ("for name in weights:", "for name in generated:"), ("weights[name]", "weights.get(name, 0)")
    assert attempt("total_cost", *every).status == "passed"


def test_an_optimiser_of_the_network_with_a_rate_of_its_own_is_told():
    new = "torch.optim.Adam(network.parameters(), lr=0.1).step()"
    refused(attempt("picture_step", ("optimizer.step()", new)), "You change the network, not the picture")


def test_optimising_the_network_is_told():
    new = "torch.optim.SGD(network.parameters(), lr=optimizer.param_groups[0]['lr']).step()"
    refused(attempt("picture_step", ("optimizer.step()", new)), "You change the network, not the picture")


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("gram_of", "nkp,nmp->nkm", "nkp,nmp->kmn"),
        ("gram_of", "features.view(N, C, -1)", "features.abs().mean(-1)"),
        ("gram_of", "flat, flat)", "flat, flat).sqrt()"),
        ("gram_of", "flat, flat)", "flat, flat).tril()"),
        ("gram_of", "flat, flat)", "flat, (flat > 0).to(flat.dtype))"),
        ("gram_of", "flat, flat)", "flat, flat.flip(0))"),
        ("cost_of_content", "0.5 * torch.sum", "0.25 * torch.sum"),
        ("cost_of_content", "gap * gap", "gap ** 4"),
        ("cost_of_content", "generated - content", "(generated - content)[..., :-1]"),
        ("cost_of_content", "generated - content", "generated.mean((2, 3)) - content.mean((2, 3))"),
        ("cost_of_style", "gap * gap", "gap.tril() ** 2"),
        ("cost_of_style", "4 * C ** 2 * H ** 2 * W ** 2", "4 * C ** 2 * H ** 4"),
        ("cost_of_style", "rows.t())", "rows.t()).abs().sqrt()"),
        ("cost_of_style", "rows.matmul(rows.t())", "rows.matmul(rows.t()) / rows.shape[1]"),
        ("total_cost", "alpha * content_cost", "content_cost"),
        ("total_cost", "beta * weights", "weights"),
        ("total_cost", "weights[name] *", "weights[name] ** 0.5 *"),
        (
            "total_cost",
            "style_cost(painting[name], generated[name])",
            "style_cost(painting[name], generated[name]) ** 0.5",
        ),
        ("picture_step", "J.backward()", "(2 * J).backward()"),
        ("picture_step", "    optimizer.step()\n", "    optimizer.step()\n    optimizer.step()\n"),
        ("picture_step", "    optimizer.step()\n", "    picture.data -= 0.1 * picture.grad\n"),
        ("picture_step", "clamp_(0, 1)", "clamp_(0.05, 0.95)"),
        ("picture_step", "return float(J)", "return float(J) / picture.numel()"),
        ("picture_step", "network(picture)", "network(picture.round())"),
    ],
)
def test_other_wrong_answers_are_refused(name, old, new):
    report = attempt(name, (old, new))
    refused(report)
    assert report.advice


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("gram_of", "features.reshape(N, C, H * W)", "features.flatten(2)"),
        ("gram_of", "rows @ rows.transpose(1, 2)", "torch.bmm(rows, rows.mT)"),
        ("cost_of_content", "((content - generated) ** 2).sum()", "F.mse_loss(generated, content, reduction='sum')"),
        ("cost_of_style", "(difference**2).sum()", "torch.linalg.matrix_norm(difference) ** 2"),
        ("picture_step", "optimizer.zero_grad()", "optimizer.zero_grad(set_to_none=False); network.zero_grad()"),
    ],
)
def test_answers_in_other_clothes_pass(name, old, new):
    assert changed(name, (old, new)).status == "passed"
