import numpy as np
import pytest

from cnncourse.pictures.hand_sign_sheets import render_hand_sign
from cnncourse.pictures.picture_sheets import decode, encode, tile, untile


@pytest.mark.parametrize("columns", [30, 15])
def test_tile_and_untile_undo_each_other(columns):
    images = np.random.default_rng(0).integers(0, 256, (60, 8, 8, 3), dtype=np.uint8)
    sheet = tile(images, columns)
    assert sheet.shape == (60 // columns * 8, columns * 8, 3)
    np.testing.assert_array_equal(sheet[:8, 8:16], images[1])
    np.testing.assert_array_equal(sheet[8:16, :8], images[columns])
    np.testing.assert_array_equal(untile(sheet, 8), images)


@pytest.mark.parametrize("quality", [90, 82])
def test_a_picture_comes_out_of_a_sheet_as_if_encoded_alone(quality):
    images = np.stack([render_hand_sign(i, "extra") for i in range(2)] * 15)
    sheet = untile(decode(encode(tile(images), quality)), 64)
    np.testing.assert_array_equal(sheet[1], decode(encode(images[1], quality)))
