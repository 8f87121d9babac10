"""Where one stands in some exercises: how many are passed, the minutes left, a sign, all in words."""


def steps_of(stops) -> list:
    """Return the exercises of several notebooks."""
    return [step for stop in stops for step in stop.steps]


def standing(steps) -> tuple[int, int, int]:
    """Return how many exercises are passed, how many there are, and the minutes of those that are open."""
    return sum(step.passed for step in steps), len(steps), sum(step.minutes for step in steps if not step.passed)


def in_words(steps) -> str:
    """Say where one stands in some exercises: "2 of 5 passed, 1 h 10 min left"."""
    done, total, left = standing(steps)
    return f"{done} of {total} passed" + (f", {duration(left)} left" if left else "")


def duration(minutes: int) -> str:
    """Write minutes as a person does.

    >>> duration(45), duration(120), duration(130)
    ('45 min', '2 h', '2 h 10 min')
    """
    hours, rest = divmod(minutes, 60)
    return " ".join(part for part in (f"{hours} h" * (hours > 0), f"{rest} min" * (rest > 0 or not hours)) if part)


def sign(steps) -> str:
    """Return ✓ when all exercises are passed, ◐ when some are, ○ when none is."""
    done, total, _ = standing(steps)
    return "✓" if done == total else "◐" if done else "○"
