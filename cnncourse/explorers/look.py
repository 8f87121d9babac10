"""How an explorer looks around its picture: JupyterLab's own colours for text, a quiet card, a tidy row of controls."""

from html import escape

STYLE = """<style>
.cnncourse-explorer { border: 1px solid var(--jp-border-color2, #ddd); border-radius: 10px; padding: 12px 16px 12px;
  background: var(--jp-layout-color1, #fff); color: var(--jp-ui-font-color1, #222); overflow: hidden; gap: 4px; box-sizing: border-box; }
.cnncourse-explorer > .widget-html, .cnncourse-explorer > .jupyter-widgets { margin: 2px 0; }
.cnncourse-explorer .widget-html-content { line-height: 1.45; font-size: 14px; color: var(--jp-ui-font-color1, #222); white-space: normal; }
.cnncourse-explorer .cnncourse-title { font-size: 16px; font-weight: 600; }
.cnncourse-explorer .cnncourse-note { font-size: 13px; color: var(--jp-ui-font-color2, #666); }
.cnncourse-explorer .cnncourse-controls { display: flex; flex-flow: row wrap; gap: 4px 18px; align-items: center; overflow: visible; }
.cnncourse-explorer .cnncourse-controls .widget-box { overflow: visible; align-items: center; }
.cnncourse-explorer .cnncourse-controls > * { margin-left: 0; }
.cnncourse-explorer .cnncourse-caption { height: auto; }
.cnncourse-explorer code { font-size: 0.93em; background: var(--jp-layout-color2, #eee); padding: 0 3px; border-radius: 3px; }
.cnncourse-problem { color: var(--jp-error-color1, #bd1f01); font-weight: 600; }
.cnncourse-explorer details pre { font-size: 12px; overflow-x: auto; }
</style>"""


def header_html(title, note):
    """Return the heading of an explorer: its title and one sentence of how to use it."""
    note = f'<div class="cnncourse-note">{note}</div>' if note else ""
    return f'{STYLE}<div class="cnncourse-title">{title}</div>{note}'


def problem_html(problem, trace):
    """Return a red sentence for an exception, its traceback folded below."""
    sentence = escape(f"This picture could not be drawn: {type(problem).__name__}: {problem}")
    return (
        f'<div class="cnncourse-problem" role="alert">{sentence}</div>'
        f"<details><summary>Where it happened</summary><pre>{escape(trace)}</pre></details>"
    )
