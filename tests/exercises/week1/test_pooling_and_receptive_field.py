"""Unlisted answers to the exercises of notebook 1.3: wrong ones are refused, right ones in other clothes pass."""

import numpy as np
import pytest
from numpy.lib.stride_tricks import sliding_window_view

from cnncourse.convolution import receptive_field as package_field
from cnncourse.exercises import catalogue, check

CATALOGUE = catalogue()
MAX_POOL, AVERAGE_POOL = CATALOGUE["max_pool"].solution, CATALOGUE["average_pool"].solution
SHARE_CHANGED, FIELD = CATALOGUE["share_changed"].solution, CATALOGUE["receptive_field"].solution
POKING = CATALOGUE["field_by_poking"].solution


def status(name, answer):
    answer.__name__ = name
    return check(answer).status


def named(**answers):
    return pytest.mark.parametrize("answer", answers.values(), ids=answers.keys())


def square_only(x, kernel_size, stride):
    side = (x.shape[2] - kernel_size) // stride + 1
    return sliding_window_view(x, (kernel_size, kernel_size), (2, 3))[:, :, ::stride, ::stride][:, :, :side, :side].max(
        (4, 5)
    )


def tiles_only(x, kernel_size, stride):
    rows, columns = x.shape[2] // kernel_size, x.shape[3] // kernel_size
    x = x[:, :, : rows * kernel_size, : columns * kernel_size]
    return x.reshape(*x.shape[:2], rows, kernel_size, columns, kernel_size).max(axis=(3, 5))


def into_integers(x, kernel_size, stride):
    return MAX_POOL(x, kernel_size, stride).astype(int)


def erases_input(x, kernel_size, stride):
    y = MAX_POOL(x, kernel_size, stride)
    x[:] = 0
    return y


def first_channel(x, kernel_size, stride):
    return np.repeat(MAX_POOL(x[:, :1], kernel_size, stride), x.shape[1], axis=1)


def first_picture(x, kernel_size, stride):
    return np.repeat(MAX_POOL(x[:1], kernel_size, stride), len(x), axis=0)


def largest_size(x, kernel_size, stride):
    y = MAX_POOL(np.abs(x), kernel_size, stride)
    return np.where(MAX_POOL(x, kernel_size, stride) == y, y, -y)


@named(
    square_only=square_only,
    tiles_only=tiles_only,
    into_integers=into_integers,
    erases_input=erases_input,
    first_channel=first_channel,
    first_picture=first_picture,
    largest_size=largest_size,
    kernel_always_2=lambda x, kernel_size, stride: MAX_POOL(x, 2, stride),
    stride_always_2=lambda x, kernel_size, stride: MAX_POOL(x, kernel_size, 2),
    one_window=lambda x, kernel_size, stride: x.max(axis=(2, 3), keepdims=True),
    turned=lambda x, kernel_size, stride: MAX_POOL(x, kernel_size, stride).swapaxes(2, 3),
    as_list=lambda x, kernel_size, stride: MAX_POOL(x, kernel_size, stride).tolist(),
    padded=lambda x, kernel_size, stride: MAX_POOL(np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1))), kernel_size, stride),
    last_row_missing=lambda x, kernel_size, stride: MAX_POOL(x[:, :, :-1], kernel_size, stride),
)
def test_a_wrong_max_pool_is_not_yet_right(answer):
    assert status("max_pool", answer) == "not yet"


@named(
    windows=lambda x, kernel_size, stride: sliding_window_view(x, (kernel_size, kernel_size), (2, 3))[
        :, :, ::stride, ::stride
    ].max((4, 5)),
    in_float32=lambda x, kernel_size, stride: MAX_POOL(x.astype(np.float32), kernel_size, stride).astype(np.float32),
    rows_then_columns=lambda x, k, s: sliding_window_view(sliding_window_view(x, k, 2)[:, :, ::s].max(-1), k, 3)[
        :, :, :, ::s
    ].max(-1),
)
def test_a_right_max_pool_in_other_clothes_passes(answer):
    assert status("max_pool", answer) == "passed"


def padded_rows_only(x, kernel_size, stride, padding):
    return AVERAGE_POOL(np.pad(x, ((0, 0), (0, 0), (padding, padding), (0, 0))), kernel_size, stride, 0)


