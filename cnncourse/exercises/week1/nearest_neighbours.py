"""Exercises of notebook 1.5: all distances at once, the vote of the nearest, and k chosen on held-out data."""

import numpy as np

from cnncourse.convolution import predict_labels
from cnncourse.exercises.engine import Case, Exercise


def distance_matrix(queries, points):
    """Return the Euclidean distance of every query to every point, without a Python loop.

    queries has shape (Q, D), points (P, D); the result has shape (Q, P). Use
    ‖q − p‖² = ‖q‖² + ‖p‖² − 2 q·p, whose last term is one matrix product for all pairs.
    Rounding can make a distance that should be 0 a tiny negative before the root is
    taken: no NaN may come out.

    Example: queries [[0, 0]], points [[3, 4], [0, 2]] gives [[5, 2]].
    """
    squares = (queries**2).sum(axis=1)[:, None] + (points**2).sum(axis=1)[None, :]
    squares = squares - 2 * queries @ points.T
    return np.sqrt(np.maximum(squares, 0))


def _no_cross_term(queries, points):
    return np.sqrt((queries**2).sum(axis=1)[:, None] + (points**2).sum(axis=1)[None, :])


def _root_of_negative(queries, points):
    squares = (queries**2).sum(axis=1)[:, None] + (points**2).sum(axis=1)[None, :] - 2 * queries @ points.T
    return np.sqrt(squares)


def _no_root(queries, points):
    return distance_matrix(queries, points) ** 2


def _cross_term_once(queries, points):
    squares = (queries**2).sum(axis=1)[:, None] + (points**2).sum(axis=1)[None, :] - queries @ points.T
    return np.sqrt(np.maximum(squares, 0))


def _points_by_queries(queries, points):
    return distance_matrix(points, queries)


def _city_block(queries, points):
    return np.abs(queries[:, None, :] - points[None, :, :]).sum(axis=2)


def _row_by_row(queries, points):
    """Return the distances by two plain loops: the oracle."""
    return np.array([[sum((a - b) ** 2 for a, b in zip(q, p, strict=True)) ** 0.5 for p in points] for q in queries])


def _distance_cases():
    yield Case(
        "one query at the origin", (np.zeros((1, 2)), np.array([[3.0, 4.0], [0.0, 2.0]])), np.array([[5.0, 2.0]])
    )
    queries, points = np.array([[1.0, 2.0], [4.0, 6.0], [1.0, 3.0]]), np.array([[1.0, 2.0], [4.0, 2.0]])
    yield Case("three queries, two points", (queries, points), np.array([[0.0, 3.0], [5.0, 4.0], [1.0, 10**0.5]]))
    rng = np.random.default_rng(3)
    for Q, P, D in ((4, 7, 3), (6, 2, 5), (1, 3, 1), (5, 5, 9), (3, 1, 4)):
        queries, points = rng.normal(size=(Q, D)), rng.normal(size=(P, D))
        yield Case(f"{Q} queries, {P} points, {D} numbers each", (queries, points), _row_by_row(queries, points))
    same = rng.normal(size=(40, 60)) + 3
    yield Case("points to themselves: rounding must not make a NaN", (same, same.copy()), _row_by_row(same, same))


def vote(distances, labels, k):
    """Return, for every query, the label that most of its k nearest points carry.

    distances has shape (Q, P), labels (P,); the result has shape (Q,). When several
    labels get the same number of votes, the one whose point lies nearest wins.

    Example: distances [[3, 1, 2]] and labels [7, 4, 9] with k = 1 gives [4]; with k = 3
    every label has one vote, so the nearest decides: [4] again.
    """
    winners = []
    for row in distances:
        nearest = labels[np.argsort(row, kind="stable")[:k]]
        counts = [(nearest == label).sum() for label in nearest]
        winners.append(nearest[np.argmax(counts)])
    return np.array(winners)


def _ties_by_label_number(distances, labels, k):
    nearest = labels[np.argsort(distances, axis=1, kind="stable")[:, :k]]
    return np.array([np.bincount(row).argmax() for row in nearest])


def _farthest(distances, labels, k):
    return vote(-distances, labels, k)


def _nearest_alone(distances, labels, k):
    return vote(distances, labels, 1)


def _nearer_counts_more(distances, labels, k):
    winners = []
    for row in distances:
        nearest = np.argsort(row, kind="stable")[:k]
        weights = [(labels[nearest] == labels[i]) @ (1 / row[nearest]) for i in nearest]
        winners.append(labels[nearest[np.argmax(weights)]])
    return np.array(winners)


def _mean_label(distances, labels, k):
    return np.rint(labels[np.argsort(distances, axis=1)[:, :k]].mean(axis=1)).astype(int)


