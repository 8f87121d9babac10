"""The module explorer: an Inception module assembled branch by branch, and what it costs with and without its 1×1s."""

import ipywidgets as widgets

from cnncourse.explorers import ARROWS, Explorer, scale_for
from cnncourse.explorers.week2.one_by_one_and_inception_counts import MODULES, WIDTHS, Widths, branches_of, naive_of
from cnncourse.explorers.week2.one_by_one_and_inception_module_picture import ROWS, WIDTH, draw

SCALE = scale_for(WIDTH)
SWITCHES = ("one", "three", "five", "pool")
SLIDERS = {  # in rows of three, as they stand side by side
    "ones": "1×1",
    "threes_before": "1×1 before 3×3",
    "fives_before": "1×1 before 5×5",
    "pooled": "1×1 after pooling",
    "threes": "3×3",
    "fives": "5×5",
}


def inception_builder(**start):
    """Show an Inception module to assemble; `start` sets module, the four switches and the widths by name."""
    controls = _controls()
    explorer = Explorer(
        render,
        controls,
        title="An Inception module, branch by branch",
        note="Click a branch, or choose it with ↑ ↓ and press Enter, to take it out or put it in; ← → change its maps.",
        alt=alt,
        caption=caption,
        pointer=pointer,
        state={"chosen": 0},
        scale=SCALE,
    )
    controls["module"].observe(lambda change: _take_widths(explorer, change.new), "value")
    explorer.set(**start)
    return explorer


def render(*, chosen, **state):
    """Draw the branches, the output and the costs."""
    sizes = sizes_of(state)
    return draw(sizes, branches_of(sizes), naive_of(sizes), switches_of(state), chosen, SCALE)


def caption(*, chosen, **state):
    """Add the channels, and say what the 1×1 convolutions save."""
    sizes, on = sizes_of(state), switches_of(state)
    branches = [branch for branch, is_on in zip(branches_of(sizes), on, strict=True) if is_on]
    naive = [branch for branch, is_on in zip(naive_of(sizes), on, strict=True) if is_on]
    if not branches:
        return "All four branches are taken out: nothing is left to put one behind the other."
    side = sizes.side
    total, cost, weights = (sum(getattr(b, name) for b in branches) for name in ("maps", "cost", "weights"))
    bare, bare_cost = sum(branch.maps for branch in naive), sum(branch.cost for branch in naive)
    added = " + ".join(str(branch.maps) for branch in branches)
    share = f", {bare_cost / cost:.1f} times as many" if bare_cost else ""
    without = (
        f" Without the 1×1 convolutions in front and after the pooling it would be {bare} channel{'s' * (bare > 1)} "
        f"and {bare_cost:,} multiplications{share}."
    )
    return (
        f"{added}{' = ' + str(total) if len(branches) > 1 else ''} channel{'s' * (total > 1)}: {side} × {side} × "
        f"{sizes.channels} → <b>{side} × {side} × {total}</b>, with {weights:,} weights and {cost:,} "
        f"multiplications.{without if (bare, bare_cost) != (total, cost) else ''}"
    )


def alt(*, chosen, **state):
    """Describe the picture in words."""
    sizes, on = sizes_of(state), switches_of(state)
    maps = [str(branch.maps) for branch, is_on in zip(branches_of(sizes), on, strict=True) if is_on]
    return f"{len(maps)} branches of an Inception module side by side, with {', '.join(maps) or 'no'} channels."


def pointer(event, *, chosen, **state):
    """Switch a branch by click or Enter; choose one by ↑ ↓; change its width by ← →."""
    if event.kind == "click":
        row = next((number for number, (top, bottom) in enumerate(ROWS) if top <= event.y < bottom), None)
        return None if row is None else {"chosen": row, SWITCHES[row]: not state[SWITCHES[row]]}
    if event.kind != "key":
        return None
    if event.key in ("Enter", " "):
        return {SWITCHES[chosen]: not state[SWITCHES[chosen]]}
    down, right = ARROWS.get(event.key, (0, 0))
    if down:
        return {"chosen": (chosen + down) % len(SWITCHES)}
    width = ("ones", "threes", "fives", "pooled")[chosen]
    return {width: min(max(state[width] + 8 * right, 1), 384)}


def sizes_of(state):
    """Return the Widths of a state."""
    side, channels = MODULES[state["module"]]
    return Widths(side, channels, **{name: state[name] for name in Widths.NAMES})


def switches_of(state):
    """Return which of the four branches are in."""
    return tuple(state[name] for name in SWITCHES)


def _take_widths(explorer, module):
    explorer.set(**dict(zip(Widths.NAMES, WIDTHS[module], strict=True)))


def _controls():
    narrow, box = widgets.Layout(width="250px"), widgets.Layout(width="96px")
    labels = dict(zip(SWITCHES, ("1×1", "3×3", "5×5", "pooling"), strict=True))
    first = dict(zip(Widths.NAMES, WIDTHS[next(iter(MODULES))], strict=True))
    return {
        "module": widgets.Dropdown(options=list(MODULES), description="widths of module", layout=narrow),
        **{name: widgets.Checkbox(True, description=text, indent=False, layout=box) for name, text in labels.items()},
        **{
            name: widgets.IntSlider(first[name], 1, 384, description=text, layout=narrow)
            for name, text in SLIDERS.items()
        },
    }
