"""Exercise of notebook 4.4: content and style in one number."""

import numpy as np
import torch

from cnncourse.exercises.engine import Case, Exercise
from cnncourse.exercises.week4.style_transfer_observed import bare, drawn
from cnncourse.style.gram import content_cost, style_cost


def total_cost(photo, painting, generated, content_layer, weights, alpha, beta):
    """Return J = alpha · J_content + beta · J_style, a tensor with one number.

    The three dicts hold the maps (1, C, H, W) of each layer by name: of the photo, of the
    painting, and of the picture that is being made. J_content is content_cost(content,
    generated) at the layer content_layer. J_style is the sum, over the layers in the dict
    weights (name → λ), of λ times style_cost(style, generated) there.
    """
    content = content_cost(photo[content_layer], generated[content_layer])
    style = 0
    for name, weight in weights.items():
        style = style + weight * style_cost(painting[name], generated[name])
    return alpha * content + beta * style


def _total(content=None, style=None, combine=lambda c, s, alpha, beta: alpha * c + beta * s):
    """Return a total with its content, its style or their combination changed."""

    def total(photo, painting, generated, layer, weights, alpha, beta):
        c = content(photo, painting, generated, layer) if content else content_cost(photo[layer], generated[layer])
        terms = style(photo, painting, generated, weights) if style else _terms(painting, generated, weights)
        return combine(c, terms if torch.is_tensor(terms) else sum(terms), alpha, beta)

    return total


def _terms(of, generated, weights):
    return [weight * style_cost(of[name], generated[name]) for name, weight in weights.items()]


_swapped = _total(combine=lambda c, s, alpha, beta: beta * c + alpha * s)
_no_alpha = _total(combine=lambda c, s, alpha, beta: c + beta * s)
_no_beta = _total(combine=lambda c, s, alpha, beta: alpha * c + s)
_unweighted = _total(combine=lambda c, s, alpha, beta: c + s)
_alpha_on_both = _total(combine=lambda c, s, alpha, beta: alpha * (c + beta * s))
_shares = _total(combine=lambda c, s, alpha, beta: (alpha * c + beta * s) / (alpha + beta))
_content_only = _total(combine=lambda c, s, alpha, beta: alpha * c)
_style_only = _total(combine=lambda c, s, alpha, beta: beta * s)
_subtracted = _total(combine=lambda c, s, alpha, beta: alpha * c - beta * s)
_content_of_painting = _total(content=lambda p, s, g, layer: content_cost(s[layer], g[layer]))
_content_of_inputs = _total(content=lambda p, s, g, layer: content_cost(p[layer], s[layer]))
_content_everywhere = _total(content=lambda p, s, g, layer: sum(content_cost(p[name], g[name]) for name in g))
_style_of_photo = _total(style=lambda p, s, g, weights: _terms(p, g, weights))
_style_of_inputs = _total(style=lambda p, s, g, weights: _terms(s, p, weights))
_no_lambda = _total(style=lambda p, s, g, weights: _terms(s, g, dict.fromkeys(weights, 1.0)))
_equal_lambda = _total(style=lambda p, s, g, weights: _terms(s, g, dict.fromkeys(weights, 1 / len(weights))))
_averaged = _total(style=lambda p, s, g, weights: sum(_terms(s, g, weights)) / len(weights))
_scaled_lambda = _total(style=lambda p, s, g, weights: sum(_terms(s, g, weights)) / sum(weights.values()))
_squared_lambda = _total(style=lambda p, s, g, weights: _terms(s, g, {n: w * w for n, w in weights.items()}))
_last_layer = _total(style=lambda p, s, g, weights: _terms(s, g, weights)[-1])
_every_layer = _total(style=lambda p, s, g, weights: _terms(s, g, {n: weights.get(n, 1.0) for n in g}))
_plain_style = _total(
    style=lambda p, s, g, weights: [weight * content_cost(s[n], g[n]) for n, weight in weights.items()]
)


def _plain_float(photo, painting, generated, content_layer, weights, alpha, beta):
    return total_cost(photo, painting, generated, content_layer, weights, alpha, beta).item()


def _observed(f, photo, painting, generated, *rest):
    """Return the cost and the gradients that reach the generated maps."""
    for maps in generated.values():
        maps.requires_grad_()
    value = f(photo, painting, generated, *rest)
    if not torch.is_tensor(value) or not value.requires_grad:
        return {"value": value, "gradient": "the number comes without a gradient"}
    gradients = torch.autograd.grad(value, list(generated.values()), allow_unused=True)
    pairs = zip(generated, gradients, strict=True)
    return {
        "value": bare(value),
        "gradient": {name: np.zeros(generated[name].shape) if g is None else g.numpy() for name, g in pairs},
    }


