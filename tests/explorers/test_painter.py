"""The painter puts shapes, numbers and pictures where it is told, crisp and in the right colours."""

import numpy as np
import pytest

from cnncourse.explorers.painter import Painter, cell_at, colours, rgba
from cnncourse.plots import BLUE, INK, ORANGE, PAPER, WHITE

PAPER_RGB = rgba(PAPER)[:3]


def inked(picture):
    """Return (top, bottom, left, right) of everything that is not paper, in painted pixels."""
    rows, columns = np.nonzero((picture != PAPER_RGB).any(axis=-1))
    return rows.min(), rows.max() + 1, columns.min(), columns.max() + 1


@pytest.mark.parametrize("scale", [1, 2, 3])
def test_the_picture_has_scale_times_the_pixels(scale):
    picture = Painter(30, 20, scale).array()
    assert picture.shape == (20 * scale, 30 * scale, 3)
    assert picture.dtype == np.uint8
    assert (picture == PAPER_RGB).all()


def test_a_rectangle_covers_exactly_its_box():
    painter = Painter(40, 30)
    painter.rectangle(5, 6, 10, 4, fill=BLUE)
    assert inked(painter.array()) == (12, 20, 10, 30)
    assert tuple(painter.array()[15, 20]) == rgba(BLUE)[:3]


def test_a_rectangle_without_size_paints_nothing():
    painter = Painter(40, 30)
    painter.rectangle(5, 6, 0, 4, fill=BLUE)
    painter.rectangle(5, 6, 3, -1, fill=BLUE)
    assert (painter.array() == PAPER_RGB).all()


def test_alpha_mixes_with_what_lies_below():
    painter = Painter(40, 30, background=WHITE)
    painter.rectangle(0, 0, 40, 30, fill="#000000", alpha=0.25)
    assert abs(int(painter.array()[10, 10, 0]) - 191) <= 1
    painter.rectangle(0, 0, 40, 30, fill="#00000080")
    assert abs(int(painter.array()[10, 10, 0]) - 95) <= 1


@pytest.mark.parametrize(
    "paint",
    [
        lambda p: p.circle(20, 15, 8, fill=BLUE, outline=INK),
        lambda p: p.rounded_rectangle(5, 5, 20, 10, fill=BLUE),
        lambda p: p.line(5, 5, 30, 20),
        lambda p: p.line(5, 5, 30, 20, dash=(4, 3)),
        lambda p: p.polyline([(1, 1), (10, 20), (30, 5)], colour=ORANGE, alpha=0.5),
        lambda p: p.polygon([(1, 1), (10, 20), (30, 5)], fill=ORANGE, alpha=0.5),
        lambda p: p.arrow(5, 5, 30, 20),
        lambda p: p.text(5, 15, "α = −½"),
        lambda p: p.text(5, 15, "pale", alpha=0.5),
        lambda p: p.colour_bar(5, 5, 30, 5, -1, 1, "diverging"),
        lambda p: p.image(np.eye(3), 5, 5, 20, 20, smooth=True, alpha=0.5, outline=INK),
    ],
)
def test_each_brush_leaves_paint(paint):
    painter = Painter(40, 30)
    paint(painter)
    assert (painter.array() != PAPER_RGB).any()


def test_nothing_happens_for_an_arrow_or_a_line_without_length():
    painter = Painter(40, 30)
    painter.arrow(5, 5, 5, 5)
    painter.line(5, 5, 5, 5)
    assert (painter.array() == PAPER_RGB).all()


def test_paint_outside_the_paper_is_cut_off():
    painter = Painter(40, 30)
    painter.text(-20, -5, "outside", size=30)
    painter.text(35, 28, "outside", size=30)
    painter.circle(0, 0, 10, fill=BLUE)
    painter.image(np.eye(3), -10, -10, 20, 20)
    assert painter.array().shape == (60, 80, 3)


@pytest.mark.parametrize("text", ["0", "88", "HHH"])
def test_a_centred_text_is_centred_on_its_capitals(text):
    painter = Painter(100, 60)
    painter.text(50, 30, text, size=20, anchor="mm")
    top, bottom, left, right = inked(painter.array())
    assert abs((top + bottom) / 2 - 60) <= 1.5
    assert abs((left + right) / 2 - 100) <= 2


def test_anchors_place_the_text_on_the_right_side():
    boxes = {}
    for anchor in ("lt", "lb", "rt", "rb"):
        painter = Painter(200, 100)
        painter.text(100, 50, "HH", size=20, anchor=anchor)
        boxes[anchor] = inked(painter.array())
    assert boxes["lt"][0] >= 99
    assert boxes["lb"][1] <= 101
    assert boxes["lt"][2] >= 199
    assert boxes["rt"][3] <= 201


def test_lines_of_a_text_follow_each_other_and_align():
    painter = Painter(200, 100)
    painter.text(100, 10, "wide line\ni", size=16, anchor="mt", halign="center")
    lower = painter.array()[60:]
    _, _, left, right = inked(lower)
    assert abs((left + right) / 2 - 200) <= 3


