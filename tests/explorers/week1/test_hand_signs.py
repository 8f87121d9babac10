import numpy as np
import pytest

from cnncourse.convolution import Conv2d, Flatten, Linear, MaxPool2d, Network, ReLU
from cnncourse.explorers import PointerEvent
from cnncourse.explorers.week1 import hand_signs_bars as bars
from cnncourse.explorers.week1 import hand_signs_confusion as confusion
from cnncourse.explorers.week1 import hand_signs_studio as studio
from cnncourse.explorers.week1 import hand_signs_training as training
from cnncourse.pictures import hand_signs


def click(x, y):
    return PointerEvent("click", x, y)


def key(name):
    return PointerEvent("key", key=name)


def test_softmax_gives_probabilities_even_of_huge_logits():
    probabilities = bars.softmax([[1000.0, 0.0], [-1000.0, -1000.0]])
    assert probabilities.tolist() == [[1.0, 0.0], [0.5, 0.5]]


@pytest.mark.parametrize("count", [0, 5])
@pytest.mark.parametrize("preset", ["easy", "hard"])
@pytest.mark.parametrize(("seed", "spot"), [(0, (0, 0)), (studio.LARGEST_SEED, (63, 63))])
def test_the_studio_paints_in_every_state(count, preset, seed, spot):
    state = {"count": count, "seed": seed, "preset": preset, "spot": spot}
    assert studio.studio_picture(**state).shape == (996, 1700, 3)
    assert f"with {bars.fingers(count)}" in studio.studio_caption(**state)


def test_the_studios_other_hands_show_as_many_fingers():
    images, labels = hand_signs("train", "easy")
    places, others = studio.others(4, 39, "easy")
    assert (labels[places] == 4).all()
    assert len(set(places.tolist())) == studio.OTHERS
    assert (others == images[places]).all()


def test_the_studios_caption_counts_the_training_set():
    text = studio.studio_caption(count=1, seed=0, preset="hard", spot=(0, 0))
    assert "12,288 numbers" in text
    assert "1,080 of them, 180 with 1 finger;" in text


def test_a_pixel_is_chosen_by_click_and_keys():
    state = {"count": 3, "seed": 4, "preset": "hard", "spot": (63, 0)}
    x, y = studio.LEFT + 10 * studio.PIXEL + 1, studio.TOP + 20 * studio.PIXEL + 1
    assert studio.studio_pointer(click(x, y), **state) == {"spot": (20, 10)}
    assert studio.studio_pointer(click(700, 100), **state) is None
    assert studio.studio_pointer(PointerEvent("hover", x, y), **state) is None
    assert studio.studio_pointer(key("ArrowDown"), **state) == {"spot": (63, 0)}
    assert studio.studio_pointer(key("ArrowUp"), **state) == {"spot": (62, 0)}


def test_every_control_of_the_studio_changes_the_picture():
    explorer = studio.hand_studio()
    for change in ({"count": 0}, {"seed": 17}, {"preset": "easy"}, {"spot": (5, 60)}):
        before = explorer.picture.copy()
        explorer.set(**change)
        assert (explorer.picture != before).any(), change


@pytest.fixture(scope="module")
def record():
    """Losses, accuracies, parameters and pictures of three epochs of nothing but random parameters."""
    losses, parameters = np.linspace(2, 1, 12), []
    for seed in range(4):
        rng = np.random.default_rng(seed)
        layers = [Conv2d(3, 8, 5, 2, 2, rng), ReLU(), MaxPool2d(4), Conv2d(8, 16, 3, 1, 1, rng), ReLU(), MaxPool2d(2)]
        parameters.append(Network([*layers, Flatten(), Linear(256, 6, rng)]).parameters)
    images, labels = hand_signs("test", "easy")
    return losses, [0.1, 0.2, 0.3, 0.4], parameters, images[:9], labels[:9]


def test_the_forward_pass_is_the_networks(record):
    rng = np.random.default_rng(2)
    layers = [Conv2d(3, 8, 5, 2, 2, rng), ReLU(), MaxPool2d(4), Conv2d(8, 16, 3, 1, 1, rng), ReLU(), MaxPool2d(2)]
    net = Network([*layers, Flatten(), Linear(256, 6, rng)])
    x = training.network_input(record[3])
    assert training.forward_pass(net.parameters, x) == pytest.approx(net.forward(x), abs=1e-4)


def test_a_run_knows_its_epochs_losses_and_maps(record):
    run = training.Run(*record)
    assert run.epochs == 3
    assert run.epoch_losses() == pytest.approx([record[0][i : i + 4].mean() for i in (0, 4, 8)])
    assert run.response(1, 2, 7).shape == (32, 32)
    assert run.response(1, 2, 7).min() == 0
    assert run.probabilities(3).sum(axis=1) == pytest.approx(np.ones(6))


def test_a_filter_of_zeros_is_mid_grey(record):
    run = training.Run(*record)
    run.parameters = [{"0.weight": np.zeros((8, 3, 5, 5))}]
    assert (run.filters(0) == 0.5).all()
    assert run.filters(0).shape == (8, 5, 5, 3)


@pytest.mark.parametrize("epoch", [0, 1, 3])
@pytest.mark.parametrize(("chosen", "filter"), [(0, 0), (5, 7)])
def test_the_player_paints_in_every_state(record, epoch, chosen, filter):
    run = training.Run(*record)
    assert training.run_picture(run, epoch, chosen, filter).shape == (952, 1700, 3)
    assert f"{record[1][epoch]:.1%} of the test pictures" in training.run_caption(run, epoch, chosen, filter)