@named(
    padded_rows_only=padded_rows_only,
    padding_always_1=lambda x, kernel_size, stride, padding: AVERAGE_POOL(x, kernel_size, stride, 1),
    padding_doubled=lambda x, kernel_size, stride, padding: AVERAGE_POOL(x, kernel_size, stride, 2 * padding),
    stride_always_2=lambda x, kernel_size, stride, padding: AVERAGE_POOL(x, kernel_size, 2, padding),
    stride_is_kernel=lambda x, kernel_size, stride, padding: AVERAGE_POOL(x, kernel_size, kernel_size, padding),
    divided_by_four=lambda x, kernel_size, stride, padding: (
        AVERAGE_POOL(x, kernel_size, stride, padding) * kernel_size**2 / 4
    ),
    reflected=lambda x, kernel_size, stride, padding: AVERAGE_POOL(
        np.pad(x, ((0, 0), (0, 0), (padding, padding), (padding, padding)), mode="symmetric"), kernel_size, stride, 0
    ),
    maximum=lambda x, kernel_size, stride, padding: MAX_POOL(x, kernel_size, stride),
    median=lambda x, kernel_size, stride, padding: np.median(
        sliding_window_view(x, (kernel_size, kernel_size), (2, 3))[:, :, ::stride, ::stride], axis=(4, 5)
    ),
    first_channel=lambda x, kernel_size, stride, padding: np.repeat(
        AVERAGE_POOL(x[:, :1], kernel_size, stride, padding), x.shape[1], axis=1
    ),
    batch_averaged=lambda x, kernel_size, stride, padding: np.repeat(
        AVERAGE_POOL(x, kernel_size, stride, padding).mean(axis=0, keepdims=True), len(x), axis=0
    ),
    type_of_picture=lambda x, kernel_size, stride, padding: AVERAGE_POOL(x, kernel_size, stride, padding).astype(
        x.dtype
    ),
    two_decimals=lambda x, kernel_size, stride, padding: AVERAGE_POOL(x, kernel_size, stride, padding).round(2),
)
def test_a_wrong_average_pool_is_not_yet_right(answer):
    assert status("average_pool", answer) == "not yet"


def shifted_sums(x, kernel_size, stride, padding):
    padded = np.pad(x, ((0, 0), (0, 0), (padding,) * 2, (padding,) * 2))
    rows, columns = (n - kernel_size + 1 for n in padded.shape[2:])
    taps = [padded[:, :, u : u + rows, v : v + columns] for u in range(kernel_size) for v in range(kernel_size)]
    return (sum(taps) / kernel_size**2)[:, :, ::stride, ::stride]


def test_an_average_pool_of_shifted_pictures_passes():
    assert status("average_pool", shifted_sums) == "passed"


def zeros_enter(layer, x, shift):
    moved = np.zeros_like(x)
    moved[..., shift:] = x[..., : x.shape[3] - shift]
    return np.mean(layer(x) != layer(moved))


@named(
    zeros_enter=zeros_enter,
    percent=lambda layer, x, shift: 100 * SHARE_CHANGED(layer, x, shift),
    any_change=lambda layer, x, shift: float(SHARE_CHANGED(layer, x, shift) > 0),
    both_axes=lambda layer, x, shift: np.mean(layer(x) != layer(np.roll(x, shift, axis=(2, 3)))),
    channels_rolled=lambda layer, x, shift: np.mean(layer(x) != layer(np.roll(x, shift, axis=1))),
    divided_by_inputs=lambda layer, x, shift: np.sum(layer(x) != layer(np.roll(x, shift, axis=3))) / x.size,
    moved_back=lambda layer, x, shift: np.mean(layer(x) != np.roll(layer(np.roll(x, shift, axis=3)), -shift, axis=3)),
    always_all=lambda layer, x, shift: 1.0,
    large_changes=lambda layer, x, shift: np.mean(abs(layer(x) - layer(np.roll(x, shift, axis=3))) > 0.5),
    whole_parts=lambda layer, x, shift: np.mean(layer(x).astype(int) != layer(np.roll(x, shift, axis=3)).astype(int)),
)
def test_a_wrong_share_of_changed_outputs_is_not_yet_right(answer):
    assert status("share_changed", answer) == "not yet"


@named(
    with_a_threshold=lambda layer, x, shift: float(
        (np.abs(layer(x) - layer(np.roll(x, shift, axis=-1))) > 1e-9).sum() / layer(x).size
    ),
    by_concatenation=lambda layer, x, shift: (
        1 - (layer(x) == layer(np.concatenate([x[..., x.shape[3] - shift :], x[..., : x.shape[3] - shift]], -1))).mean()
    ),
)
def test_a_right_share_of_changed_outputs_in_other_clothes_passes(answer):
    assert status("share_changed", answer) == "passed"