def _all_vote(distances, labels, k):
    return vote(distances, labels, len(labels))


def _indices(distances, labels, k):
    return np.array([np.argsort(row, kind="stable")[:k][0] for row in distances])


def _count_by_hand(distances, labels, k):
    """Return the winners by counting in plain Python: the oracle."""
    winners = []
    for row in distances.tolist():
        ranked = [int(labels[i]) for _, i in sorted((distance, i) for i, distance in enumerate(row))][:k]
        most = max(ranked.count(label) for label in ranked)
        winners.append(next(label for label in ranked if ranked.count(label) == most))
    return np.array(winners)


def _vote_cases():
    distances = np.array([[3.0, 1.0, 2.0, 5.0, 4.0]])
    labels = np.array([7, 4, 9, 7, 7])
    for k, winner in ((1, 4), (3, 4), (4, 7), (5, 7)):
        yield Case(f"one query, k = {k}", (distances, labels, k), np.array([winner]))
    two = np.array([[1.0, 2.0, 3.0, 4.0], [4.0, 3.0, 2.0, 1.0]])
    yield Case("two queries, a tie of two against two", (two, np.array([5, 2, 2, 5]), 4), np.array([5, 5]))
    rng = np.random.default_rng(11)
    for Q, P, k in ((6, 9, 3), (4, 15, 5), (8, 11, 4), (5, 6, 1), (3, 12, 12)):
        arguments = rng.permuted(np.tile(np.arange(4, P + 4) * 0.5, (Q, 1)), axis=1), rng.integers(0, 4, P), k
        yield Case(f"{Q} queries, {P} points, k = {k}", arguments, _count_by_hand(*arguments))


def choose_k(points, labels, held_out, held_out_labels, candidates):
    """Return the k among candidates that labels the held-out points best.

    points (P, D) and labels (P,) are what the method knows; held_out (V, D) and
    held_out_labels (V,) were kept aside. `predict_labels(queries, points, labels, k)`
    gives the labels; count how many are right. Of equally good k, the smallest wins.

    Example: when k = 1 gets 8 of 10 held-out points right, k = 3 gets 9 and k = 5 gets 9,
    the answer is 3.
    """
    best, best_right = None, -1
    for k in sorted(candidates):
        right = (predict_labels(held_out, points, labels, k) == held_out_labels).sum()
        if right > best_right:
            best, best_right = k, right
    return best


def _on_the_known_points(points, labels, held_out, held_out_labels, candidates):
    return choose_k(points, labels, points, labels, candidates)


def _fewest_right(points, labels, held_out, held_out_labels, candidates):
    rights = {k: (predict_labels(held_out, points, labels, k) == held_out_labels).sum() for k in sorted(candidates)}
    return min(rights, key=rights.get)


def _largest_of_equals(points, labels, held_out, held_out_labels, candidates):
    rights = {k: (predict_labels(held_out, points, labels, k) == held_out_labels).sum() for k in candidates}
    return max(rights, key=lambda k: (rights[k], k))


def _first_of_equals(points, labels, held_out, held_out_labels, candidates):
    rights = [(predict_labels(held_out, points, labels, k) == held_out_labels).sum() for k in candidates]
    return candidates[int(np.argmax(rights))]


def _place_in_the_list(points, labels, held_out, held_out_labels, candidates):
    return candidates.index(choose_k(points, labels, held_out, held_out_labels, candidates))


def _the_count(points, labels, held_out, held_out_labels, candidates):
    return int(max((predict_labels(held_out, points, labels, k) == held_out_labels).sum() for k in candidates))


def _known_and_held_out_swapped(points, labels, held_out, held_out_labels, candidates):
    return choose_k(held_out, held_out_labels, points, labels, candidates)


def _best_by_loops(points, labels, held_out, held_out_labels, candidates):
    """Return the best k through the loops of the other oracles."""
    distances = _row_by_row(held_out, points)
    rights = [(_count_by_hand(distances, labels, k) == held_out_labels).sum() for k in sorted(candidates)]
    return sorted(candidates)[int(np.argmax(rights))]


def _clouds(rng, count, spread):
    labels = rng.integers(0, 3, count)
    return rng.normal(size=(count, 2)) * spread + np.array([[0, 0], [2, 1], [0, 2.5]])[labels], labels