def test_the_players_caption_gives_the_epochs_mean_loss(record):
    assert f"mean loss {record[0][4:8].mean():.3f}" in training.run_caption(training.Run(*record), 2, 0, 0)


def test_a_run_without_an_entry_for_the_start_is_refused(record):
    losses, accuracies, *rest = record
    with pytest.raises(ValueError, match="got 3 and 4"):
        training.Run(losses, accuracies[1:], *rest)


def test_filters_and_pictures_are_chosen_by_click_and_keys():
    state = {"epoch": 0, "chosen": 5, "filter": 0}
    filter_3 = click(training.FILTER_X + 3 * training.FILTER_STEP + 9, training.FILTER_Y + 9)
    picture_2 = click(training.PICTURE_X + 2 * training.PICTURE_STEP + 9, training.PICTURE_Y + 9)
    assert training.run_pointer(filter_3, **state) == {"filter": 3}
    assert training.run_pointer(picture_2, **state) == {"chosen": 2}
    assert training.run_pointer(click(100, 100), **state) is None
    assert training.run_pointer(key("ArrowDown"), **state) == {"chosen": 5, "filter": 0}
    assert training.run_pointer(key("ArrowRight"), **state) == {"chosen": 5, "filter": 1}


def test_every_control_of_the_player_changes_the_picture(record):
    explorer = training.training_player(*record)
    for change in ({"epoch": 1}, {"chosen": 0}, {"filter": 6}):
        before = explorer.picture.copy()
        explorer.set(**change)
        assert (explorer.picture != before).any(), change


def test_the_learners_forward_pass_is_used_and_named(record):
    explorer = training.training_player(*record, own_forward_pass=lambda parameters, x: np.eye(6))
    assert "your" in explorer._caption_box.value
    assert "6 of the six" in explorer._caption_box.value
    assert "is still empty" in training.training_player(*record, lambda parameters, x: None)._caption_box.value


TRUTH = np.array([0, 0, 1, 2, 3, 3, 3, 5])
GUESS = np.array([0, 0, 1, 3, 3, 2, 5, 5])
PROBABILITIES = np.full((8, 6), 0.1) + np.eye(6)[GUESS] * np.linspace(0.1, 0.4, 8)[:, None]


def test_the_matrix_counts_by_truth_and_guess():
    matrix = confusion.confusion_matrix(TRUTH, GUESS, 6)
    assert matrix[3].tolist() == [0, 0, 1, 1, 0, 1]
    assert matrix.sum() == 8
    assert confusion.share_between_neighbours(matrix) == pytest.approx(2 / 3)
    assert confusion.worst_cell(matrix) == (2, 3)
    assert confusion.share_between_neighbours(np.eye(6)) == 0


def test_a_cells_pictures_come_surest_first():
    assert confusion.pictures_of(PROBABILITIES, TRUTH, (0, 0)).tolist() == [1, 0]
    assert confusion.pictures_of(PROBABILITIES, TRUTH, (3, 5)).tolist() == [6]
    assert confusion.pictures_of(PROBABILITIES, TRUTH, (4, 4)).tolist() == []


def test_the_matrixs_caption_counts():
    text = confusion.matrix_caption(confusion.confusion_matrix(TRUTH, GUESS, 6), (3, 4))
    assert "5 of 8 right (62.5%)" in text
    assert "Of 3 pictures with 3 fingers, 1 was read rightly; none was read as 4" in text
    assert "67% of the mistakes" in text


def test_cells_are_chosen_by_click_and_keys():
    state = {"net": "a", "cell": (5, 0), "page": 2}
    inside = click(confusion.LEFT + 4.5 * confusion.CELL, confusion.TOP + 1.5 * confusion.CELL)
    assert confusion.matrix_pointer(inside, **state) == {"cell": (1, 4), "page": 0}
    assert confusion.matrix_pointer(click(700, 100), **state) is None
    assert confusion.matrix_pointer(key("ArrowDown"), **state)["cell"] == (5, 0)
    assert confusion.matrix_pointer(key("ArrowRight"), **state)["cell"] == (5, 1)


def test_every_cell_page_and_net_paints():
    images, truth = hand_signs("test")
    sure = bars.softmax(np.random.default_rng(0).normal(size=(600, 6)))
    explorer = confusion.confusions({"random": sure, "perfect": np.eye(6)[truth]}, truth, images)
    assert "600 of 600 right (100.0%)" in explorer._caption_box.value
    assert explorer.picture.shape == (940, 1700, 3)
    for change in ({"net": "random"}, {"cell": (2, 2)}, {"page": 1}, {"cell": (0, 5)}):
        before = explorer.picture.copy()
        explorer.set(**change)
        assert (explorer.picture != before).any(), change


def test_the_learners_matrix_is_shown_and_named():
    images = hand_signs("test", "easy")[0][:8]

    def sideways(truth, predicted, classes):
        return confusion.confusion_matrix(predicted, truth, classes)

    explorer = confusion.confusions({"net": PROBABILITIES}, TRUTH, images, sideways)
    assert "your" in explorer._caption_box.value
    assert "another answer" in explorer._caption_box.value
