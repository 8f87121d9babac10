"""Exercise of notebook 1.6: one step of gradient descent over a network's parameters."""

import numpy as np

from cnncourse.exercises.engine import Case, Exercise


def descent_step(parameters, gradients, learning_rate):
    """Return the parameters after one step of gradient descent, w − learning_rate · ∂L/∂w.

    parameters and gradients map the same names to arrays of the same shapes. Return a new
    dict with all the names; the arrays that came in must stay as they were.

    Example: parameters {"w": [1.0, 2.0]}, gradients {"w": [10.0, -10.0]} and learning
    rate 0.1 give {"w": [0.0, 3.0]}.
    """
    return {name: parameters[name] - learning_rate * gradients[name] for name in parameters}


def _uphill(parameters, gradients, learning_rate):
    return {name: parameters[name] + learning_rate * gradients[name] for name in parameters}


def _in_place(parameters, gradients, learning_rate):
    for name in parameters:
        parameters[name] -= learning_rate * gradients[name]
    return parameters


def _step_alone(parameters, gradients, learning_rate):
    return {name: -learning_rate * gradients[name] for name in parameters}


def _no_learning_rate(parameters, gradients, learning_rate):
    return {name: parameters[name] - gradients[name] for name in parameters}


def _averaged(parameters, gradients, learning_rate):
    return {name: parameters[name] - learning_rate * gradients[name] / len(gradients[name]) for name in parameters}


def _averaged_over_all(parameters, gradients, learning_rate):
    return {name: parameters[name] - learning_rate * gradients[name].mean() for name in parameters}


def _by_length(parameters, gradients, learning_rate):
    lengths = {name: np.sqrt((gradient**2).sum()) or 1.0 for name, gradient in gradients.items()}
    return {name: parameters[name] - learning_rate * gradients[name] / lengths[name] for name in parameters}


def _sign_only(parameters, gradients, learning_rate):
    return {name: parameters[name] - learning_rate * np.sign(gradients[name]) for name in parameters}


def _biases_left(parameters, gradients, learning_rate):
    return {
        name: array if name.endswith("bias") else array - learning_rate * gradients[name]
        for name, array in parameters.items()
    }


def _shrinks(parameters, gradients, learning_rate):
    return {name: parameters[name] * (1 - learning_rate * gradients[name]) for name in parameters}


def _step_by_loops(parameters, gradients, learning_rate):
    """Return the moved parameters number by number: the oracle."""
    moved = {}
    for name, array in parameters.items():
        moved[name] = np.zeros(array.shape)
        for index in np.ndindex(array.shape):
            moved[name][index] = float(array[index]) - learning_rate * float(gradients[name][index])
    return moved


def _step_cases():
    two = {"w": np.array([1.0, 2.0])}
    yield Case("the example", (two, {"w": np.array([10.0, -10.0])}, 0.1), {"w": np.array([0.0, 3.0])})
    yield Case("a gradient of 0 moves nothing", (two, {"w": np.zeros(2)}, 5.0), {"w": np.array([1.0, 2.0])})
    yield Case("a learning rate of 0 moves nothing", (two, {"w": np.array([4.0, 7.0])}, 0.0), {"w": two["w"]})
    one = {"0.weight": np.array([[1.0, 2.0], [3.0, 4.0]]), "0.bias": np.array([1.0, -1.0])}
    slopes = {"0.weight": np.array([[2.0, 0.0], [0.0, -2.0]]), "0.bias": np.array([4.0, 8.0])}
    after = {"0.weight": np.array([[0.0, 2.0], [3.0, 5.0]]), "0.bias": np.array([-1.0, -5.0])}
    yield Case("a weight and its bias, learning rate 0.5", (one, slopes, 0.5), after)
    rng = np.random.default_rng(61)
    for shapes, rate in (
        ({"0.weight": (3, 2, 5, 5), "0.bias": (3,), "7.weight": (4, 6), "7.bias": (4,)}, 0.03),
        ({"7.weight": (6, 10), "7.bias": (6,), "scale": (1,)}, 1.7),
        ({"3.weight": (2, 3, 3, 3), "3.bias": (2,)}, 0.001),
    ):
        parameters = {name: rng.normal(size=shape) for name, shape in shapes.items()}
        gradients = {name: rng.normal(0, 3, size=shape) for name, shape in reversed(shapes.items())}
        arguments = parameters, gradients, rate
        yield Case(f"{len(shapes)} arrays, learning rate {rate}", arguments, _step_by_loops(*arguments))


DESCENT_STEP = Exercise(
    solution=descent_step,
    cases=_step_cases,
    mistakes={
        _uphill: "You add the gradient, which climbs: the gradient points to where the loss grows. Descent goes the "
        "other way.",
        _in_place: "The numbers are right, but the parameters that came in were changed (-= works in the array "
        "itself). Whoever kept the old ones, for a comparison or a snapshot, finds the new ones: build new arrays.",
        _step_alone: "This is the step, not where it leads to: the old parameter is missing.",
        _no_learning_rate: "The learning rate is not used: the step is the whole gradient.",
        _averaged: "You divide the gradient by the length of its first axis. The mean over the batch is already in "
        "the gradient (the loss is a mean), and this axis counts outputs, not pictures.",
        _averaged_over_all: "Every number of an array moves by the same amount, the mean of its gradient: each has "
        "a slope of its own.",
        _by_length: "You scale each gradient to length 1. Then the step no longer shrinks where the ground is flat, "
        "and the descent never settles.",
        _sign_only: "Only the gradient's sign is used; how steep it is belongs to the step as well.",
        _biases_left: "The biases stay where they were: they are parameters too.",
        _shrinks: "The step is multiplied by the parameter: a parameter at 0 could never leave it. Subtract "
        "learning_rate · gradient, without the parameter.",
    },
    hints=(
        "A dict comprehension walks over the names: `{name: … for name in parameters}`.",
        "`parameters[name] - learning_rate * gradients[name]` makes a new array; `-=` would change the old one.",
    ),
    minutes=5,
    difficulty=1,
)
