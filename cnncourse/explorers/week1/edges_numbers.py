"""How the explorers of notebook 1.1 write their numbers."""


def short(number):
    """Write a number in at most three figures, a whole one without a point.

    >>> short(0.0), short(-2.0), short(1 / 9), short(-0.70711)
    ('0', '−2', '0.111', '−0.707')
    """
    return f"{number + 0.0 if abs(number) > 1e-9 else 0:.3g}".replace("-", "−")


def decimal(number):
    """Write a number with two decimals; zero has no sign.

    >>> decimal(-0.001), decimal(-1.5)
    ('0.00', '−1.50')
    """
    return f"{round(number, 2) + 0.0:.2f}".replace("-", "−")


def bracketed(words):
    """Put a written number into brackets if it is negative, as a factor or a base needs it.

    >>> bracketed(short(-2.0)), bracketed(short(1))
    ('(−2)', '1')
    """
    return f"({words})" if words.startswith("−") else words
