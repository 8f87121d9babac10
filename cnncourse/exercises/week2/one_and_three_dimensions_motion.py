"""Exercise of notebook 2.5: a kernel that shows a pattern on the move."""

import numpy as np

from cnncourse.exercises.engine import Case, Exercise


def moving_kernel(pattern, velocity, frames):
    """Return a space–time kernel (frames, H, W): the pattern (H, W) on the move.

    velocity is (down, right) in whole pixels per frame, negative for up and left. The
    pattern stands unmoved in frame number frames // 2. In frame t it has moved by
    (t − frames // 2) times the velocity. What leaves on one side comes back on the other
    (np.roll does that).

    Example: pattern [[0, 1, 0, 0]], velocity (0, 1), 3 frames gives [[1, 0, 0, 0]],
    [[0, 1, 0, 0]], [[0, 0, 1, 0]].
    """
    down, right = velocity
    kernel = []
    for t in range(frames):
        steps = t - frames // 2
        kernel.append(np.roll(pattern, (steps * down, steps * right), axis=(0, 1)))
    return np.array(kernel)


def _rolled(pattern, moves):
    return np.array([np.roll(pattern, move, axis=(0, 1)) for move in moves])


def _backwards(pattern, velocity, frames):
    return moving_kernel(pattern, (-velocity[0], -velocity[1]), frames)


def _axes_swapped(pattern, velocity, frames):
    return moving_kernel(pattern, (velocity[1], velocity[0]), frames)


def _starts_unmoved(pattern, velocity, frames):
    return _rolled(pattern, [(t * velocity[0], t * velocity[1]) for t in range(frames)])


def _ends_unmoved(pattern, velocity, frames):
    return _rolled(pattern, [((t - frames + 1) * velocity[0], (t - frames + 1) * velocity[1]) for t in range(frames)])


def _half_a_frame_off(pattern, velocity, frames):
    middle = (frames - 1) // 2
    return _rolled(pattern, [((t - middle) * velocity[0], (t - middle) * velocity[1]) for t in range(frames)])


def _never_moves(pattern, velocity, frames):
    return np.array([pattern] * frames)