def _k_cases():
    line, colours = np.array([[0.0], [1.0], [2.0], [3.0], [10.0]]), np.array([0, 1, 0, 0, 1])
    yield Case(
        "k = 3 overrules the odd one out", (line, colours, np.array([[1.1], [0.9]]), np.array([0, 0]), [1, 3]), 3
    )
    yield Case("equally good: the smallest", (line, colours, np.array([[9.0], [3.1]]), np.array([1, 0]), [1, 2]), 1)
    first_tells = np.array([[1.1], [3.1]]), np.array([0, 0])
    yield Case("the first held-out point tells k = 3 from k = 1", (line, colours, *first_tells, [1, 3]), 3)
    rng = np.random.default_rng(20)
    for seed, candidates in enumerate(([1, 3, 5, 9, 15], [9, 1, 5], [2, 4, 8, 16], [1, 7, 13, 21], [21, 15, 3, 1])):
        known, kept = _clouds(rng, 30 + seed, 1.3), _clouds(rng, 21 + 2 * seed, 1.3)
        arguments = (*known, *kept, candidates)
        yield Case(f"three clouds, candidates {candidates}", arguments, _best_by_loops(*arguments))


EXERCISES = [
    Exercise(
        solution=distance_matrix,
        cases=_distance_cases,
        mistakes={
            _no_cross_term: "The cross term −2 q·p is missing: without it every point looks as if it stood at a right "
            "angle to the query, and no distance is ever 0.",
            _root_of_negative: "A point and itself give NaN: rounding leaves a tiny negative number under the root. "
            "Cut the squares off at 0 before you take it.",
            _no_root: "These are squared distances: the root is still to be taken.",
            _cross_term_once: "The cross term stands in ‖q‖² + ‖p‖² − 2 q·p twice; yours counts it once.",
            _points_by_queries: "The table lies on its side: one row per query and one column per point is wanted.",
            _city_block: "You add up |q − p| along the axes (the city-block distance); Euclidean distance is the root "
            "of the sum of squares.",
        },
        hints=(
            "`(queries**2).sum(axis=1)` is ‖q‖² of every query, shape (Q,). Which axis makes it meet the points' (P,)?",
            "`queries @ points.T` has shape (Q, P): every q·p at once.",
            "`np.maximum(squares, 0)` before `np.sqrt` keeps rounding from becoming NaN.",
        ),
        minutes=10,
        difficulty=2,
        points=2,
        tolerance=1e-5,
    ),
    Exercise(
        solution=vote,
        cases=_vote_cases,
        mistakes={
            _ties_by_label_number: "Ties go to the smallest label number here (as with np.bincount(…).argmax()). A "
            "label's number means nothing: let the nearest of the tied points decide.",
            _farthest: "The farthest points vote: your order is descending; np.argsort puts the smallest first.",
            _nearest_alone: "Only the nearest point decides, whatever k is: let all k vote.",
            _nearer_counts_more: "Your votes are weighed by nearness (1 / distance). That is a variant of its own; "
            "here each of the k points has one vote, and distance decides only a tie.",
            _mean_label: "You take the mean of the labels. Labels are names, not amounts: between a 3 and a 9 there is "
            "no 6. Count votes instead.",
            _all_vote: "All points vote, not only the k nearest: cut the order off after k.",
            _indices: "These are positions of points, not labels: look the labels up with them.",
        },
        hints=(
            "For one query: `np.argsort(row)` lists the points from near to far; the first k of `labels[…]` vote.",
            "Count for each of the k labels how often it occurs among the k; take the first with the highest count.",
            "Because the k labels stand in order of distance, `np.argmax` of those counts gives the nearest of a tie.",
        ),
        minutes=12,
        difficulty=2,
        points=2,
    ),
    Exercise(
        solution=choose_k,
        cases=_k_cases,
        mistakes={
            _on_the_known_points: "You measure on the points the method already knows. There the nearest neighbour of "
            "a point is the point itself, so k = 1 always wins: measure on the held-out points.",
            _fewest_right: "This k has the fewest right answers (or the lowest error was mistaken for the lowest "
            "count): look for the most.",
            _largest_of_equals: "Of equally good k you take the largest; the smallest was asked for.",
            _first_of_equals: "Of equally good k you take the one that stands first in the list; the smallest was "
            "asked for, and the list need not be in order.",
            _place_in_the_list: "That is the best k's place in the list (np.argmax gives places): return the candidate "
            "that stands there.",
            _the_count: "That is how many are right, not which k did it.",
            _known_and_held_out_swapped: "Known and held-out points are swapped: the held-out ones are the queries.",
        },
        hints=(
            "Loop over the candidates in ascending order and keep the best so far.",
            "`(predict_labels(held_out, points, labels, k) == held_out_labels).sum()` counts the right ones.",
            "Replace the best only when the new count is larger, not when it is equal: so the smallest k stays.",
        ),
        minutes=8,
        difficulty=1,
    ),
]