def _expected(photo, painting, generated, layer, weights, alpha, beta):
    """Return J and its gradients from the formulas, in NumPy: the oracle."""
    photo, painting, generated = ({n: m.numpy()[0] for n, m in maps.items()} for maps in (photo, painting, generated))
    gradient = {}
    value = alpha * ((generated[layer] - photo[layer]) ** 2).sum() / 2
    for name, g in generated.items():
        slope = alpha * (g - photo[name]) if name == layer else np.zeros(g.shape)
        if name in weights:
            scale = beta * weights[name] / (2.0 * g.size) ** 2
            difference = np.einsum("kij,mij->km", g, g) - np.einsum("kij,mij->km", painting[name], painting[name])
            value += scale * (difference**2).sum()
            slope = slope + 4 * scale * np.einsum("km,mij->kij", difference, g)
        gradient[name] = slope[None]
    return {"value": float(value), "gradient": gradient}


def _cases():
    """Yield three nets' maps; the content layer is among the style layers or not, and not all layers carry style."""
    rng = np.random.default_rng(444)
    shapes = {"conv1": (1, 2, 4, 6), "conv2": (1, 3, 2, 3), "conv3": (1, 4, 1, 2)}
    settings = (
        ("the content layer carries style too", "conv2", {"conv1": 0.5, "conv2": 0.25}, 1.0, 8.0),
        ("one style layer", "conv1", {"conv3": 2.0}, 3.0, 5.0),
        ("three style layers", "conv3", {"conv1": 0.5, "conv2": 0.3, "conv3": 0.9}, 0.25, 40.0),
        ("content elsewhere than style", "conv1", {"conv2": 1.5, "conv3": 0.7}, 2.0, 0.5),
        ("no style: beta = 0", "conv2", {"conv1": 1.0}, 2.0, 0.0),
        ("no content: alpha = 0", "conv2", {"conv1": 0.4, "conv3": 0.8}, 0.0, 7.0),
    )
    for what, *rest in settings:
        maps = [{name: drawn(rng, *shape) for name, shape in shapes.items()} for _ in range(3)]
        yield Case(what, (*maps, *rest), _expected(*maps, *rest))


TOTAL_COST = Exercise(
    solution=total_cost,
    cases=_cases,
    observe=_observed,
    mistakes={
        _swapped: "alpha and beta are swapped: alpha weighs the content, beta the style.",
        _no_alpha: "alpha is left out: it multiplies the content cost.",
        _no_beta: "beta is left out: it multiplies the style cost.",
        _unweighted: "alpha and beta are left out: they say how much content and style count.",
        _alpha_on_both: "alpha multiplies both: it weighs the content alone.",
        _shares: "You divide by alpha + beta; the weights are used as they are.",
        _content_only: "The style is missing.",
        _style_only: "The content is missing.",
        _subtracted: "The style cost is subtracted: both should become small, so add them.",
        _content_of_painting: "You compare the generated picture's content with the *painting*. Content comes from the "
        "photo.",
        _content_of_inputs: "You compare photo and painting: the *generated* picture is what has to come near.",
        _content_everywhere: "The content counts in all layers: content_layer alone is wanted.",
        _style_of_photo: "You take the style from the *photo*. It comes from the painting.",
        _style_of_inputs: "You compare the styles of painting and photo: the *generated* picture's is what changes.",
        _no_lambda: "The layers' λ are left out: multiply each layer's style cost by its weight.",
        _equal_lambda: "Every layer gets the same weight: use the λ in weights.",
        _averaged: "You divide by the number of layers: the weighted costs are added up.",
        _scaled_lambda: "You divide by the sum of the λ: they are used as they are.",
        _squared_lambda: "The λ are squared; once is enough.",
        _last_layer: "Only one layer's style counts: add them up, `style = style + …` in the loop.",
        _every_layer: "Layers that are not in weights count too: run through weights alone.",
        _plain_style: "You use content_cost for the style: the style compares Gram matrices, with style_cost.",
        _plain_float: "The number is right but comes without a gradient: return the tensor, not .item() or float().",
    },
    hints=(
        "Which pictures does each cost compare? Content: photo and generated. Style: painting and generated.",
        "`for name, weight in weights.items():` adds `weight * style_cost(…[name], …[name])`.",
        "`return alpha * content + beta * style`.",
    ),
    minutes=7,
    difficulty=2,
    points=2,
    changes=("generated",),
)
