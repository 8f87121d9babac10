"""Cases of the colour exercises of notebook 2.1: pictures made so that the answer is known beforehand."""

import numpy as np

from cnncourse.exercises.engine import Case

AXES = {  # orthogonal columns of length 1
    "sevenths": np.array([[-6, 2, 3], [3, 6, 2], [2, -3, 6]]) / 7,
    "ninths": np.array([[4, 8, 1], [7, -4, 4], [-4, 1, 8]]) / 9,
    "channels": np.array([[0.0, 0, 1], [1, 0, 0], [0, 1, 0]]),
}


def without_signs(f, images):
    """Return the learner's answer with every eigenvector turned so that its largest entry is positive.

    Eigenvectors that lie in the rows are turned in the rows, so that the mistake is known whatever their signs.
    """
    answer = f(images)
    if not isinstance(answer, (tuple, list)) or len(answer) != 2 or np.shape(answer[1]) != (3, 3):
        return answer
    vectors = np.asarray(answer[1], dtype=float)
    covariance = np.cov(images.reshape(-1, 3), rowvar=False, bias=True)
    in_rows = not _are_eigenvectors(vectors, covariance) and _are_eigenvectors(vectors.T, covariance)
    return answer[0], turned(vectors.T).T if in_rows else turned(vectors)


def turned(vectors):
    """Return columns turned so that the largest entry of each is positive."""
    largest = np.take_along_axis(vectors, np.abs(vectors).argmax(axis=0)[None], axis=0)
    return np.where(largest < 0, -vectors, vectors)


def _are_eigenvectors(columns, covariance):
    return bool(np.abs(np.cross(columns.T, (covariance @ columns).T)).max() < 1e-9)


def pixels_with(mean, eigenvalues, axes):
    """Return six colours whose mean and covariance are these: two on each axis, √(3λ) to either side of the mean."""
    steps = (np.sqrt(3 * np.asarray(eigenvalues)) * axes).T
    return np.concatenate([mean + steps, mean - steps])


def lopsided_pixels_with(mean, eigenvalues, axes):
    """Return nine colours with this mean and covariance whose medians lie elsewhere: two on an axis's one side, one
    twice as far away on its other."""
    steps = (np.sqrt(1.5 * np.asarray(eigenvalues)) * axes).T
    return np.concatenate([mean - steps, mean - steps, mean + 2 * steps])


def component_cases():
    """Yield pictures composed of six such colours each; where there are several, none has the mean of all."""
    for axes, mean, eigenvalues, shape in (
        ("sevenths", (0.4, 0.5, 0.6), (0.04, 0.01, 0.0025), (1, 2, 3)),
        ("ninths", (0.7, 0.2, 0.4), (0.03, 0.012, 0.004), (2, 3, 1)),
        ("channels", (0.3, 0.6, 0.5), (0.05, 0.02, 0.001), (3, 2, 2)),
        ("sevenths", (0.1, 0.9, 0.3), (0.01, 0.008, 0.002), (4, 3, 2)),
        ("ninths", (0.9, 0.8, 0.7), (0.02, 0.005, 0.0), (6, 1, 5)),
    ):
        colours = pixels_with(np.array(mean), eigenvalues, AXES[axes])
        images = np.repeat(colours, np.prod(shape) // 6, axis=0).reshape(*shape, 3)
        what = f"{shape[0]} picture{'s' * (shape[0] > 1)} of {shape[1]} × {shape[2]} pixels"
        yield Case(what, (images,), (np.array(eigenvalues), turned(AXES[axes])))
    images = lopsided_pixels_with((0.5, 0.4, 0.6), (0.02, 0.01, 0.004), AXES["sevenths"]).reshape(1, 3, 3, 3)
    expected = np.array((0.02, 0.01, 0.004)), turned(AXES["sevenths"])
    yield Case("a picture whose mean colour is not its median", (images,), expected)


def noise_cases():
    """Yield pictures with components, and what comes of them number by number."""
    rng = np.random.default_rng(5)
    for seed, (axes, eigenvalues, shape) in enumerate(
        (
            ("channels", (1.0, 0.5, 0.25), (1, 1)),
            ("sevenths", (0.9, 0.3, 0.1), (2, 3)),
            ("ninths", (0.5, 0.4, 0.05), (4, 2)),
            ("sevenths", (0.07, 0.02, 0.0), (3, 5)),
            ("ninths", (2.0, 1.5, 0.7), (3, 3)),
        ),
        start=40,
    ):
        image = rng.random((*shape, 3)).round(3)
        args = image, np.array(eigenvalues), AXES[axes], np.random.default_rng(seed)
        yield Case(f"a picture of {shape[0]} × {shape[1]}", args, _one_by_one(image, eigenvalues, AXES[axes], seed))


def _one_by_one(image, eigenvalues, axes, seed):
    alphas = np.random.default_rng(seed).normal(0, 0.1, 3).tolist()
    expected = np.zeros(image.shape)
    for y, x, channel in np.ndindex(image.shape):
        noise = sum(axes[channel, i] * alphas[i] * eigenvalues[i] for i in range(3))
        expected[y, x, channel] = image[y, x, channel] + noise
    return expected
