"""Wrong answers, written afresh, are met with words of their own; right ones in other clothes pass."""

# ruff: noqa: F811 -- every attempt bears the name of its exercise

import copy

import numpy as np
import pytest
import torch

from cnncourse.exercises import catalogue, check
from cnncourse.exercises.week2.practical_advice_average import average_by_hand, random_net
from cnncourse.exercises.week2.practical_advice_freeze import named_net
from cnncourse.training.ensembling import average_outputs, ten_crop
from cnncourse.training.transfer import freeze

EXPECTED, UNLISTED, RIGHT = [], [], []


def meets(words):
    return lambda f: EXPECTED.append(pytest.param(f, words, id=f"{f.__name__}: {words}")) or f


def unlisted(f):
    UNLISTED.append(pytest.param(f, id=f"{f.__name__} {len(UNLISTED)}"))
    return f


def right(f):
    RIGHT.append(pytest.param(f, id=f"{f.__name__} {len(RIGHT)}"))
    return f


# --- random crops ---


@meets("The last place never comes")
def random_crops(images, size, rng):
    out = []
    for image in images:
        r = rng.choice(range(image.shape[0] - size))
        c = rng.choice(range(image.shape[1] - size))
        out.append(image[r:, c:][:size, :size])
    return np.array(out)


@meets("All pictures of the batch are cropped at the same place")
def random_crops(images, size, rng):
    c = rng.integers(0, images.shape[2] - size, endpoint=True)
    r = rng.integers(0, images.shape[1] - size, endpoint=True)
    return images[:, r : r + size, c : c + size]


@meets("Row and column come from a single draw")
def random_crops(images, size, rng):
    starts = rng.integers(min(images.shape[1:3]) - size + 1, size=len(images))
    return np.array([x[s : s + size, s : s + size] for x, s in zip(images, starts, strict=True)])


@meets("come half as often")
def random_crops(images, size, rng):
    u = rng.random((2, len(images)))
    r = np.rint(u[0] * (images.shape[1] - size)).astype(int)
    c = np.rint(u[1] * (images.shape[2] - size)).astype(int)
    return np.array([x[i : i + size, j : j + size] for x, i, j in zip(images, r, c, strict=True)])


@meets("Every call gives the same crops")
def random_crops(images, size, rng):
    mine = np.random.default_rng(1234)
    room = np.array(images.shape[1:3]) - size + 1
    return np.array([x[i : i + size, j : j + size] for x in images for i, j in [mine.integers(room)]])


@meets("do not come from `rng`")
def random_crops(images, size, rng):
    room = np.array(images.shape[1:3]) - size + 1
    return np.array([x[i : i + size, j : j + size] for x in images for i, j in [np.random.randint(room)]])  # noqa: NPY002


@right
def random_crops(images, size, rng):
    windows = np.lib.stride_tricks.sliding_window_view(images, (size, size), axis=(1, 2))  # (N, rows, columns, 3, …)
    r, c = (rng.integers(0, n - 1, len(images), endpoint=True) for n in windows.shape[1:3])
    return np.moveaxis(windows[np.arange(len(images)), r, c], 1, -1)


@right
def random_crops(images, size, rng):
    r = np.floor(rng.random(len(images)) * (images.shape[1] - size + 1)).astype(int)
    c = np.floor(rng.random(len(images)) * (images.shape[2] - size + 1)).astype(int)
    return np.array([x[i : i + size, j : j + size] for x, i, j in zip(images, r, c, strict=True)])


def drawn(images, size, rng, change=lambda crop, image: crop, rows=None, columns=None):
    H, W = images.shape[1:3]
    return np.array(
        [
            change(image[r : r + size, c : c + size], image)
            for image in images
            for r, c in [(rng.integers(rows(H, W) + 1), rng.integers(columns(H, W) + 1))]
        ]
    )


