"""Exercise of notebook 5.1: a direction of latent space along which one trait of faces changes."""

import numpy as np

from cnncourse.exercises.engine import Case, Exercise


def edited_codes(codes, all_codes, has, strength):
    """Return `codes` (M, D), each moved along the direction of a trait by `strength`.

    all_codes (N, D) belong to N pictures; has (N,) is True for those with the trait. The
    direction leads from the mean code of the pictures without it to the mean code of those
    with it; strength 1 goes the whole way, −1 the same way back. `codes` stays as it came.
    """
    direction = all_codes[has].mean(axis=0) - all_codes[~has].mean(axis=0)
    return codes + strength * direction


def _direction(all_codes, has):
    return all_codes[has].mean(0) - all_codes[~has].mean(0)


def _backwards(codes, all_codes, has, strength):
    return codes - strength * _direction(all_codes, has)


def _from_everybody(codes, all_codes, has, strength):
    return codes + strength * (all_codes[has].mean(0) - all_codes.mean(0))


def _from_zero(codes, all_codes, has, strength):
    return codes + strength * all_codes[has].mean(0)


def _without_strength(codes, all_codes, has, strength):
    return codes + _direction(all_codes, has)


def _to_length_one(codes, all_codes, has, strength):
    direction = _direction(all_codes, has)
    return codes + strength * direction / (np.linalg.norm(direction) + 1e-12)


def _sums(codes, all_codes, has, strength):
    return codes + strength * (all_codes[has].sum(0) - all_codes[~has].sum(0))


def _one_count(codes, all_codes, has, strength):
    return codes + strength * (all_codes[has].sum(0) - all_codes[~has].sum(0)) / len(all_codes)


def _medians(codes, all_codes, has, strength):
    return codes + strength * (np.median(all_codes[has], 0) - np.median(all_codes[~has], 0))


def _first_pair(codes, all_codes, has, strength):
    return codes + strength * (all_codes[has][0] - all_codes[~has][0])


def _over_numbers(codes, all_codes, has, strength):
    return codes + strength * (all_codes[has].mean() - all_codes[~has].mean())


def _interpolated(codes, all_codes, has, strength):
    return (1 - strength) * codes + strength * all_codes[has].mean(0)


def _direction_alone(codes, all_codes, has, strength):
    return np.broadcast_to(strength * _direction(all_codes, has), codes.shape)


def _from_the_mean(codes, all_codes, has, strength):
    return np.broadcast_to(all_codes.mean(0) + strength * _direction(all_codes, has), codes.shape)


def _signs(codes, all_codes, has, strength):
    return codes + strength * np.sign(_direction(all_codes, has))


def _largest_alone(codes, all_codes, has, strength):
    direction = _direction(all_codes, has)
    kept = np.where(np.abs(direction) == np.abs(direction).max(), direction, 0)
    return codes + strength * kept


def _strength_of_size(codes, all_codes, has, strength):
    return codes + abs(strength) * _direction(all_codes, has)


def _multiplied(codes, all_codes, has, strength):
    return codes * (1 + strength * _direction(all_codes, has))


def _means_of_the_edited(codes, all_codes, has, strength):
    return codes.mean(0, keepdims=True) + strength * _direction(all_codes, has)


def _in_place(codes, all_codes, has, strength):
    codes += strength * _direction(all_codes, has)
    return codes


def _expected(codes, all_codes, has, strength):
    M, D = codes.shape
    out = np.empty((M, D))
    for d in range(D):
        on = [row[d] for row, yes in zip(all_codes, has, strict=True) if yes]
        off = [row[d] for row, yes in zip(all_codes, has, strict=True) if not yes]
        for m in range(M):
            out[m, d] = codes[m, d] + strength * (sum(on) / len(on) - sum(off) / len(off))
    return out


def _cases():
    codes, others = np.array([[1.0, 1.0]]), np.array([[0.0, 0.0], [4.0, 2.0], [6.0, 0.0], [0.0, 3.0], [2.0, 0.0]])
    has = np.array([False, True, True, False, False])
    yield Case("5 − ⅔ and 1 − 1 are the direction", (codes, others, has, 1.0), np.array([[1 + 13 / 3, 1.0]]))
    rng = np.random.default_rng(514)
    for count, number, D, strength in ((2, 9, 3, 0.5), (3, 12, 5, -1.0), (1, 7, 2, 2.5), (4, 8, 4, 0.0)):
        codes, others = rng.normal(0, 1, (count, D)).round(2), rng.normal(0, 1, (number, D)).round(2)
        has = np.arange(number) % 4 == 1
        words = f"{count} codes of {D} numbers, strength {strength:g}"
        yield Case(words, (codes, others, has, strength), _expected(codes, others, has, strength))


EDITED_CODES = Exercise(
    solution=edited_codes,
    cases=_cases,
    mistakes={
        _backwards: "You go the wrong way: the direction leads from pictures without the trait to those with it.",
        _from_everybody: "You start from the mean of everybody. Start from the mean of the pictures *without* the "
        "trait.",
        _from_zero: "You add the mean code of the pictures with the trait. What they share with all others goes "
        "along with it: take the mean of the others away.",
        _without_strength: "`strength` is ignored.",
        _to_length_one: "You scale the direction to length 1: strength 1 should go the whole way between the means.",
        _sums: "You subtract sums: groups differ in size, so take means.",
        _one_count: "You divide both sums by the number of all pictures: each group has its own mean.",
        _medians: "You take medians: means are wanted.",
        _first_pair: "You compare one picture with one other: the direction leads from mean to mean.",
        _over_numbers: "You take one mean over all numbers of the codes: a direction has D numbers, axis=0.",
        _interpolated: "You move the codes towards the mean of the group, which makes everybody alike. Add the "
        "direction.",
        _direction_alone: "You return the way alone: add it to `codes`.",
        _from_the_mean: "You start from the mean code of all pictures: start from each of `codes`.",
        _signs: "You keep only the direction's signs: how far each number goes matters.",
        _largest_alone: "You move the one number that changes most: all of them move.",
        _strength_of_size: "A negative strength goes the way back: do not take its absolute value.",
        _multiplied: "You multiply: a way is added.",
        _means_of_the_edited: "All given codes become one: each keeps its own numbers.",
        _in_place: "You change `codes` itself: with += the learner's own codes are moved. Return new ones.",
    },
    hints=(
        "`all_codes[has]` are the codes of the pictures with the trait, `all_codes[~has]` those without.",
        "Means over pictures are `.mean(axis=0)`; the direction is their difference.",
        "`codes + strength * direction`.",
    ),
    minutes=6,
    difficulty=1,
    points=1,
)
