"""The syllabus's wrong answers get the right sentence, others that no list foresaw are refused, right ones pass."""

import itertools

import numpy as np
import pytest
import torch
from torch import nn

from attempts import changed, judged
from cnncourse.exercises import catalogue, check
from cnncourse.exercises.week2.classic_networks_colour_cases import AXES, pixels_with
from cnncourse.networks.alexnet import AlexNet
from cnncourse.networks.layers import LocalResponseNorm
from cnncourse.networks.lenet import LeNet5
from cnncourse.networks.summary import summarise

# --- the syllabus's wrong answers, written from its words ---

SHAPES_BY_HAND = """
def alexnet_shapes(height, width):
    def conv(n):
        return (n - 11) // 4 + 1
    def pool(n):
        return (n - 3) // 2 + 1
    a, b = conv(height), conv(width)
    c, d = pool(a), pool(b)
    e, f = pool(c), pool(d)
    return [(96, a, b), (96, c, d), (256, c, d), (256, e, f), (384, e, f), (384, e, f), (256, e, f),
            (256, pool(e), pool(f))]
"""
NORM_BY_SLICES = """
def local_response_norm(a, size, alpha, beta, k):
    half = size // 2
    squares = np.stack([(a[max(i - half, 0):i + half + 1] ** 2).sum(0) for i in range(len(a))])
    return a * (k + alpha * squares) ** (-beta)
"""
COMPONENTS_BY_SVD = """
def colour_components(images):
    colours = np.concatenate([image.reshape(-1, 3) for image in images])
    centred = colours - colours.mean(axis=0)
    _, spread, rows = np.linalg.svd(centred, full_matrices=False)
    return spread**2 / len(centred), rows.T
"""
NOISE_BY_SUM = """
def pca_colour_noise(image, eigenvalues, eigenvectors, rng):
    scaled = np.array([rng.normal(0, 0.1) for _ in range(3)]) * eigenvalues
    return image + np.broadcast_to(scaled @ eigenvectors.T, image.shape)
"""
EXPECTED = [  # source, what is changed in it, the words its advice must hold
    (SHAPES_BY_HAND, "(256, e, f), (384, e, f), (384", "(384, e, f), (384, e, f), (384", "pool2 gives 384"),
    (SHAPES_BY_HAND, "conv(height), conv(width)", "conv(224), conv(224)", "starts from 224"),
    (NORM_BY_SLICES, "max(i - half, 0)", "i - half", "not clipped at the lower end"),
    (NORM_BY_SLICES, "alpha * squares", "alpha / size * squares", "divide alpha by the size"),
    (COMPONENTS_BY_SVD, "colours - colours.mean(axis=0)", "colours", "not centred"),
    (NOISE_BY_SUM, "np.array([rng.normal(0, 0.1) for _ in range(3)])", "rng.normal(0, 0.1, image.shape)", "each pixel"),
]  # fmt: skip


@pytest.mark.parametrize(("source", "old", "new", "words"), EXPECTED)
def test_the_syllabuss_wrong_answers_are_named(source, old, new, words):
    name = source.split("def ")[1].split("(")[0]
    assert old in source
    assert judged(name, source).status == "passed"
    report = judged(name, source.replace(old, new))
    assert report.status == "not yet"
    assert words in report.advice


# --- the cases' expected values, against other judges ---


def test_the_shapes_are_those_of_the_network():
    with torch.device("meta"):
        features = AlexNet().features
    case = catalogue()["alexnet_shapes"].all_cases[0]
    rows = [row for row in summarise(features, (3, *case.args)) if row.kind in ("Conv2d", "MaxPool2d")]
    assert [row.output_shape for row in rows] == case.expected


def test_the_normalised_maps_are_the_layers():
    for case in catalogue()["local_response_norm"].all_cases:
        a, size, alpha, beta, k = case.args
        layer = LocalResponseNorm(size, alpha, beta, k)
        assert layer(torch.from_numpy(a).double()[None])[0].numpy() == pytest.approx(case.expected)


