"""Every public function of cnncourse.convolution, with a valid argument for each of its parameters."""

import numpy as np

import cnncourse.convolution as package

RNG = np.random.default_rng(0)
X, WEIGHT = RNG.normal(size=(2, 3, 6, 5)), 3 * RNG.normal(size=(4, 3, 3, 2))
IMAGE, KERNEL = RNG.random((6, 7)), 3 * RNG.normal(size=(3, 3))
POINTS, QUERIES = RNG.normal(size=(6, 3)), RNG.normal(size=(4, 3))
SIZES = {"in_channels": 4, "out_channels": 6, "kernel_size": 3}
PLACE = {"stride": 1, "padding": 0, "dilation": 1, "groups": 1}
POOL = {"kernel_size": 2, "stride": 2, "padding": 0}
VECTOR = np.array([1.0, -2.0, 0.5])
LABELS = np.array([0, 1, 0, 2, 1, 2])


def total(x):
    with np.errstate(over="ignore"):
        return np.sum(x)


def layer_forward(build):
    return lambda x: build().forward(x)


def layer_backward(build, x):
    def backward(grad_output):
        layer = build()
        layer.forward(x)
        return layer.backward(grad_output)

    return backward


def loss_forward(logits, labels):
    loss = package.SoftmaxCrossEntropy()
    return loss.forward(logits, labels), loss.backward()


def network():
    g = np.random.default_rng(1)
    return package.Network(
        [package.Conv2d(3, 2, 3, rng=g), package.ReLU(), package.Flatten(), package.Linear(24, 3, g)]
    )


def network_step(learning_rate):
    net = network()
    net.loss(X, [0, 2])
    net.backward()
    net.step(learning_rate)
    return net.parameters


def built(build):
    """Make a constructor's result comparable: build it and return nothing."""

    def construct(**arguments):
        build(**arguments)

    return construct


def conv():
    return package.Conv2d(3, 2, (3, 2), rng=np.random.default_rng(2))


def linear():
    return package.Linear(3, 2, rng=np.random.default_rng(3))


CASES = {  # name: (function, a valid argument for every parameter)
    "output_size": (package.output_size, {"n": 7, "kernel_size": 3, "stride": 2, "padding": 1, "dilation": 1}),
    "same_padding": (package.same_padding, {"kernel_size": 3, "dilation": 1}),
    "conv_parameters": (package.conv_parameters, {**SIZES, "bias": True, "groups": 2}),
    "conv_multiplications": (
        package.conv_multiplications,
        {**SIZES, "output_height": 5, "output_width": 4, "groups": 2},
    ),
    "receptive_field": (package.receptive_field, {"layers": [(3, 1, 1), (2, 2, 0, 1)]}),
    "correlate": (package.correlate, {"x": X, "weight": WEIGHT, "bias": np.ones(4), **PLACE}),
    "convolve": (package.convolve, {"x": X, "weight": WEIGHT, "bias": np.ones(4), **PLACE}),
    "correlate_backward": (
        package.correlate_backward,
        {"grad_output": RNG.normal(size=(2, 4, 4, 4)), "x": X, "weight": WEIGHT, **PLACE},
    ),
    "filter_image": (
        package.filter_image,
        {"image": IMAGE, "kernel": KERNEL, "padding": "same", "border": "zero"},
    ),
    "image_gradient": (package.image_gradient, {"image": IMAGE, "operator": "sobel"}),
    "gradient_magnitude": (package.gradient_magnitude, {"d_y": IMAGE, "d_x": -IMAGE}),
    "gradient_orientation": (package.gradient_orientation, {"d_y": IMAGE, "d_x": -IMAGE}),
    "oriented_kernel": (package.oriented_kernel, {"angle_degrees": 30}),
    **{f"{kind}_pool": (getattr(package, f"{kind}_pool"), {"x": X, **POOL}) for kind in ("max", "average", "min")},
    **{
        f"{kind}_pool_backward": (
            getattr(package, f"{kind}_pool_backward"),
            {"grad_output": RNG.normal(size=(2, 3, 3, 2)), "x": X, **POOL},
        )
        for kind in ("max", "average", "min")
    },
    "numerical_gradient": (package.numerical_gradient, {"f": total, "x": VECTOR, "epsilon": 1e-6}),
    "relative_error": (package.relative_error, {"a": VECTOR, "b": -VECTOR}),
    "check_gradient": (
        lambda f, gradient, x, seed=4: package.check_gradient(f, gradient, x, np.random.default_rng(seed)),
        {"f": total, "gradient": np.ones(3), "x": VECTOR},
    ),
    "Linear": (built(package.Linear), {"in_features": 3, "out_features": 2, "rng": None}),
    "Linear.forward": (layer_forward(linear), {"x": QUERIES}),
    "Linear.backward": (layer_backward(linear, QUERIES), {"grad_output": np.ones((4, 2))}),
    "Conv2d": (built(package.Conv2d), {**SIZES, "stride": 1, "padding": 0, "rng": None}),
    "Conv2d.forward": (layer_forward(conv), {"x": X}),
    "Conv2d.backward": (layer_backward(conv, X), {"grad_output": np.ones((2, 2, 4, 4))}),
    "MaxPool2d": (built(package.MaxPool2d), POOL),
    "MaxPool2d.forward": (layer_forward(lambda: package.MaxPool2d(2)), {"x": X}),
    "AveragePool2d": (built(package.AveragePool2d), POOL),
    "AveragePool2d.forward": (layer_forward(lambda: package.AveragePool2d(2)), {"x": X}),
    "ReLU.forward": (layer_forward(package.ReLU), {"x": X}),
    "ReLU.backward": (layer_backward(package.ReLU, X), {"grad_output": X}),
    "Flatten.forward": (layer_forward(package.Flatten), {"x": X}),
    "Flatten.backward": (layer_backward(package.Flatten, X), {"grad_output": np.ones((2, 90))}),
    "SoftmaxCrossEntropy": (loss_forward, {"logits": POINTS, "labels": LABELS}),
    "Network": (built(package.Network), {"layers": [package.ReLU()], "loss": None}),
    "Network.loss": (lambda x, labels: network().loss(x, labels), {"x": X, "labels": [0, 2]}),
    "Network.step": (network_step, {"learning_rate": 0.1}),
    "Network.predict": (
        lambda x, batch_size: network().predict(x, batch_size),
        {"x": X, "batch_size": 2},
    ),
    "squared_distances": (package.squared_distances, {"queries": QUERIES, "points": POINTS}),
    "nearest_neighbours": (package.nearest_neighbours, {"queries": QUERIES, "points": POINTS, "k": 3}),
    "predict_labels": (
        package.predict_labels,
        {"queries": QUERIES, "points": POINTS, "labels": LABELS, "k": 3},
    ),
}
ALSO_NAMED = {  # what a layer was built with may be what does not fit its input
    **{key: {"kernel_size"} for key in ("correlate", "convolve", "correlate_backward")},
    "Conv2d.forward": {"in_channels", "kernel_size"},
    "MaxPool2d.forward": {"kernel_size"},
    "AveragePool2d.forward": {"kernel_size"},
    "Network.loss": {"in_channels", "in_features", "kernel_size"},
    "Network.predict": {"in_channels", "in_features", "kernel_size"},
}
