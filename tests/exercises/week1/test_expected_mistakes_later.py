"""Wrong answers that a teacher expects, written afresh, are met with words of their own: notebooks 1.3 to 1.5."""

# ruff: noqa: F811 -- every attempt bears the name of its exercise

import numpy as np
import pytest

from cnncourse.convolution import correlate
from cnncourse.exercises import check

EXPECTED = []


def meets(words):
    def keep(f):
        EXPECTED.append(pytest.param(f, words, id=f"{f.__name__}: {words}"))
        return f

    return keep


def pooled(x, k, stride, step, of):
    rows, columns = ((n - k) // stride + 1 for n in x.shape[2:])
    tables = [
        [of(x[:, :, i * step : i * step + k, j * step : j * step + k]) for j in range(columns)] for i in range(rows)
    ]
    return np.moveaxis(np.array(tables), (0, 1), (-2, -1))


@meets("smallest number")
def max_pool(x, kernel_size, stride):
    return pooled(x, kernel_size, stride, stride, lambda w: w.min((2, 3)))


@meets("start one pixel apart")
def max_pool(x, kernel_size, stride):
    return pooled(x, kernel_size, stride, 1, lambda w: w.max((2, 3)))


@meets("has one channel")
def max_pool(x, kernel_size, stride):
    return pooled(x, kernel_size, stride, stride, lambda w: w.max((1, 2, 3))[:, None])


@meets("number of real pixels")
def average_pool(x, kernel_size, stride, padding):
    around = ((0, 0), (0, 0), (padding,) * 2, (padding,) * 2)
    return pooled(
        np.pad(x.astype(float), around, constant_values=np.nan),
        kernel_size,
        stride,
        stride,
        lambda w: np.nanmean(w, (2, 3)),
    )


@meets("You round the means")
def average_pool(x, kernel_size, stride, padding):
    around = ((0, 0), (0, 0), (padding,) * 2, (padding,) * 2)
    return pooled(np.pad(x, around), kernel_size, stride, stride, lambda w: w.mean((2, 3))).round()


def fields(layers, more=1, multiply=True):
    size, jump, start, out = 1, 1, 0.5, []
    for k, s, p in layers:
        size, start = size + (k - more) * jump, start + ((k - 1) / 2 - p) * jump
        jump = jump * s if multiply else s
        out.append((size, jump, start))
    return out


@meets("You add kernel_size")
def receptive_field(layers):
    return fields(layers, more=0)


@meets("Strides multiply")
def receptive_field(layers):
    return fields(layers, multiply=False)


@meets("from the last to the first")
def receptive_field(layers):
    return fields(list(reversed(layers)))


@meets("is transposed")
def linear_backward(grad_output, x, weight):
    return grad_output @ weight, x.T @ grad_output, grad_output.sum(0)


@meets("divide by the batch size again")
def linear_backward(grad_output, x, weight):
    return grad_output @ weight, grad_output.T @ x / len(x), grad_output.mean(0)


@meets("serves every picture")
def linear_backward(grad_output, x, weight):
    return np.dot(grad_output, weight), np.dot(grad_output.T, x), grad_output


def spread(grad_output, x, weight, stride, padding, turn_x=False, turn_w=False, step=None, cut=True):
    f, step = weight.shape[2], step or stride
    padded = np.pad(x, ((0, 0), (0, 0), (padding,) * 2, (padding,) * 2))
    grad_x, grad_weight = 0 * padded, 0 * weight
    for n, k, i, j in np.ndindex(grad_output.shape):
        place = np.s_[n, :, i * step : i * step + f, j * step : j * step + f]
        grad_x[place] += grad_output[n, k, i, j] * (weight[k, :, ::-1, ::-1] if turn_x else weight[k])
        grad_weight[k] += grad_output[n, k, i, j] * (padded[place][:, ::-1, ::-1] if turn_w else padded[place])
    H, W = x.shape[2:]
    inside = grad_x[:, :, padding : padding + H, padding : padding + W] if cut else grad_x
    return inside, grad_weight, grad_output.sum((0, 2, 3))


@meets("must it be turned")
def conv_backward(grad_output, x, weight, stride, padding):
    _, grad_weight, grad_bias = spread(grad_output, x, weight, stride, padding)
    (N, K, rows, columns), f, (H, W) = grad_output.shape, weight.shape[2], x.shape[2:]
    apart = np.zeros((N, K, H + 2 * padding + f - 1, W + 2 * padding + f - 1))
    apart[:, :, f - 1 :: stride, f - 1 :: stride][:, :, :rows, :columns] = grad_output
    full = correlate(apart, weight.transpose(1, 0, 2, 3))  # the half turn is missing
    return full[:, :, padding : padding + H, padding : padding + W], grad_weight, grad_bias


@meets("i · stride")
def conv_backward(grad_output, x, weight, stride, padding):
    return spread(grad_output, x, weight, stride, padding, step=1)


@meets("both use the kernel turned")
def conv_backward(grad_output, x, weight, stride, padding):
    return spread(grad_output, x, weight, stride, padding, turn_x=True, turn_w=True)


@meets("still has the padding")
def conv_backward(grad_output, x, weight, stride, padding):
    return spread(grad_output, x, weight, stride, padding, cut=False)


def routed(grad_output, x, k, stride, winners, add=True):
    out = np.zeros(x.shape)
    for n, c, i, j in np.ndindex(grad_output.shape):
        top, left = i * stride, j * stride
        for u, v in winners(x[n, c, top : top + k, left : left + k]):
            out[n, c, top + u, left + v] = out[n, c, top + u, left + v] * add + grad_output[n, c, i, j]
    return out


@meets("Every entry of the window")
def max_pool_backward(grad_output, x, kernel_size, stride):
    return routed(grad_output, x, kernel_size, stride, lambda w: np.ndindex(w.shape))


@meets("All tied entries")
def max_pool_backward(grad_output, x, kernel_size, stride):
    return routed(grad_output, x, kernel_size, stride, lambda w: np.argwhere(w == w.max()))


@meets("keeps only one gradient")
def max_pool_backward(grad_output, x, kernel_size, stride):
    return routed(grad_output, x, kernel_size, stride, lambda w: np.argwhere(w == w.max())[:1], add=False)


@meets("You step forward only")
def central_difference(f, x, epsilon):
    steps = epsilon * np.eye(x.size).reshape(-1, *x.shape)
    return np.array([(f(x + step) - f(x)) / epsilon for step in steps]).reshape(x.shape)


@meets("Only a's length stands below")
def gradient_error(a, b):
    return np.linalg.norm(a - b) / np.linalg.norm(a) if a.any() else 0.0


@meets("lengths are multiplied")
def gradient_error(a, b):
    below = np.linalg.norm(a) * np.linalg.norm(b)
    return np.linalg.norm(a - b) / below if below else 0.0


@meets("cross term −2 q·p is missing")
def distance_matrix(queries, points):
    return np.sqrt(np.add.outer((queries**2).sum(1), (points**2).sum(1)))


@meets("tiny negative number under the root")
def distance_matrix(queries, points):
    squares = np.add.outer((queries * queries).sum(1), (points * points).sum(1))
    return np.sqrt(squares - 2 * queries @ points.T)


def ranked(distances, labels, k, turn=1):
    return [
        [int(labels[i]) for i in sorted(range(len(row)), key=lambda i, row=row: turn * row[i])[:k]] for row in distances
    ]


@meets("Ties go to the smallest label")
def vote(distances, labels, k):
    return np.array([max(sorted(set(few)), key=few.count) for few in ranked(distances, labels, k)])


@meets("your order is descending")
def vote(distances, labels, k):
    return np.array([max(few, key=few.count) for few in ranked(distances, labels, k, turn=-1)])


@pytest.mark.parametrize(("f", "words"), EXPECTED)
def test_an_expected_mistake_is_refused_in_its_own_words(f, words):
    report = check(f)
    assert report.status == "not yet"
    assert words in report.advice
