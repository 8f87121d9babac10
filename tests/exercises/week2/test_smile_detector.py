"""Splits and networks: likely wrong answers get the right sentence, others are refused too, right ones pass."""

import pytest

from attempts import changed, judged, refused

# --- split_by_person ---


def split(body):
    return judged("split_by_person", "def split_by_person(people, share, rng):\n" + body)


WRONG_SPLITS = [
    (
        "same person is in both parts",
        """
    mixed = rng.permutation(len(people))
    cut = len(people) - round(len(people) * share)
    return np.array(sorted(mixed[:cut])), np.array(sorted(mixed[cut:]))
""",
    ),
    (
        "same people every time",
        """
    everybody = sorted(set(people.tolist()))
    test = everybody[:round(share * len(everybody))]
    return tuple(np.array([i for i, p in enumerate(people) if (p in test) == part]) for part in (False, True))
""",
    ),
    (
        "parts are swapped",
        """
    names = np.unique(people)
    rng.shuffle(names)
    mask = np.isin(people, names[:round(share * len(names))])
    return np.where(mask)[0], np.where(~mask)[0]
""",
    ),
    (
        "share of the pictures is reached",
        """
    names, test = np.unique(people), []
    for person in rng.permutation(names):
        if len(test) < share * len(people):
            test += np.where(people == person)[0].tolist()
    return np.setdiff1d(np.arange(len(people)), test), np.sort(test)
""",
    ),
    (
        "same person can be drawn twice",
        """
    names = np.unique(people)
    mask = np.isin(people, names[rng.integers(len(names), size=round(share * len(names)))])
    return np.where(~mask)[0], np.where(mask)[0]
""",
    ),
    (
        "have gaps",
        """
    number = len(set(people))
    mask = np.isin(people, rng.permutation(number)[:round(share * number)])
    return np.where(~mask)[0], np.where(mask)[0]
""",
    ),
    (
        "places of their pictures",
        """
    names = rng.permutation(np.unique(people))
    cut = round(share * len(names))
    return np.sort(names[cut:]), np.sort(names[:cut])
""",
    ),
]


@pytest.mark.parametrize(("words", "body"), WRONG_SPLITS)
def test_a_wrong_split_is_told_what_is_wrong(words, body):
    refused(split(body), words)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("replace=False", "replace=True"),
        ("round(share * len(names))", "round(share * len(names)) + 1"),
        ("round(share * len(names))", "int(share * len(names)) + 1"),
        ("round(share * len(names))", "max(1, int(share * len(names) / 2))"),
        ("np.unique(people)", "np.unique(people)[1:]"),
        ("np.unique(people)", "np.arange(people.max() + 1)"),
        ("np.flatnonzero(~in_test)", "np.arange(len(people))"),
        ("np.flatnonzero(in_test)", "np.flatnonzero(in_test)[::-1]"),
        ("np.flatnonzero(in_test)", "np.flatnonzero(in_test)[1:]"),
        ("np.flatnonzero(in_test)", "np.concatenate([np.flatnonzero(in_test)] * 2)"),
        ("rng.choice", "np.random.default_rng().choice"),
        ("rng.choice", "np.random.default_rng(5).choice"),
        ("np.flatnonzero(in_test)", "people[in_test]"),
        ("np.flatnonzero(in_test)", "np.flatnonzero(in_test) + 1"),
        ("np.flatnonzero(in_test)", "np.flatnonzero(in_test) * 1.0"),
        ("np.isin(people, tested)", "np.isin(people, tested) & (rng.random(len(people)) < 0.9)"),
    ],
)
def test_other_splits_are_refused(old, new):
    report = changed("split_by_person", (old, new))
    refused(report)
    assert report.advice


RIGHT_SPLITS = [
    """
    names = rng.permutation(np.unique(people))
    test = set(names[:round(share * len(names))].tolist())
    inside = [i for i, p in enumerate(people.tolist()) if p in test]
    return [i for i in range(len(people)) if i not in inside], inside
""",
    """
    names, person = np.unique(people, return_inverse=True)
    order = rng.random(len(names)).argsort()
    chosen = np.zeros(len(names), bool)
    chosen[order[:int(share * len(names) + 0.5)]] = True
    return np.where(~chosen[person])[0], np.where(chosen[person])[0]
""",
]


@pytest.mark.parametrize("body", RIGHT_SPLITS)
def test_splits_by_other_ways_pass(body):
    report = split(body)
    assert report.status == "passed", report


# --- smile_network ---


def network(body):
    return judged("smile_network", "def smile_network(block, widths, count, grid):\n" + body)