def test_text_width_grows_with_the_text_and_with_bold():
    painter = Painter(10, 10)
    assert painter.text_width("abc") < painter.text_width("abcdef") < painter.text_width("abcdef", bold=True)
    assert painter.text_width("a\nabcdef") == painter.text_width("abcdef")
    assert painter.text_width("") == 0


def test_a_number_grid_shows_its_numbers_and_leaves_nan_empty():
    painter = Painter(100, 60)
    painter.number_grid([[1, np.nan]], 10, 10, 40)
    full, empty = painter.array()[24:96, 24:96], painter.array()[24:96, 106:176]
    assert len(np.unique(full.reshape(-1, 3), axis=0)) > 1
    assert (empty == 255).all()


def test_numbers_on_dark_cells_are_white_and_on_light_cells_dark():
    painter = Painter(100, 60)
    painter.number_grid([[0.0, 1.0]], 10, 10, 40, colormap="gray")
    assert tuple(painter.array()[60:64, 24:96].max(axis=(0, 1))) == (255, 255, 255)
    assert painter.array()[24:96, 106:176].min() < 60


def test_a_highlight_marks_its_window_and_no_other_cell():
    plain, marked = Painter(200, 140), Painter(200, 140)
    plain.number_grid(np.zeros((3, 4)), 10, 10, 40)
    marked.number_grid(np.zeros((3, 4)), 10, 10, 40, highlight={(1, 1, 2, 2): BLUE})
    rows, columns = np.nonzero((plain.array() != marked.array()).any(axis=-1))
    assert 2 * 46 <= rows.min() < 2 * 50 < 2 * 130 < rows.max() <= 2 * 134
    assert 2 * 46 <= columns.min() < 2 * 50 < 2 * 130 < columns.max() <= 2 * 134
    listed = Painter(200, 140)
    listed.number_grid(np.zeros((3, 4)), 10, 10, 40, highlight=[(0, 0)])
    assert (listed.array() != plain.array()).any()


def test_formats_may_be_functions_and_minus_is_a_minus():
    one, two = Painter(60, 60), Painter(60, 60)
    one.number_grid([[-3.0]], 10, 10, 40, format=lambda value: f"{value:.0f}")
    two.number_grid([[-3.0]], 10, 10, 40, format="−3")
    assert np.array_equal(one.array(), two.array())


def test_magnified_pixels_stay_sharp():
    painter = Painter(60, 60, background=WHITE)
    painter.image([[0.0, 1.0], [1.0, 0.0]], 10, 10, 40, 40)
    assert set(np.unique(painter.array())) == {0, 255}
    assert (painter.array()[20:60, 20:60] == 0).all()


def test_colours_keep_the_range_of_pictures_and_stretch_others():
    assert colours([[0.0, 0.5]])[0, 1, 0] == 128
    assert colours([[2.0, 4.0]])[0].tolist() == [[0] * 3, [255] * 3]
    assert colours(np.array([[0, 255]], np.uint8))[0].tolist() == [[0] * 3, [255] * 3]
    assert colours([[0.0, 2.0]], limits=(0, 4))[0, 1, 0] == 128
    assert colours([[3.0, 3.0]]).shape == (1, 2, 3)


def test_diverging_colours_are_white_at_zero_and_reach_as_far_to_both_sides():
    low, zero, high = colours([[-1.0, 0.0, 2.0]], "diverging")[0].astype(int)
    assert zero.min() > 240
    assert high[0] > high[2]
    assert low[2] > low[0]
    assert low.min() > high.min()


def test_nan_is_painted_as_paper():
    assert tuple(colours([[np.nan, 1.0]], "viridis")[0, 0]) == PAPER_RGB
    assert colours([[np.nan]]).shape == (1, 1, 3)


def test_colour_pictures_pass_unchanged():
    picture = np.random.default_rng(0).integers(0, 256, (4, 5, 3), np.uint8)
    assert np.array_equal(colours(picture), picture)
    assert np.array_equal(colours(picture / 255), picture)


@pytest.mark.parametrize("colour", ["#12", "red", "#1234567"])
def test_an_unreadable_colour_is_refused(colour):
    with pytest.raises(ValueError, match="colour must be"):
        rgba(colour)


def test_cell_at_is_the_inverse_of_where_cells_are_painted():
    for row in range(3):
        for column in range(5):
            assert cell_at(20 + 30 * column + 29, 10 + 40 * row + 1, 20, 10, (30, 40), 3, 5) == (row, column)
    for x, y in [(19, 20), (20 + 150, 20), (30, 9), (30, 10 + 120)]:
        assert cell_at(x, y, 20, 10, (30, 40), 3, 5) is None


def test_painting_on_a_copy_leaves_the_sheet_as_it_was():
    sheet = Painter(20, 10)
    sheet.rectangle(0, 0, 5, 5, fill="#ff0000")
    before = sheet.array().copy()
    twin = sheet.copy()
    assert np.array_equal(twin.array(), before)
    twin.circle(10, 5, 4, fill="#0000ff", alpha=0.5)
    assert np.array_equal(sheet.array(), before)
    assert not np.array_equal(twin.array(), before)
