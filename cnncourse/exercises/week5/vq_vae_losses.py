"""Exercise of notebook 5.2: two losses with the same number that move different things."""

import numpy as np
import torch

from cnncourse.exercises.engine import Case, Exercise
from cnncourse.exercises.week4.style_transfer_observed import bare
from cnncourse.exercises.week5.vae_observed import NOTHING, drawn, gradients

LOSSES = ("codebook loss", "commitment loss")


def quantiser_losses(vectors, quantised, beta):
    """Return (codebook loss, commitment loss), two tensors of one number each.

    Both hold the mean squared difference of vectors (N, D), from the encoder, and
    quantised (N, D), their nearest codes; the mean is over all N·D numbers. The codebook
    loss moves only the codes towards the vectors. The commitment loss, times beta, moves
    only the vectors.
    """
    codebook = ((quantised - vectors.detach()) ** 2).mean()
    commitment = beta * ((vectors - quantised.detach()) ** 2).mean()
    return codebook, commitment


def _exchanged_stops(vectors, quantised, beta):
    return ((quantised.detach() - vectors) ** 2).mean(), beta * ((vectors.detach() - quantised) ** 2).mean()


def _exchanged(vectors, quantised, beta):
    codebook, commitment = quantiser_losses(vectors, quantised, beta)
    return commitment, codebook


def _no_stops(vectors, quantised, beta):
    same = ((vectors - quantised) ** 2).mean()
    return same, beta * same


def _codebook_moves_both(vectors, quantised, beta):
    return ((quantised - vectors) ** 2).mean(), beta * ((vectors - quantised.detach()) ** 2).mean()


def _commitment_moves_both(vectors, quantised, beta):
    return ((quantised - vectors.detach()) ** 2).mean(), beta * ((vectors - quantised) ** 2).mean()


def _all_stopped(vectors, quantised, beta):
    same = ((vectors.detach() - quantised.detach()) ** 2).mean()
    return same, beta * same


def _python_numbers(vectors, quantised, beta):
    return tuple(loss.item() for loss in quantiser_losses(vectors, quantised, beta))


def _codebook_twice(vectors, quantised, beta):
    same = ((quantised - vectors.detach()) ** 2).mean()
    return same, beta * same


def _commitment_twice(vectors, quantised, beta):
    same = ((vectors - quantised.detach()) ** 2).mean()
    return same, beta * same


def _difference_stopped(vectors, quantised, beta):
    codebook = (quantised - vectors).detach() ** 2
    return codebook.mean(), beta * ((vectors - quantised.detach()) ** 2).mean()


def _beta_on_codebook(vectors, quantised, beta):
    return beta * ((quantised - vectors.detach()) ** 2).mean(), ((vectors - quantised.detach()) ** 2).mean()


def _beta_on_both(vectors, quantised, beta):
    return beta * ((quantised - vectors.detach()) ** 2).mean(), beta * ((vectors - quantised.detach()) ** 2).mean()


def _without_beta(vectors, quantised, beta):
    return ((quantised - vectors.detach()) ** 2).mean(), ((vectors - quantised.detach()) ** 2).mean()


def _beta_squared(vectors, quantised, beta):
    codebook, commitment = quantiser_losses(vectors, quantised, beta)
    return codebook, beta * commitment


def _sums(vectors, quantised, beta):
    return ((quantised - vectors.detach()) ** 2).sum(), beta * ((vectors - quantised.detach()) ** 2).sum()


def _mean_over_vectors(vectors, quantised, beta):
    codebook, commitment = quantiser_losses(vectors, quantised, beta)
    return codebook * vectors.shape[1], commitment * vectors.shape[1]


def _absolute(vectors, quantised, beta):
    return (quantised - vectors.detach()).abs().mean(), beta * (vectors - quantised.detach()).abs().mean()


def _rooted(vectors, quantised, beta):
    codebook, commitment = quantiser_losses(vectors, quantised, beta)
    return (codebook + 1e-12).sqrt(), beta * ((commitment / beta) + 1e-12).sqrt()


def _halved(vectors, quantised, beta):
    codebook, commitment = quantiser_losses(vectors, quantised, beta)
    return codebook / 2, commitment / 2


def _added(vectors, quantised, beta):
    return sum(quantiser_losses(vectors, quantised, beta))


def _per_number(vectors, quantised, beta):
    return (quantised - vectors.detach()) ** 2, beta * (vectors - quantised.detach()) ** 2