@unlisted
def random_crops(images, size, rng):
    return drawn(images[::-1], size, rng, rows=lambda H, W: H - size, columns=lambda H, W: W - size)


@unlisted
def random_crops(images, size, rng):
    return drawn(images, size, rng, lambda x, _: x[:, ::-1], lambda H, W: H - size, lambda H, W: W - size)


@unlisted
def random_crops(images, size, rng):
    return drawn(images, size, rng, rows=lambda H, W: W - size, columns=lambda H, W: H - size)


@unlisted
def random_crops(images, size, rng):
    return drawn(images, size, rng, rows=lambda H, W: H - size, columns=lambda H, W: max(W - size - 1, 0))


@unlisted
def random_crops(images, size, rng):
    rows = min(images.shape[1] - size, 1)
    return drawn(images, size, rng, rows=lambda H, W: rows, columns=lambda H, W: W - size)


@unlisted
def random_crops(images, size, rng):
    return images[:, :size, :size]


@unlisted
def random_crops(images, size, rng):
    first = drawn(images[:1], size, rng, rows=lambda H, W: H - size, columns=lambda H, W: W - size)
    rest = images[1:, :size, :size]
    return np.concatenate([first, rest])


@unlisted
def random_crops(images, size, rng):
    H, W = images.shape[1:3]
    n, across = (H - size + 1) * (W - size + 1), W - size + 1
    cells = np.minimum(rng.integers(n, size=len(images)), rng.integers(n, size=len(images)))
    return np.array(
        [x[i : i + size, j : j + size] for x, k in zip(images, cells, strict=True) for i, j in [divmod(k, across)]]
    )


def everywhere(images, size, rng):
    return drawn(images, size, rng, rows=lambda H, W: H - size, columns=lambda H, W: W - size)


@unlisted
def random_crops(images, size, rng):
    return list(everywhere(images, size, rng))


@unlisted
def random_crops(images, size, rng):
    return (255 * everywhere(images, size, rng)).astype(np.uint8)