@pytest.mark.parametrize("axes", AXES)
def test_made_up_pixels_have_the_covariance_they_are_made_with(axes):
    vectors = AXES[axes]
    assert vectors.T @ vectors == pytest.approx(np.eye(3), abs=1e-12)
    assert np.abs(np.abs(vectors) - np.abs(vectors.T)).max() > 0.1
    colours = pixels_with(np.array([0.2, 0.5, 0.7]), (0.03, 0.02, 0.01), vectors)
    assert np.cov(colours.T, bias=True) == pytest.approx(vectors @ np.diag([0.03, 0.02, 0.01]) @ vectors.T)
    assert colours.mean(axis=0) == pytest.approx([0.2, 0.5, 0.7])


def test_the_lenet_of_the_exercise_is_the_packages():
    theirs, ours = catalogue()["lenet5"].solution(6, 16, 10), LeNet5()
    theirs.load_state_dict(dict(zip(theirs.state_dict(), ours.state_dict().values(), strict=True)))
    x = torch.rand(3, 1, 32, 32)
    torch.testing.assert_close(theirs(x), ours(x))


@pytest.mark.parametrize("signs", list(itertools.product((1, -1), repeat=3)))
def test_components_are_right_in_columns_and_recognised_in_rows_whatever_their_signs(signs):
    def colour_components(images):
        colours = images.reshape(-1, 3)
        _, sizes, rows = np.linalg.svd(colours - colours.mean(axis=0), full_matrices=False)
        return sizes**2 / len(colours), rows.T * signs

    assert check(colour_components).status == "passed"
    right = colour_components

    def colour_components(images):
        return right(images)[0], right(images)[1].T

    report = check(colour_components)
    assert report.status == "not yet"
    assert "eigenvectors are the rows" in report.advice


def test_a_first_dense_layer_of_400_numbers_is_recognised():
    def lenet5(first_maps, second_maps, classes):
        maps = nn.Sequential(
            *(nn.Conv2d(1, first_maps, 5), nn.AvgPool2d(2), nn.Tanh()),
            *(nn.Conv2d(first_maps, second_maps, 5), nn.AvgPool2d(2), nn.Tanh()),
        )
        dense = (nn.Linear(400, 120), nn.Tanh(), nn.Linear(120, 84), nn.Tanh(), nn.Linear(84, classes))
        return nn.Sequential(maps, nn.Flatten(), *dense)

    assert "always takes 400 numbers" in check(lenet5).advice


def test_a_list_of_layers_is_refused_in_plain_words():
    def lenet5(first_maps, second_maps, classes):
        return [nn.Conv2d(1, first_maps, 5), nn.Linear(84, classes)]

    assert "a torch.nn.Sequential was expected, a list came" in check(lenet5).advice


# --- wrong answers that no list foresaw ---

