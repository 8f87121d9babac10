"""How an explorer looks around its picture: JupyterLab's own colours for text, a quiet card, a tidy row of controls."""

from html import escape
from pathlib import Path

STYLE = f"<style>{Path(__file__).with_name('explorer.css').read_text()}</style>"


def header_html(title, note):
    """Return the heading of an explorer: its title and one sentence of how to use it."""
    note = f'<div class="cnncourse-note">{note}</div>' if note else ""
    return f'{STYLE}<div class="cnncourse-title">{title}</div>{note}'


def problem_html(problem, trace):
    """Return a red sentence for an exception, its traceback folded below."""
    kind = "" if isinstance(problem, ValueError) else f" ({type(problem).__name__})"
    sentence = escape(f"The picture could not be drawn{kind}: {problem}")
    return (
        f'<div class="cnncourse-problem" role="alert">{sentence}</div>'
        f"<details><summary>Where it happened</summary><pre>{escape(trace)}</pre></details>"
    )