@unlisted
def random_crops(images, size, rng):
    H, W = images.shape[1:3]
    rows, columns = (rng.integers(n - size + 1, size=(len(images) + 1) // 2).repeat(2) for n in (H, W))
    return np.array([x[i : i + size, j : j + size] for x, i, j in zip(images, rows, columns, strict=False)])


# --- freezing ---


@meets("held by the optimizer and move")
def freeze_up_to(model, last, learning_rate):
    model.train()
    for name, child in model.named_children():
        child.requires_grad = False
        child.eval()
        if name == last:
            break
    return torch.optim.SGD(filter(lambda p: p.requires_grad, model.parameters()), learning_rate)


@meets("still ask for a gradient")
def freeze_up_to(model, last, learning_rate):
    model.train()
    children = list(model.children())
    cut = [name for name, _ in model.named_children()].index(last) + 1
    for child in children[:cut]:
        child.eval()
    return torch.optim.SGD([p for child in children[cut:] for p in child.parameters()], learning_rate)


@meets("running means and variances still move")
def freeze_up_to(model, last, learning_rate):
    frozen = True
    for name, child in model.named_children():
        for p in child.parameters():
            p.requires_grad = not frozen
        frozen = frozen and name != last
    model.train()
    return torch.optim.SGD((p for p in model.parameters() if p.requires_grad), learning_rate)


@meets("The optimizer still holds the frozen parameters")
def freeze_up_to(model, last, learning_rate):
    optimizer = torch.optim.SGD(model.parameters(), learning_rate)
    freeze(model, last)
    model.train()
    return optimizer


@meets("You stop before the child named")
def freeze_up_to(model, last, learning_rate):
    model.train()
    for name, child in model.named_children():
        if name == last:
            break
        child.eval().requires_grad_(False)
    return torch.optim.SGD([p for p in model.parameters() if p.requires_grad], learning_rate)


@meets("The whole model is in evaluation mode")
def freeze_up_to(model, last, learning_rate):
    free = freeze(model, last)
    model.eval()
    return torch.optim.SGD(free, learning_rate)


@right
def freeze_up_to(model, last, learning_rate):
    free = freeze(model, last)
    model.train()
    return torch.optim.SGD(free, lr=learning_rate)


@right
def freeze_up_to(model, last, learning_rate):
    frozen = True
    for name, child in model.named_children():
        child.train(not frozen)
        for p in child.parameters():
            p.requires_grad = not frozen
        if name == last:
            frozen = False
    return torch.optim.SGD((p for p in model.parameters() if p.requires_grad), learning_rate)


@unlisted
def freeze_up_to(model, last, learning_rate):
    free = freeze(model, last)
    model.train()
    return torch.optim.Adam(free, learning_rate)


@unlisted
def freeze_up_to(model, last, learning_rate):
    free = freeze(model, last)
    model.train()
    return torch.optim.SGD(free, learning_rate, momentum=0.9)


@unlisted
def freeze_up_to(model, last, learning_rate):
    free = freeze(model, last)
    model.train()
    return torch.optim.SGD(free, learning_rate, weight_decay=0.01)


@unlisted
def freeze_up_to(model, last, learning_rate):
    free = freeze(model, last)
    model.train()
    return torch.optim.SGD(free[-2:], learning_rate)


@unlisted
def freeze_up_to(model, last, learning_rate):
    twin = copy.deepcopy(model)
    return torch.optim.SGD(freeze(twin, last), learning_rate)


@unlisted
def freeze_up_to(model, last, learning_rate):
    model.train()
    for name, child in model.named_children():
        child.requires_grad_(False)
        for module in child.children():
            module.eval()
        if name == last:
            break
    return torch.optim.SGD([p for p in model.parameters() if p.requires_grad], learning_rate)


@unlisted
def freeze_up_to(model, last, learning_rate):
    free = freeze(model, last)
    model.train()
    return free


# --- averages of networks ---


@meets("You average the weights")
def average_of_networks(models, x):
    twin = copy.deepcopy(models[-1]).eval()
    states = [model.state_dict() for model in models]
    mean = {name: sum(state[name] for state in states) / len(states) for name in states[0]}
    twin.load_state_dict(mean)
    return twin(x).detach().softmax(1)


@meets("You average the logits and then take softmax")
def average_of_networks(models, x):
    return torch.softmax(sum(model.eval()(x).detach() for model in models) / len(models), dim=-1)


@meets("This is the mean of the logits")
def average_of_networks(models, x):
    return sum(model.eval()(x).detach() for model in models) / len(models)


@meets("You count votes")
def average_of_networks(models, x):
    votes = torch.stack([model.eval()(x).detach().argmax(1) for model in models])
    classes = models[0][-1].out_features
    return torch.stack([(votes == k).double().mean(0) for k in range(classes)], dim=1)


@meets("training mode")
def average_of_networks(models, x):
    return torch.stack([torch.softmax(model(x).detach(), -1) for model in models]).mean(0)


@meets("over the pictures of the batch")
def average_of_networks(models, x):
    return torch.stack([torch.softmax(model.eval()(x).detach(), 0) for model in models]).mean(0)


@right
def average_of_networks(models, x):
    return average_outputs(models, x)


@unlisted
def average_of_networks(models, x):
    return torch.stack([model.eval()(x).softmax(1) for model in models]).mean(0)


@unlisted
def average_of_networks(models, x):
    p = torch.ones(())
    for model in models:
        p = p * average_outputs([model], x)
    return p / p.sum(1, keepdim=True)


@unlisted
def average_of_networks(models, x):
    return average_outputs(models[:2], x)


@unlisted
def average_of_networks(models, x):
    return torch.stack([average_outputs([model], x) for model in models]).median(0).values


@unlisted
def average_of_networks(models, x):
    p = average_outputs(models[:1], x)
    for model in models[1:]:
        p = (p + average_outputs([model], x)) / 2
    return p


@unlisted
def average_of_networks(models, x):
    return average_outputs(models, x).numpy()


# --- ten crops ---


def five(images, size):
    H, W = images.shape[-2:]
    return [images[..., r : r + size, c : c + size] for r, c in corners(H - size, W - size)]


def corners(b, r):
    return [(b // 2, r // 2), (0, 0), (0, r), (b, 0), (b, r)]


@meets("You mirror where the crop lies")
def ten_crops(images, size):
    a = five(images, size)
    return np.stack([*a, a[0], a[2], a[1], a[4], a[3]], axis=1)


@meets("You crop the mirrored picture")
def ten_crops(images, size):
    return np.stack(five(images, size) + five(np.flip(images, -1), size), axis=1)


@meets("turned upside down")
def ten_crops(images, size):
    a = np.stack(five(images, size), axis=1)
    return np.concatenate([a, np.flip(a, -2)], axis=1)


@meets("end one pixel before the border")
def ten_crops(images, size):
    H, W = images.shape[-2:]
    places = [corners(H - size, W - size)[0], *corners(H - size - 1, W - size - 1)[1:]]
    a = np.stack([images[..., r : r + size, c : c + size] for r, c in places], axis=1)
    return np.concatenate([a, a[..., ::-1]], axis=1)


@meets("axes of pictures and crops are swapped")
def ten_crops(images, size):
    a = np.array(five(images, size))
    return np.concatenate([a, a[..., ::-1]])


@meets("their mirrors are missing")
def ten_crops(images, size):
    return np.stack(five(images, size), 1)


@right
def ten_crops(images, size):
    return ten_crop(torch.from_numpy(images), size).numpy()


@unlisted
def ten_crops(images, size):
    return ten_crop(torch.from_numpy(images), size).numpy()[:, ::-1]


@unlisted
def ten_crops(images, size):
    square = images[..., : min(images.shape[2:]), : min(images.shape[2:])]
    return ten_crop(torch.from_numpy(square.copy()), size).numpy()


@unlisted
def ten_crops(images, size):
    return ten_crop(torch.from_numpy(images[:, ::-1].copy()), size).numpy()


@unlisted
def ten_crops(images, size):
    crops = ten_crop(torch.from_numpy(images), size).numpy().copy()
    crops[:, 5] = crops[:, 0]
    return crops


@pytest.mark.parametrize(("attempt", "words"), EXPECTED)
def test_an_expected_mistake_is_named(attempt, words):
    report = check(attempt)
    assert report.status == "not yet"
    assert words in report.advice
    assert report.advice in catalogue()[attempt.__name__].mistakes.values()


@pytest.mark.parametrize("attempt", UNLISTED)
def test_another_wrong_answer_is_refused(attempt):
    report = check(attempt)
    assert report.status == "not yet"
    assert report.advice


@pytest.mark.parametrize("attempt", RIGHT)
def test_a_right_answer_in_other_clothes_passes(attempt):
    report = check(attempt)
    assert report.status == "passed", report.advice


def test_the_mean_probabilities_expected_agree_with_torch():
    rng = np.random.default_rng(3)
    models = [random_net(rng, 4, 3, True, scale) for scale in (1, 5)]
    x = torch.from_numpy(rng.normal(size=(6, 4)))
    expected = torch.stack([torch.log_softmax(model.eval()(x), 1).exp() for model in models]).mean(0).detach()
    torch.testing.assert_close(average_by_hand(models, x), expected)


def test_the_nets_to_freeze_really_move_when_nothing_is_frozen():
    case = next(c for c in catalogue()["freeze_up_to"].all_cases if "holds a layer" in c.what)
    model = named_net(("block1", "block2", "block3", "head"), True)
    free = [name for name in model.state_dict() if name.startswith(("block3", "head"))]
    assert case.expected["what three steps changed"] == free