def _observe(f, vectors, quantised, beta):
    """Return the two numbers, and what each moves: its gradient to the vectors and to the codes."""
    watched = [vectors.requires_grad_(), quantised.requires_grad_()]
    losses = f(vectors, quantised, beta)
    if not isinstance(losses, (tuple, list)) or len(losses) != 2:
        return bare(losses) if torch.is_tensor(losses) else losses
    named = zip(LOSSES, losses, strict=True)
    return tuple(
        _seen(name, bare(loss) if torch.is_tensor(loss) else loss, *gradients(loss, watched)) for name, loss in named
    )


def _seen(name, value, to_vectors, to_codes):
    return {name: value, f"the {name}'s gradient to vectors": to_vectors, f"the {name}'s gradient to codes": to_codes}


def _expected(vectors, quantised, beta):
    """Return both losses and their gradients, number by number: the oracle."""
    v, q = vectors.numpy(), quantised.numpy()
    size = v.size
    loss = sum((float(a) - float(b)) ** 2 for a, b in zip(v.ravel(), q.ravel(), strict=True)) / size
    return _both(loss, 2 * (q - v) / size, beta * loss, 2 * beta * (v - q) / size)


def _both(codebook_loss, to_codes, commitment_loss, to_vectors):
    return (
        _seen(LOSSES[0], np.float64(codebook_loss), NOTHING, to_codes),
        _seen(LOSSES[1], np.float64(commitment_loss), to_vectors, NOTHING),
    )


def _cases():
    hand = torch.tensor([[1.0, 3.0]], dtype=torch.float64), torch.tensor([[1.0, 1.0]], dtype=torch.float64), 0.25
    by_hand = _both(2, np.array([[0.0, -2.0]]), 0.5, np.array([[0.0, 0.5]]))
    yield Case("(0² + 2²) / 2 = 2, and a quarter of it", hand, by_hand)
    rng = np.random.default_rng(523)
    for shape, beta in (((3, 2), 0.25), ((2, 5), 2.0), ((4, 1), 0.5), ((1, 3), 1.0)):
        arguments = drawn(rng, *shape), drawn(rng, *shape), beta
        yield Case(f"vectors of shape {shape}, β = {beta:g}", arguments, _expected(*arguments))


QUANTISER_LOSSES = Exercise(
    solution=quantiser_losses,
    cases=_cases,
    observe=_observe,
    mistakes={
        _exchanged_stops: "Both stop-gradients stand on the wrong side: the codebook loss must stop at the vectors.",
        _exchanged: "The two losses are exchanged: the codebook loss comes first.",
        _no_stops: "Without detach() each loss moves vectors and codes alike.",
        _codebook_moves_both: "The codebook loss moves the vectors as well: detach them there.",
        _commitment_moves_both: "The commitment loss moves the codes as well: detach them there.",
        _all_stopped: "Both sides are detached: nothing learns.",
        _python_numbers: "The numbers are right, but Python numbers let no gradient flow: return the tensors.",
        _codebook_twice: "Both losses move the codes: nothing keeps the encoder near its codes.",
        _commitment_twice: "Both losses move the vectors: the codebook never learns.",
        _difference_stopped: "In the codebook loss the whole difference is detached: detach the vectors alone.",
        _beta_on_codebook: "β stands at the codebook loss: it weighs the commitment.",
        _beta_on_both: "β weighs the commitment loss alone.",
        _without_beta: "β is missing at the commitment loss.",
        _beta_squared: "β is squared: it stands outside the square.",
        _sums: "You add the squares up: the mean over all N·D numbers is wanted.",
        _mean_over_vectors: "You divide by the number of vectors alone: the mean is over all N·D numbers.",
        _absolute: "You take absolute differences: squares are wanted.",
        _rooted: "You take a root: the mean of the squares itself is wanted.",
        _halved: "There is no ½ here: the mean of the squares itself is wanted.",
        _added: "You return the sum: the two losses are wanted as a pair.",
        _per_number: "The mean is missing: each loss is one number.",
    },
    hints=(
        "Both losses are ((vectors − quantised)²).mean(); what differs is which side is detached.",
        "What a loss should not move, it must not see: the codebook loss gets `vectors.detach()`.",
        "`beta * ((vectors - quantised.detach()) ** 2).mean()` is the second one.",
    ),
    minutes=8,
    difficulty=2,
    points=2,
    returns=LOSSES,
)
