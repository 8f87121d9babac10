"""The course map as HTML: links to notebooks, a sign and words for every state, bars that only repeat the words."""

from html import escape

from cnncourse.exercises.card import BOX, FAINT, INK, LINE, NEUTRAL, SIGNS
from cnncourse.exercises.map_words import duration, in_words, sign, standing, steps_of

CELL = "text-align:left;vertical-align:top;padding:2px 14px 2px 0;font-size:13px"
GRID = f"border-collapse:collapse;color:{INK};margin:6px 0"


def course_html(course) -> str:
    """Return every notebook of the course, week by week, and where to go on."""
    rows = []
    for week, title, steps in course.weeks:
        heading = f"<b>{escape(title)}</b>"
        rows += [_row(heading, steps, tag="th")] * (week > 0)
        rows += [_row(_link(course, stop), stop.steps) for stop in course.stops if stop.week == week]
    total = in_words(steps_of(course.stops))
    return _box(f"The course: {total}", _going_on(course), _grid(rows), course.note)


def notebook_html(course) -> str:
    """Return the exercises of one notebook, the next notebook, and a bar for each week."""
    stop, following = course.shown, course.following
    following = f"Next: {_link(course, following)}" if following else "This is the last notebook."
    weeks = [_row(escape(title), steps) for week, title, steps in course.weeks if week]
    title = f"{stop.title}: {in_words(stop.steps)}"
    return _box(title, _grid(map(_step_row, stop.steps)), following, _grid(weeks), course.note)


def _going_on(course):
    going = course.go_on()
    if going is None:
        return "All of it is passed."
    stop, step = going
    return f"Go on with <code>{step.name}</code> in {_link(course, stop)}."


def _step_row(step):
    state = _sign("✓", "passed") if step.passed else _sign("○", "open")
    todo = "" if step.passed else f"{duration(step.minutes)}; the cell that begins <code>def {step.name}</code>"
    return _cells(state, f"<code>{step.name}</code>", todo)


def _row(title, steps, tag="td"):
    done, total, left = standing(steps)
    left = f"{duration(left)} left" if left else ""
    return _cells(title, _sign(sign(steps), f"{done} of {total} passed") + _bar(done, total), left, tag=tag)


def _sign(mark, words):
    colour = SIGNS["passed"][2] if mark == "✓" else FAINT
    mark = f'<span style="color:{colour};font-weight:700" aria-hidden="true">{mark}</span>'
    return f'{mark} <span style="white-space:nowrap">{words}</span>'


def _bar(done, total):
    filled = f"width:{100 * done // max(total, 1)}%;height:100%;background:{SIGNS['passed'][2]}"
    frame = f"width:90px;height:7px;margin:1px 0 4px;border:1px solid {LINE};border-radius:5px;overflow:hidden"
    return f'<div style="{frame}" aria-hidden="true"><div style="{filled}"></div></div>'


def _link(course, stop):
    if stop == course.shown:
        return escape(stop.title)
    return f'<a href="{escape(course.link(stop))}" style="text-decoration:underline">{escape(stop.title)}</a>'


def _cells(*contents, tag="td"):
    first, *rest = contents
    scope = ' scope="row"' if tag == "th" else ""
    head = f'<{tag} style="{CELL}"{scope}>{first}</{tag}>'
    others = "".join(f'<td style="{CELL}">{content}</td>' for content in rest)
    return f"<tr>{head}{others}</tr>"


def _grid(rows):
    return f'<table style="{GRID}">{"".join(rows)}</table>'


def _box(title, *parts):
    inside = "".join(part if part.startswith("<table") else f"<div>{part}</div>" for part in parts if part)
    heading = f'<div style="font-weight:600">{escape(title)}</div>'
    return f'<div style="{BOX}{NEUTRAL};overflow-x:auto">{heading}{inside}</div>'