def turned_over_in_place(layers):
    fields = FIELD(layers)
    layers.reverse()
    return fields


@named(
    turned_over_in_place=turned_over_in_place,
    last_layer_only=lambda layers: FIELD(layers)[-1:],
    with_the_picture=lambda layers: [(1, 1, 0.5), *FIELD(layers)],
    padding_enlarges=lambda layers: [
        (size + 2 * p, j, s) for (size, j, s), (_, _, p) in zip(FIELD(layers), layers, strict=True)
    ],
    start_turned=lambda layers: [(size, jump, 1 - start) for size, jump, start in FIELD(layers)],
    start_is_left_edge=lambda layers: [(size, jump, start - size / 2) for size, jump, start in FIELD(layers)],
    whole_starts=lambda layers: [(size, jump, int(start)) for size, jump, start in FIELD(layers)],
    stride_two_only=lambda layers: FIELD([(k, min(s, 2), p) for k, s, p in layers]),
    three_by_three_only=lambda layers: FIELD([(3, s, p) for _, s, p in layers]),
    float_sizes=lambda layers: [(float(size), jump, start) for size, jump, start in FIELD(layers)],
    half_stride_shift=lambda layers: [(size, jump, jump / 2) for size, jump, _ in FIELD(layers)],
)
def test_a_wrong_receptive_field_is_not_yet_right(answer):
    assert status("receptive_field", answer) == "not yet"


def from_the_top(layers):
    fields = []
    for depth in range(1, len(layers) + 1):
        size, start, jump = 1, 0.0, 1
        for kernel_size, stride, padding in reversed(layers[:depth]):
            size = (size - 1) * stride + kernel_size
            start = start * stride + (kernel_size - 1) / 2 - padding
            jump *= stride
        fields.append([size, jump, start + 0.5])
    return fields


@named(package=lambda layers: [*package_field(layers)], from_the_top=from_the_top)
def test_a_right_receptive_field_in_other_clothes_passes(answer):
    assert status("receptive_field", answer) == "passed"


def holes_filled(network, height, width, row, column):
    rows, columns = np.nonzero(POKING(network, height, width, row, column))
    field = np.zeros((height, width), dtype=bool)
    field[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1] = True
    return field


def poked(base, value, changes):
    def field(network, height, width, row, column):
        still = np.full((1, 1, height, width), base)
        answer = np.zeros((height, width), dtype=bool)
        for y, x in np.ndindex(height, width):
            picture = still.copy()
            picture[0, 0, y, x] = value
            answer[y, x] = changes(network(still)[0, 0, row, column], network(picture)[0, 0, row, column])
        return answer

    return field


@named(
    holes_filled=holes_filled,
    increases_only=poked(0.0, 1.0, lambda before, after: after > before),
    large_changes=poked(0.0, 1.0, lambda before, after: abs(after - before) > 0.1),
    from_a_white_picture=poked(1.0, 2.0, lambda before, after: after != before),
    numbers=lambda *arguments: POKING(*arguments).astype(int),
    turned=lambda *arguments: POKING(*arguments).T,
    one_unit=lambda network, height, width, row, column: POKING(network, height, width, 0, 0),
    square=lambda network, height, width, row, column: POKING(network, height, height, row, column),
    every_pixel=lambda network, height, width, row, column: np.ones((height, width), dtype=bool),
    poked_with_minus_one=lambda network, *rest: POKING(lambda x: network(-x), *rest),
)
def test_a_wrong_poked_field_is_not_yet_right(answer):
    assert status("field_by_poking", answer) == "not yet"


def one_flat_loop(network, height, width, row, column):
    pictures = np.eye(height * width).reshape(-1, 1, 1, height, width)
    before = network(np.zeros((1, 1, height, width)))[0, 0, row, column]
    return np.array([network(picture)[0, 0, row, column] != before for picture in pictures]).reshape(height, width)


def all_pokes_in_one_batch(network, height, width, row, column):
    pictures = np.concatenate([np.zeros((1, 1, height, width)), np.eye(height * width).reshape(-1, 1, height, width)])
    outputs = network(pictures)[:, 0, row, column]
    return np.abs(outputs[1:] - outputs[0]).reshape(height, width) > 1e-9


@named(one_flat_loop=one_flat_loop, all_pokes_in_one_batch=all_pokes_in_one_batch)
def test_a_right_poked_field_in_other_clothes_passes(answer):
    assert status("field_by_poking", answer) == "passed"
