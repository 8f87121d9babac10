"""An explorer's picture follows its state, whoever changes it, and shows what goes wrong."""

import base64
import gc
import io
import tracemalloc

import ipywidgets as widgets
import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image

from cnncourse.explorers import Explorer, PointerEvent, figure_render, play
from cnncourse.explorers.canvas import Canvas
from cnncourse.explorers.fallback import PlainPicture
from cnncourse.plots import new_figure
from demo_explorers import (
    curve_explorer,
    curve_picture,
    failing_explorer,
    numbers_caption,
    numbers_explorer,
    numbers_picture,
    numbers_pointer,
)


def grey(*, level, extra=0):
    return np.full((20, 30, 3), level + extra, np.uint8)


def small(**options):
    defaults = {"title": "Grey", "alt": "A grey rectangle."}
    return Explorer(grey, {"level": widgets.IntSlider(max=100)}, state={"extra": 0}, **{**defaults, **options})


def shown_texts(explorer):
    return " ".join(child.value for child in explorer.children if isinstance(child, widgets.HTML))


@pytest.mark.parametrize("fallback", [False, True])
def test_the_picture_is_what_render_gives_for_the_state(fallback):
    explorer = numbers_explorer(fallback=fallback)
    assert np.array_equal(explorer.picture, numbers_picture(**explorer.state))
    explorer.set(start=5, cell=(3, 2))
    assert explorer.state == {"start": 5, "cell": (3, 2)}
    assert np.array_equal(explorer.picture, numbers_picture(start=5, cell=(3, 2)))
    assert numbers_caption(start=5, cell=(3, 2)) in shown_texts(explorer)


def test_moving_a_control_moves_the_picture():
    explorer = small()
    explorer.controls["level"].value = 70
    assert (explorer.picture == 70).all()


def test_several_changes_at_once_draw_once():
    drawn = []
    explorer = Explorer(
        lambda **state: drawn.append(state) or np.zeros((4, 4, 3), np.uint8),
        {"a": widgets.IntSlider(), "b": widgets.IntSlider()},
        title="",
        alt="",
    )
    drawn.clear()
    explorer.set(a=3, b=4)
    assert drawn == [{"a": 3, "b": 4}]


@pytest.mark.parametrize("fallback", [False, True])
def test_pointer_changes_reach_controls_and_state(fallback):
    explorer = numbers_explorer(fallback=fallback)
    explorer.point("click", 440 + 45, 40 + 85)
    explorer.point("key", key="ArrowRight")
    assert explorer.state == {"start": 1, "cell": (2, 1)}
    assert explorer.controls["start"].value == 1
    assert np.array_equal(explorer.picture, numbers_picture(start=1, cell=(2, 1)))


def test_a_pointer_that_changes_nothing_draws_nothing():
    drawn = []
    explorer = small(pointer=lambda event, **state: drawn.append(event))
    picture = explorer.picture
    explorer.point("click", 1, 2)
    assert drawn == [PointerEvent("click", 1, 2)]
    assert explorer.picture is picture or np.array_equal(explorer.picture, picture)


def test_pointer_functions_are_plain_functions():
    assert numbers_pointer(PointerEvent("click", 441, 41), start=0, cell=(9, 9)) == {"cell": (0, 0)}
    assert numbers_pointer(PointerEvent("click", 5, 5), start=0, cell=(9, 9)) is None


def test_buttons_change_the_state():
    explorer = numbers_explorer()
    explorer.set(start=9, cell=(1, 1))
    button = next(w for w in explorer.children[1].children if isinstance(w, widgets.Button))
    button.click()
    assert explorer.state == {"start": 0, "cell": (0, 0)}


def test_play_drives_its_slider_and_follows_it():
    slider = play(widgets.IntSlider(min=2, max=12, value=3))
    slider.player.value = 9
    assert slider.value == 9
    slider.value, slider.max = 5, 20
    assert (slider.player.value, slider.player.max) == (5, 20)


@pytest.mark.parametrize("changes", [{"nothing": 1}, {"level": 3, "nothing": 1}])
def test_an_unknown_name_is_refused_with_the_known_ones(changes):
    explorer = small()
    with pytest.raises(ValueError, match=r"changes must name parts of the state \(level, extra\), got nothing"):
        explorer.set(**changes)
    assert explorer.state == {"level": 0, "extra": 0}


def test_a_name_cannot_be_both_a_control_and_a_state():
    with pytest.raises(ValueError, match="state must not repeat names of controls, got level"):
        Explorer(grey, {"level": widgets.IntSlider()}, state={"level": 1}, title="", alt="")


def test_an_error_while_moving_is_shown_and_the_picture_stays(monkeypatch):
    monkeypatch.setenv("CNNCOURSE_STRICT", "0")
    explorer = failing_explorer()
    before = explorer.picture
    explorer.set(value=-3)
    assert "(ArithmeticError): no picture for -3" in shown_texts(explorer)
    assert "Traceback" in shown_texts(explorer)
    assert np.array_equal(explorer.picture, before)
    explorer.set(value=20)
    assert "no picture" not in shown_texts(explorer)
    assert (explorer.picture == 40).all()


