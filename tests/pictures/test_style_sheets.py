"""The shipped style transfers have the size and order that their names say."""

import io

import numpy as np
import pytest
from PIL import Image

from cnncourse.pictures.paintings import painting
from cnncourse.pictures.photos import photo
from cnncourse.pictures.style_sheets import (
    BETAS,
    CONTENT_LAYERS,
    WALL_CONTENTS,
    WALL_STYLES,
    style_wall,
    wall_jpeg,
    weight_sheet,
)

CELL, GAP = 256, 8


def cell(row, column):
    top, left = GAP + row * (CELL + GAP), GAP + column * (CELL + GAP)
    return style_wall()[top : top + CELL, left : left + CELL].astype(float)


def test_the_wall_has_photos_at_its_left_and_paintings_above():
    assert style_wall().shape == (GAP + 4 * (CELL + GAP), GAP + 6 * (CELL + GAP), 3)
    for row, name in enumerate(WALL_CONTENTS, 1):
        assert np.abs(cell(row, 0) - 255 * photo(name, CELL)).mean() < 8
    for column, name in enumerate(WALL_STYLES, 1):
        assert np.abs(cell(0, column) - painting(name, CELL)).mean() < 20


def test_each_picture_of_the_wall_took_colours_of_its_painting():
    for row, column in ((1, 1), (2, 1), (3, 2)):
        before, after = (abs(cell(0, column).mean((0, 1)) - cell(row, c).mean((0, 1))).sum() for c in (0, column))
        assert after < before


def test_the_weight_sheet_has_a_picture_and_two_costs_for_each_choice():
    sheet = weight_sheet()
    assert sheet.pictures.shape == (len(CONTENT_LAYERS), len(BETAS), 160, 160, 3)
    assert sheet.content.shape == sheet.style.shape == (4, 5)
    assert sheet.style[:, 0].min() > 10 * sheet.style[:, -1].max()


def test_the_walls_jpeg_is_as_wide_as_asked_and_small():
    data = wall_jpeg(410)
    assert Image.open(io.BytesIO(data)).size == (410, round(style_wall().shape[0] * 410 / style_wall().shape[1]))
    assert len(data) < 150_000
    with pytest.raises(ValueError, match="width must be at least 1"):
        wall_jpeg(0)
