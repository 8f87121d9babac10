"""A spot on a picture that follows the pointer, is pinned by a click and walks by the arrow keys.

A spot is (down, right) as shares of the picture's sides, so that it stays when the picture gets other pixels.
"""

from cnncourse.explorers import ARROWS

PINNED = {True: "Pinned: click it again to let go.", False: "Click to pin it here."}


def spot_in(spot, size):
    """Return the (row, column) of a spot in a picture of `size` × `size` pixels.

    >>> spot_in((0.5, 0.999), 4)
    (2, 3)
    """
    return tuple(min(int(share * size), size - 1) for share in spot)


def spot_at(x, y, lefts, top, side):
    """Return the spot under the point (x, y) on one of the equal pictures whose left ends are `lefts`, or None."""
    for left in lefts:
        if left <= x < left + side and top <= y < top + side:
            return (y - top) / side, (x - left) / side
    return None


def moved_spot(event, place, spot, pinned, size):
    """Return what an event changes: `place` is the spot under the pointer, or None off the pictures."""
    if event.kind == "key":
        return _walked(event.key, spot, size)
    if place is None:
        return None
    same = spot_in(place, size) == spot_in(spot, size)
    if event.kind == "click":
        return {"spot": place, "pinned": not (pinned and same)}
    if event.kind == "drag" or (event.kind == "hover" and not pinned):
        return None if same else {"spot": place}
    return None


def _walked(key, spot, size):
    if key not in ARROWS:
        return {"pinned": False}
    moved = [min(max(i + d, 0), size - 1) for i, d in zip(spot_in(spot, size), ARROWS[key], strict=True)]
    return {"spot": tuple((i + 0.5) / size for i in moved), "pinned": True}
