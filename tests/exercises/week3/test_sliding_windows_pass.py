"""Filters and step of one pass: likely wrong answers get the right sentence, others are refused too."""

import pytest

from attempts import judged, refused

# --- dense_to_conv ---


def filters(body):
    return judged(
        "dense_to_conv", "def dense_to_conv(weight, shape):\n    C, h, w = shape\n    K = len(weight)\n" + body
    )


@pytest.mark.parametrize(
    ("words", "body"),
    [
        ("channel first", "    return np.stack([row.reshape(h, w, C) for row in weight])\n"),
        ("pixel after pixel", "    return np.moveaxis(weight.reshape(K, h, w, C), 3, 1)\n"),
        ("w high and h wide", "    return weight.reshape(K, C, w, h)\n"),
        ("column after column", "    return np.swapaxes(weight.reshape(K, C, w, h), 2, 3)\n"),
        ("transposed", "    return np.transpose(weight).reshape(K, C, h, w)\n"),
        ("last axis", "    return np.transpose(weight).reshape(C, h, w, K)\n"),
        ("Filters and channels are swapped", "    return np.moveaxis(weight.reshape(K, C, h, w), 0, 1)\n"),
        ("flip", "    return np.flip(weight.reshape(K, C, h, w), axis=(2, 3))\n"),
        ("first filter only", "    return weight[0].reshape(C, h, w)\n"),
        ("1 × 1", "    return weight.reshape(K, C * h * w, 1, 1)\n"),
        ("add up the channels", "    return weight.reshape(K, C, h, w).sum(1)\n"),
    ],
)
def test_wrong_filters_are_told_what_is_wrong(words, body):
    refused(filters(body), words)


@pytest.mark.parametrize(
    "body",
    [
        "    return weight.reshape(C, K, h, w).swapaxes(0, 1)\n",
        "    return weight.reshape(K, C, h, w)[:, ::-1]\n",
        "    return weight.reshape(K, C, h, w)[:, :, ::-1]\n",
        "    return weight.reshape(K, C, h, w)[..., ::-1]\n",
        "    return weight.reshape(K, C, h, w)[::-1]\n",
        "    return weight.reshape(K, C, h, w).round()\n",
        "    return weight.reshape(K, h, C, w).swapaxes(1, 2)\n",
        "    return weight\n",
        "    return np.zeros((K, C, h, w))\n",
    ],
)
def test_other_filters_are_refused(body):
    refused(filters(body))


@pytest.mark.parametrize(
    "body",
    [
        "    return np.stack([row.reshape(C, h, w) for row in weight])\n",
        "    return np.moveaxis(weight.T.reshape(C, h, w, K), -1, 0)\n",
        "    return np.array(np.split(weight.ravel(), K)).reshape((K,) + tuple(shape))\n",
    ],
)
def test_other_ways_to_the_filters_pass(body):
    assert filters(body).status == "passed"


# --- predict_map ---


def predicted(step, cells="(length - window) // step + 1"):
    source = f"def predict_map(layers, window, length):\n    step = {step}\n    return step, {cells}\n"
    return judged("predict_map", source)


PRODUCT = "int(np.prod([s for k, s in layers]))"


@pytest.mark.parametrize(
    ("words", "parts"),
    [
        ("add up the strides", ("sum([s for k, s in layers])",)),
        ("last layer's stride", ("layers[-1][1]",)),
        ("first layer's stride", ("layers[0][1]",)),
        ("largest stride", ("max([s for k, s in layers])",)),
        ("multiply kernel sizes.", ("int(np.prod([k for k, s in layers]))",)),
        ("multiply kernel sizes too", ("int(np.prod(layers))",)),
        ("+ 1", (PRODUCT, "(length - window) // step")),
        ("round up", (PRODUCT, "-(-(length - window) // step) + 1")),
        ("not whole", (PRODUCT, "(length - window) / step + 1")),
        ("subtract it first", (PRODUCT, "length // step")),
        ("side by side", (PRODUCT, "length // window")),
        ("at every pixel", (PRODUCT, "length - window + 1")),
        ("whole map", (PRODUCT, "((length - window) // step + 1) ** 2")),
    ],
)
def test_a_wrong_prediction_is_told_what_is_wrong(words, parts):
    refused(predicted(*parts), words)


@pytest.mark.parametrize(
    "parts",
    [
        ("len(layers)",),
        ("2",),
        ("4",),
        (PRODUCT + " * 2",),
        ("int(np.prod([k - s for k, s in layers]))",),
        ("int(np.prod([s for k, s in layers[1:]]))",),
        ("int(np.prod([s for k, s in layers[:-1]]))",),
        ("int(np.lcm.reduce([s for k, s in layers]))",),
        (PRODUCT, "(length - window + 1) // step"),
        (PRODUCT, "round((length - window) / step) + 1"),
        (PRODUCT, "length // step - window // step + 1"),
        (PRODUCT, "(length - window + step) // step + 1"),
        (PRODUCT, "max(length // step - window // step, 1)"),
    ],
)
def test_other_predictions_are_refused(parts):
    refused(predicted(*parts))


def test_the_prediction_the_other_way_round_is_refused():
    source = f"def predict_map(layers, window, length):\n    s = {PRODUCT}\n    return (length - window) // s + 1, s\n"
    refused(judged("predict_map", source), "swapped")


@pytest.mark.parametrize("cells", ["(length - window + step) // step", "len(range(0, length - window + 1, step))"])
def test_other_right_predictions_pass(cells):
    assert predicted(PRODUCT, cells).status == "passed"