WRONG_NETWORKS = [
    (
        "Every block has stride 2",
        """
    layers, before = [nn.Conv2d(3, widths[0], 3, 2, 1, bias=False), nn.BatchNorm2d(widths[0]), nn.ReLU()], widths[0]
    for width in widths:
        for _ in range(count):
            layers += [block(before, width, 2)]
            before = width
    head = nn.AdaptiveAvgPool2d(grid), nn.Flatten(), nn.Linear(before * grid**2, 1)
    return nn.Sequential(*layers, *head, nn.Flatten(0))
""",
    ),
    (
        "share their weights",
        """
    before = widths[0]
    net = nn.Sequential(nn.Conv2d(3, before, 3, 2, 1, bias=False), nn.BatchNorm2d(before), nn.ReLU())
    for number, width in enumerate(widths):
        if number == 0:
            net.extend([block(width, width, 1)] * count)
        else:
            net.extend([block(before, width, 2)] + [block(width, width, 1)] * (count - 1))
        before = width
    return net.extend([nn.AdaptiveAvgPool2d(grid), nn.Flatten(), nn.Linear(before * grid**2, 1), nn.Flatten(0)])
""",
    ),
]


@pytest.mark.parametrize(("words", "body"), WRONG_NETWORKS)
def test_a_wrong_network_is_told_what_is_wrong(words, body):
    refused(network(body), words)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("2 if stage > 0 and number == 0 else 1", "2 if number == 0 else 1", "first stage has stride 2"),
        ("2 if stage > 0 and number == 0 else 1", "1", "No block has stride 2"),
        (", nn.ReLU()]", "]", "ReLU after the first convolution"),
        ("nn.BatchNorm2d(channels), ", "", "batch norm after the first"),
        (", bias=False", "", "bias"),
        ("AdaptiveAvgPool2d", "AdaptiveMaxPool2d", "largest number"),
        ("nn.Flatten(0)", "nn.Flatten(0), nn.Sigmoid()", "ends in a sigmoid"),
        ("    channels = widths[0]\n", "    channels, grid = widths[0], 1\n", "one mean of each whole map"),
        (", nn.Flatten(0)", "", "column"),
        ("nn.Flatten(), ", "nn.Flatten(), nn.Dropout(0.5), ", "logits differ"),
    ],
)
def test_a_slip_in_the_network_is_recognised(old, new, words):
    refused(changed("smile_network", (old, new)), words)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("range(count)", "range(2)"),
        ("enumerate(widths)", "enumerate(widths[:2])"),
        ("stage > 0 and number == 0", "stage > 0 or number == 0"),
        ("stage > 0 and number == 0", "stage == 0 and number == 0"),
        ("3, stride=2, padding=1", "5, stride=2, padding=2"),
        ("stride=2, padding=1", "stride=2, padding=0"),
        ("stride=2, padding=1", "stride=2, padding=1, padding_mode='reflect'"),
        ("nn.ReLU()", "nn.LeakyReLU()"),
        ("nn.BatchNorm2d(channels)", "nn.GroupNorm(1, channels)"),
        ("nn.BatchNorm2d(channels)", "nn.BatchNorm2d(channels, affine=False)"),
        ("grid * grid, 1)", "grid * grid, 1, bias=False)"),
        ("nn.Flatten(), ", "nn.Flatten(), nn.ReLU(), "),
        ("*layers, ", "*layers, nn.Tanh(), "),
        ("*layers, ", "*layers[:3], *layers[4:], "),
        ("AdaptiveAvgPool2d(grid)", "AdaptiveAvgPool2d((grid, 1))"),
        ("nn.Flatten(), ", "nn.Flatten().double(), nn.BatchNorm1d(channels * grid * grid), "),
        ("nn.Sequential(*layers, ", "list((*layers, "),
        ("channels = width\n", "channels = widths[0]\n"),
    ],
)
def test_other_networks_are_refused(old, new):
    pairs = [(old, new)] + ([("nn.Flatten(0))", "nn.Flatten(0)))")] if "list" in new else [])
    report = changed("smile_network", *pairs)
    refused(report)
    assert report.advice


CLASS = """
class Net(nn.Module):
    def __init__(self, block, widths, count, grid):
        super().__init__()
        self.conv, self.norm = nn.Conv2d(3, widths[0], 3, 2, 1, bias=False), nn.BatchNorm2d(widths[0])
        steps = [(w, w, 1) for w in widths for _ in range(count)]
        for place in range(count, len(steps), count):
            steps[place] = (steps[place - 1][1], steps[place][1], 2)
        self.blocks = nn.ModuleList(block(*step) for step in steps)
        self.head, self.grid = nn.Linear(widths[-1] * grid * grid, 1), grid

    def forward(self, x):
        x = self.norm(self.conv(x)).relu()
        for layer in self.blocks:
            x = layer(x)
        parts = F.adaptive_avg_pool2d(x, self.grid)
        return self.head(parts.reshape(len(x), -1)).squeeze(1)


def smile_network(block, widths, count, grid):
    return Net(block, widths, count, grid)
"""


def test_a_module_class_passes():
    assert judged("smile_network", CLASS).status == "passed"


def test_blocks_in_a_plain_list_are_missed():
    refused(
        judged(
            "smile_network",
            CLASS.replace("nn.ModuleList(block(*step) for step in steps)", "[block(*s) for s in steps]"),
        )
    )
