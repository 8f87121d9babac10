"""How a grid is cut into blocks, and what the windows of an input are."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnncourse.convolution import blocks
from cnncourse.convolution.blocks import crop_spatial, geometry, grouped_windows, pad_spatial, run, run_width


@given(st.lists(st.integers(1, 9), min_size=1, max_size=4), st.integers(1, 100))
def test_blocks_cover_every_cell_once_in_boxes_that_lie_together(shape, size):
    seen = np.zeros(shape, int)
    for box in blocks.blocks(tuple(shape), size):
        assert seen[box].size <= size
        seen[box] += 1
        cells = np.arange(seen.size).reshape(shape)[box].ravel()
        assert (np.diff(cells) == 1).all()
    assert (seen == 1).all()


@given(st.lists(st.integers(1, 9), min_size=1, max_size=4), st.integers(1, 100))
def test_a_block_is_one_run_of_the_flattened_grid(shape, size):
    grid = np.arange(np.prod(shape)).reshape(shape)
    for box in blocks.blocks(tuple(shape), size):
        np.testing.assert_array_equal(grid.ravel()[run(box, shape)], grid[box].ravel())


def test_padding_is_undone_by_cropping_and_no_padding_copies_nothing():
    x = np.random.default_rng(0).normal(size=(2, 3, 4, 5))
    padded = pad_spatial(x, (1, 2), value=7.0, spare=3)
    assert padded.shape == (2, 3, 6, 9)
    assert padded[0, 0, 0, 0] == 7
    np.testing.assert_array_equal(crop_spatial(padded, (1, 2)), x)
    assert pad_spatial(x, (0, 0)) is x


def test_every_window_is_where_stride_and_dilation_put_it():
    x = np.arange(2 * 4 * 9 * 8.0).reshape(2, 4, 9, 8)
    shape = geometry((9, 8), (3, 2), stride=(2, 3), padding=0, dilation=(1, 4), groups=2)
    windows = grouped_windows(x, shape)
    assert windows.shape == (2, 2, 2, 3, 2, 4, 2)
    assert windows[1, 1, 0, 2, 1, 3, 1] == x[1, 2, 3 * 2 + 2, 1 * 3 + 1 * 4]
    assert np.shares_memory(windows, x)


def test_whole_rows_are_taken_only_where_they_make_longer_runs():
    def width(size, stride=1):
        return run_width(size[-1], geometry(size, (3,) * len(size), stride, 0, 1, 1))

    assert width((20, 20)) == (20, 2)  # 18 places needed, two more, two entries behind the last row
    assert width((20, 20), stride=2) == (9, 0)
    assert width((20,)) == (18, 0)
    assert width((20, 300)) == (298, 0)  # long rows are long runs already
    assert width((20, 5)) == (3, 0)  # five for three would be waste


def test_whole_rows_hold_the_same_windows_first():
    shape = geometry((6, 9), (2, 2), 1, 1, 1, 1)
    width, spare = run_width(11, shape)
    padded = pad_spatial(np.random.default_rng(1).normal(size=(2, 3, 6, 9)), (1, 1), spare=spare)
    whole = grouped_windows(padded, shape, width)
    assert whole.shape[-1] == 11
    np.testing.assert_array_equal(whole[..., :10], grouped_windows(padded, shape))


@pytest.mark.parametrize("step", ["stride", "dilation"])
def test_a_step_too_large_to_be_an_address_is_no_trouble(step):
    arguments = {"stride": 1, "dilation": 1, step: 10**30}
    shape = geometry((4, 5), (1, 1) if step == "dilation" else (4, 5), padding=0, groups=1, **arguments)
    assert grouped_windows(np.ones((1, 1, 4, 5)), shape).sum() == 20