REFUSED = [
    ("alexnet_shapes", "maps or channels", "maps or 3"),
    ("alexnet_shapes", "shapes.append((channels", "shapes.insert(0, (channels"),
    ("alexnet_shapes", "(5, 1, 2, 256)", "(5, 1, 1, 256)"),
    ("alexnet_shapes", "(5, 1, 2, 256)", "(5, 2, 2, 256)"),
    ("alexnet_shapes", "(3, 1, 1, 256)]", "(3, 1, 1, 384)]"),
    ("alexnet_shapes", "(3, 2, 0, None)", "(3, 3, 0, None)"),
    ("alexnet_shapes", "(11, 4, 0, 96)", "(11, 4, 1, 96)"),
    ("alexnet_shapes", "(11, 4, 0, 96)", "(11, 4, 0, 64)"),
    ("alexnet_shapes", "(11, 4, 0, 96)", "(7, 4, 0, 96)"),
    ("alexnet_shapes", "height = (height + 2 * padding", "height = (height + padding"),
    ("alexnet_shapes", "return shapes", "return shapes[:-1]"),
    ("alexnet_shapes", "// stride + 1", "/ stride + 1"),
    ("alexnet_shapes", "(channels, height, width))", "(1, channels, height, width))"),
    ("local_response_norm", "i + size // 2\n", "i + size // 2 - 1\n"),
    ("local_response_norm", "max(0, i - size // 2)", "max(0, i - size)"),
    ("local_response_norm", "max(0, i - size // 2)", "max(1, i - size // 2)"),
    ("local_response_norm", "max(0, i - size // 2)", "i"),
    ("local_response_norm", "max(0, i - size // 2)", "abs(i - size // 2)"),
    ("local_response_norm", "** 2).sum(axis=0)", "** 2).sum()"),
    ("local_response_norm", ".sum(axis=0)", ".max(axis=0)"),
    ("local_response_norm", "(k + alpha * squares) ** beta", "(k * (1 + alpha * squares)) ** beta"),
    ("local_response_norm", "(k + alpha * squares) ** beta", "(k + alpha * squares) * beta"),
    ("local_response_norm", "(k + alpha * squares) ** beta", "(k + alpha * squares) ** 0.75"),
    ("local_response_norm", "(k + alpha * squares) ** beta", "(2 + alpha * squares) ** beta"),
    ("local_response_norm", "(k + alpha * squares) ** beta", "(k + alpha**2 * squares) ** beta"),
    ("local_response_norm", "a[i] /", "abs(a[i]) /"),
    ("local_response_norm", "a[i] /", "a[i] *"),
    ("local_response_norm", "size // 2", "2"),
    ("stack_against_one", "(kernel_size - 1) // 2", "max(1, kernel_size // 3 + (kernel_size > 8))"),
    ("stack_against_one", "layers * 9", "layers * kernel_size"),
    ("stack_against_one", "kernel_size**2 * channels**2", "kernel_size**2 * channels**2 + channels"),
    ("stack_against_one", "stack * height * width", "stack * height * width // layers"),
    ("stack_against_one", "single * height * width", "single * height * width * 2"),
    ("stack_against_one", "single * height * width", "single * (height - kernel_size + 1) * width"),
    ("stack_against_one", "layers, stack, single, stack", "layers + 1, stack, single, stack"),
    ("colour_components", "images.reshape(-1, 3)", "images.reshape(-1, 3)[::2]"),
    ("colour_components", "images.reshape(-1, 3)", "images.transpose(0, 3, 1, 2).reshape(-1, 3)"),
    ("colour_components", "mean(axis=0)", "mean(axis=1, keepdims=True)"),
    ("colour_components", "mean(axis=0)", "min(axis=0)"),
    ("colour_components", "eigenvectors[:, ::-1]", "eigenvectors[::-1]"),
    ("colour_components", "eigenvectors[:, ::-1]", "eigenvectors[::-1, ::-1]"),
    ("colour_components", "eigenvectors[:, ::-1]", "2 * eigenvectors[:, ::-1]"),
    ("colour_components", "eigenvalues[::-1],", "eigenvalues[::-1] / eigenvalues.sum(),"),
    ("colour_components", "eigenvalues[::-1],", "255**2 * eigenvalues[::-1],"),
    ("colour_components", "len(centred)", "len(images)"),
    ("pca_colour_noise", "rng.normal(0, 0.1, 3)", "np.random.default_rng(0).normal(0, 0.1, 3)"),
    ("pca_colour_noise", "rng.normal(0, 0.1, 3)", "rng.normal(0, 0.1, (*image.shape[:2], 1, 3))[0, 0, 0] * 0"),
    ("pca_colour_noise", "rng.normal(0, 0.1, 3)", "rng.uniform(-0.1, 0.1, 3)"),
    ("pca_colour_noise", "rng.normal(0, 0.1, 3)", "abs(rng.normal(0, 0.1, 3))"),
    ("pca_colour_noise", "rng.normal(0, 0.1, 3)", "rng.normal(0.1, 0.1, 3)"),
    ("pca_colour_noise", "image + ", "image * (1 + image.dtype.type(0)) - "),
    ("pca_colour_noise", "image + ", "image.mean() + "),
    ("pca_colour_noise", "image + ", ""),
    ("pca_colour_noise", "alphas * eigenvalues", "alphas * eigenvalues[::-1]"),
    ("pca_colour_noise", "alphas * eigenvalues", "alphas * eigenvalues**2"),
    ("lenet5", "nn.Conv2d(1, first_maps, 5)", "nn.Conv2d(1, first_maps, 3)"),
    ("lenet5", "nn.Linear(84, classes)", "nn.Linear(84, classes, bias=False)"),
    ("lenet5", "nn.Linear(84, classes)", "nn.Linear(84, classes), nn.LogSoftmax(dim=1)"),
    ("lenet5", "nn.Linear(120, 84), nn.Tanh()", "nn.Linear(120, 84), nn.Hardtanh()"),
    ("lenet5", "(nn.Linear(120, 84), nn.Tanh())", "(nn.Linear(120, 84), nn.Tanh(), nn.Tanh())"),
    ("lenet5", "second_maps, 5), nn.AvgPool2d(2), nn.Tanh()", "second_maps, 5), nn.Tanh(), nn.AvgPool2d(2)"),
    ("lenet5", "second_maps, 5), nn.AvgPool2d(2)", "second_maps, 5, stride=2)"),
    ("lenet5", "(1, first_maps, 5), ", "(1, first_maps, 5), nn.BatchNorm2d(first_maps), "),
    ("lenet5", "second_maps * 5 * 5, 120), nn.Tanh()", "second_maps * 5 * 5, 120), nn.Softsign()"),
    ("lenet5", "nn.Linear(84, classes),\n", "nn.Linear(84, 10),\n"),
    ("lenet5", "nn.Flatten(), ", "nn.Dropout(0.3), nn.Flatten(), "),
]  # fmt: skip