def test_error_texts_cannot_break_the_page(monkeypatch):
    monkeypatch.setenv("CNNCOURSE_STRICT", "0")

    def render(*, level):
        if level:
            raise ValueError("<script>alert(1)</script>")
        return grey(level=level)

    explorer = Explorer(render, {"level": widgets.IntSlider()}, title="", alt="")
    explorer.set(level=1)
    assert "<script>" not in shown_texts(explorer)
    assert "The picture could not be drawn: &lt;script&gt;" in shown_texts(explorer)


def test_errors_come_out_in_strict_mode_and_outside_a_notebook(monkeypatch):
    explorer = failing_explorer()
    with pytest.raises(ArithmeticError):
        explorer.set(value=-3)
    monkeypatch.setenv("CNNCOURSE_STRICT", "1")
    with pytest.raises(ArithmeticError):
        explorer.controls["value"].value = -4


def test_a_first_picture_that_cannot_be_drawn_is_an_error_of_the_cell(monkeypatch):
    monkeypatch.setenv("CNNCOURSE_STRICT", "0")
    with pytest.raises(ArithmeticError):
        Explorer(lambda **state: 1 // 0 and state, {}, title="", alt="")


def test_the_environment_or_an_argument_chooses_core_widgets(monkeypatch):
    assert any(isinstance(child, Canvas) for child in small().children)
    monkeypatch.setenv("CNNCOURSE_FALLBACK", "1")
    assert any(isinstance(child, PlainPicture) for child in small().children)
    assert any(isinstance(child, Canvas) for child in small(fallback=False).children)


def test_show_can_change_to_core_widgets_and_back(capsys):
    explorer = small()
    explorer.set(level=50)
    explorer.show(fallback=True)
    assert any(isinstance(child, PlainPicture) for child in explorer.children)
    assert (explorer.picture == 50).all()
    explorer.show()
    assert any(isinstance(child, Canvas) for child in explorer.children)
    assert (explorer.picture == 50).all()


def test_a_viewer_without_widgets_gets_a_png_and_a_sentence():
    explorer = numbers_explorer()
    bundle = explorer._repr_mimebundle_()
    picture = Image.open(io.BytesIO(base64.b64decode(bundle["image/png"])))
    assert picture.size == (760, 420)
    assert not picture.info.keys() & {"Software", "Creation Time"}
    assert bundle["text/plain"].startswith("A window over numbers: Two grids of numbers, a window at 0")
    assert "application/vnd.jupyter.widget-view+json" in bundle
    assert explorer._repr_mimebundle_() == bundle


def test_the_png_of_a_photo_stays_small():
    noise = np.random.default_rng(0).integers(0, 256, (800, 1200, 3), np.uint8)
    explorer = Explorer(lambda: noise, {}, title="Noise", alt="Noise.")
    assert len(explorer._repr_mimebundle_()["image/png"]) < 400_000


def test_the_alternative_text_follows_the_state():
    explorer = numbers_explorer()
    explorer.set(start=3)
    assert "a window at 3" in explorer._picture.alt


def test_a_figure_is_built_once_and_follows_its_control():
    built = []

    def build():
        built.append(1)
        figure, ax = new_figure(300, 200, 1, 1)
        return figure, ax.plot([0, 1], [0, 1])[0]

    render = figure_render(build, lambda line, *, k: line.set_ydata([0, k]))
    explorer = Explorer(render, {"k": widgets.IntSlider(max=9)}, title="", alt="")
    before = explorer.picture
    for k in range(5):
        explorer.set(k=k)
    assert built == [1]
    assert explorer.picture.shape == (400, 600, 3)
    assert (explorer.picture != before).any()


def test_a_render_may_return_any_figure():
    def render(*, k):
        figure = Figure(figsize=(2, 1), dpi=100)
        figure.subplots().plot([0, k])
        return figure

    explorer = Explorer(render, {"k": widgets.IntSlider(max=9)}, title="", alt="")
    before = explorer.picture
    explorer.set(k=3)
    assert explorer.picture.shape == (100, 200, 3)
    assert (explorer.picture != before).any()


@pytest.mark.parametrize("make", [numbers_explorer, curve_explorer])
def test_five_hundred_changes_leave_no_memory_behind(make):
    explorer = make()
    name = next(iter(explorer.controls))

    def change(times):
        for number in range(times):
            explorer.set(**{name: number % 7})
        gc.collect()

    change(20)
    figures = sum(issubclass(type(thing), Figure) for thing in gc.get_objects())
    tracemalloc.start()
    change(20)
    before = tracemalloc.get_traced_memory()[0]
    change(500 if make is numbers_explorer else 100)
    grown = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert grown < 100_000
    assert sum(issubclass(type(thing), Figure) for thing in gc.get_objects()) == figures


def test_the_demonstration_figure_is_pure():
    explorer = curve_explorer()
    explorer.set(phase=9)
    first = explorer.picture
    explorer.set(phase=3)
    explorer.set(phase=9)
    assert np.array_equal(explorer.picture, first)
    assert curve_picture(phase=9) is not curve_picture(phase=9)