def _one_step_only(pattern, velocity, frames):
    signs = [np.sign(t - frames // 2) for t in range(frames)]
    return _rolled(pattern, [(sign * velocity[0], sign * velocity[1]) for sign in signs])


def _speed_forgotten(pattern, velocity, frames):
    return moving_kernel(pattern, np.sign(velocity), frames)


def _time_last(pattern, velocity, frames):
    return np.moveaxis(moving_kernel(pattern, velocity, frames), 0, -1)


def _nothing_comes_back(pattern, velocity, frames):
    return _without_wrap(pattern, velocity, frames)


def _flattened_roll(pattern, velocity, frames):
    down, right = velocity
    steps = [t - frames // 2 for t in range(frames)]
    return np.array([np.roll(pattern, step * (down * pattern.shape[1] + right)) for step in steps])


def _axis_forgotten(pattern, velocity, frames):
    steps = [t - frames // 2 for t in range(frames)]
    return np.array([np.roll(pattern, step * (velocity[0] + velocity[1])) for step in steps])


def _rows_only(pattern, velocity, frames):
    return moving_kernel(pattern, (velocity[0], 0), frames)


def _columns_only(pattern, velocity, frames):
    return moving_kernel(pattern, (0, velocity[1]), frames)


def _up_for_down(pattern, velocity, frames):
    return moving_kernel(pattern, (-velocity[0], velocity[1]), frames)


def _left_for_right(pattern, velocity, frames):
    return moving_kernel(pattern, (velocity[0], -velocity[1]), frames)


def _one_velocity_for_both(pattern, velocity, frames):
    return _rolled(pattern, [((t - frames // 2) * velocity[0],) * 2 for t in range(frames)])


def _without_wrap(pattern, velocity, frames):
    kernel = np.zeros((frames, *pattern.shape))
    for t, i, j in np.ndindex(kernel.shape):
        steps = t - frames // 2
        row, column = i - steps * velocity[0], j - steps * velocity[1]
        if 0 <= row < pattern.shape[0] and 0 <= column < pattern.shape[1]:
            kernel[t, i, j] = pattern[row, column]
    return kernel


def _pixel_by_pixel(pattern, velocity, frames):
    """Return the kernel number by number: the oracle."""
    H, W = len(pattern), len(pattern[0])
    kernel = [[[0.0] * W for _ in range(H)] for _ in range(frames)]
    for t in range(frames):
        for i in range(H):
            for j in range(W):
                steps = t - frames // 2
                kernel[t][(i + steps * velocity[0]) % H][(j + steps * velocity[1]) % W] = float(pattern[i][j])
    return np.array(kernel)


def _motion_cases():
    dot, walk = np.array([[0, 1.0, 0, 0]]), np.array([[[1.0, 0, 0, 0]], [[0, 1, 0, 0]], [[0, 0, 1, 0]]])
    yield Case("a dot that walks right", (dot, (0, 1), 3), walk)
    yield Case(
        "a column that falls, four frames: number 2 is unmoved",
        (np.array([[5.0], [0], [7], [0]]), (1, 0), 4),
        np.array([[[7.0], [0], [5], [0]], [[0], [7], [0], [5]], [[5], [0], [7], [0]], [[0], [5], [0], [7]]]),
    )
    rng = np.random.default_rng(25)
    for shape, velocity, frames in (
        ((3, 5), (1, 2), 5),
        ((4, 3), (-1, 1), 3),
        ((5, 6), (0, -2), 4),
        ((6, 4), (2, -1), 7),
        ((2, 7), (0, 0), 3),
        ((5, 5), (1, -3), 1),
    ):
        pattern = rng.normal(size=shape).round(2)
        what = f"a pattern of {shape[0]} × {shape[1]}, velocity {velocity}, {frames} frame{'s' if frames > 1 else ''}"
        yield Case(what, (pattern, velocity, frames), _pixel_by_pixel(pattern.tolist(), velocity, frames))


MOVING_KERNEL = Exercise(
    solution=moving_kernel,
    cases=_motion_cases,
    mistakes={
        _backwards: "Your pattern moves the wrong way: positive velocities go down and right as t grows.",
        _axes_swapped: "Down and right are swapped: velocity is (down, right), and rows are axis 0.",
        _starts_unmoved: "Your first frame is the unmoved one. It should be the middle one, number frames // 2, "
        "so that the frames before it show where the pattern comes from.",
        _ends_unmoved: "Your last frame is the unmoved one. It should be the middle one, number frames // 2.",
        _half_a_frame_off: "For an even number of frames your unmoved frame is one too early: take number frames // 2.",
        _never_moves: "Every frame shows the pattern at the same place: such a kernel is blind to motion.",
        _one_step_only: "Your pattern moves one step and stops. In frame t it has moved (t − frames // 2) times the "
        "velocity.",
        _speed_forgotten: "You keep the direction but not the speed: a velocity of 2 is two pixels per frame.",
        _time_last: "Time is your last axis. The kernel is (frames, H, W).",
        _nothing_comes_back: "What leaves your frame is lost. Here it comes back on the other side: np.roll.",
        _flattened_roll: "You roll the flattened array, so that a pixel leaving a row enters the next one. Give "
        "np.roll axis=(0, 1) and a pair of steps.",
        _axis_forgotten: "You gave np.roll no axis: it then rolls the flattened array, by the sum of both steps. Say "
        "axis=(0, 1).",
        _rows_only: "Your pattern moves up and down only; velocity[1] is its motion to the right.",
        _columns_only: "Your pattern moves left and right only; velocity[0] is its motion down.",
        _up_for_down: "Your rows move the wrong way: a positive first number is down, to larger row numbers.",
        _left_for_right: "Your columns move the wrong way: a positive second number is to the right.",
        _one_velocity_for_both: "You move by the same number down and right. velocity holds one for each.",
    },
    hints=(
        "Make a list of `frames` pictures and turn it into one array at the end.",
        "np.roll(pattern, (rows, columns), axis=(0, 1)) moves down and right.",
        "steps = t − frames // 2 is negative before the middle frame: multiply both velocities by it.",
    ),
    minutes=6,
    difficulty=1,
)