@pytest.mark.parametrize(("name", "old", "new"), REFUSED)
def test_other_answers_are_refused(name, old, new):
    report = changed(name, (old, new))
    assert report.status == "not yet"
    assert report.advice


PASSED = [
    ("alexnet_shapes", "shapes.append((channels, height, width))", "shapes.append([channels, height, width])"),
    ("alexnet_shapes", "// stride + 1", "// stride + True"),
    ("local_response_norm", "/ (k + alpha * squares) ** beta", "* np.exp(-beta * np.log(k + alpha * squares))"),
    ("local_response_norm", "np.empty(a.shape)", "np.zeros(a.shape, np.float32)"),
    ("stack_against_one", "(kernel_size - 1) // 2", "kernel_size // 2"),
    ("colour_components", "eigenvalues[::-1], eigenvectors[:, ::-1]", "eigenvalues[::-1], -eigenvectors[:, ::-1]"),
    ("colour_components", "centred.T @ centred / len(centred)", "np.cov(colours.T, bias=True)"),
    ("pca_colour_noise", "rng.normal(0, 0.1, 3)", "0.1 * rng.standard_normal(3)"),
    ("lenet5", "nn.Linear(second_maps * 5 * 5, 120)", "nn.LazyLinear(120)"),
    ("lenet5", "return nn.Sequential(", "return nn.Sequential(nn.Identity(), "),
]  # fmt: skip


@pytest.mark.parametrize(("name", "old", "new"), PASSED)
def test_right_answers_in_other_clothes_pass(name, old, new):
    assert changed(name, (old, new)).status == "passed"


MODULE = """
class Net(nn.Module):
    def __init__(self, a, b, c):
        super().__init__()
        self.c1, self.c3 = nn.Conv2d(1, a, 5), nn.Conv2d(a, b, 5)
        self.c5, self.f6, self.out = nn.Linear(25 * b, 120), nn.Linear(120, 84), nn.Linear(84, c)

    def forward(self, x):
        pool = nn.functional.avg_pool2d
        x = pool(self.c3(pool(self.c1(x), 2).tanh()), 2).tanh().flatten(1)
        return self.out(self.f6(self.c5(x).tanh()).tanh())


def lenet5(first_maps, second_maps, classes):
    return Net(first_maps, second_maps, classes)
"""


def test_a_module_class_passes():
    assert judged("lenet5", MODULE).status == "passed"
