import numpy as np
import pytest
import torch

from cnncourse.explorers import PointerEvent
from cnncourse.explorers.week2 import smile_detector_mistakes as examiner
from cnncourse.explorers.week2 import smile_detector_mistakes_picture as drawn
from cnncourse.explorers.week2 import smile_detector_occlusion as occlusion
from cnncourse.explorers.week2.smile_detector_bars import reader
from cnncourse.networks.smile_detector import SmileNet


def click(x, y):
    return PointerEvent("click", x, y)


def key(name):
    return PointerEvent("key", key=name)


def brightness(pictures):
    """Stand in for a detector: the mean of each picture as its probability."""
    return pictures.reshape(len(pictures), -1).mean(axis=1) / 255


def test_a_reader_gives_each_pictures_sigmoid_and_leaves_the_mode():
    torch.manual_seed(0)
    net = SmileNet((2, 3)).train()
    pictures = np.random.default_rng(0).integers(0, 256, (5, 64, 64, 3), dtype=np.uint8)
    probabilities = reader(net)(pictures)
    assert net.training
    with torch.no_grad():
        logits = net.eval()(torch.from_numpy(pictures.transpose(0, 3, 1, 2) / 255).float())
    assert probabilities == pytest.approx(1 / (1 + np.exp(-logits.numpy())), abs=1e-6)


# --- the examiner of mistakes ---

P = np.array([0.01, 0.04, 0.33, 0.6, 0.62, 0.97, 0.97, 1.0, 0.5])
TRUTH = np.array([0, 1, 1, 0, 1, 1, 1, 1, 0])
IMAGES = np.random.default_rng(3).integers(0, 256, (9, 64, 64, 3), dtype=np.uint8)


def test_the_counts_are_those_of_a_plain_loop():
    counts = [0, 0, 0, 0]
    for p, label in zip(P, TRUTH, strict=True):
        counts[(0 if label else 1) if p >= 0.5 else (2 if label else 3)] += 1
    assert examiner.outcome_counts(*examiner._as_batches(P, TRUTH), 0.5) == tuple(counts) == (4, 2, 2, 1)


def test_precision_and_recall_of_nothing_are_nothing():
    assert examiner.precision_and_recall((4, 2, 2, 1)) == (pytest.approx(4 / 6), pytest.approx(4 / 6))
    assert examiner.precision_and_recall((0, 0, 0, 9)) == (None, None)
    assert "nothing is called a smile; there are no smiles" in examiner.mistakes_caption((0, 0, 0, 9), 0.9)
    assert "of 3 called a smile, 1 is (precision 33.3%); of 2 smiles, 1 is found" in examiner.mistakes_caption(
        (1, 2, 1, 9), 0.9
    )


def test_the_histogram_holds_every_picture_once():
    counts = examiner.histogram(P, TRUTH)
    assert counts.shape == (2, 20)
    assert counts.sum(axis=1).tolist() == [3, 6]
    assert counts[1, 19] == 3
    assert counts[0, 0] == counts[1, 0] == counts[0, 10] == counts[0, 12] == 1


def test_mistakes_come_worst_first():
    def of(shown):
        return examiner.chosen_pictures(P, TRUTH, 0.5, shown, None).tolist()

    assert of("false alarms") == [3, 8]
    assert of("misses") == [1, 2]
    assert of("hits") == [7, 5, 6, 4]
    assert of("rejections") == [0]
    assert examiner.chosen_pictures(P, TRUTH, 0.5, "hits", (1, 19)).tolist() == [7, 5, 6]


def test_the_examiners_caption_counts():
    text = examiner.mistakes_caption((4, 2, 2, 1), 0.5)
    assert "5 of 9 right (55.6%)" in text
    assert "of 6 called a smile, 4 are (precision 66.7%); of 6 smiles, 4 are found (recall 66.7%)" in text


def test_bars_are_chosen_by_click_and_keys():
    smile_12 = click(drawn.LEFT + 12 * drawn.BIN + 3, drawn.FLOOR - 5)
    other_0 = click(drawn.LEFT + 3, drawn.FLOOR + 5)
    assert examiner.mistakes_pointer(smile_12, bar=None) == {"bar": (1, 12), "page": 0}
    assert examiner.mistakes_pointer(other_0, bar=None) == {"bar": (0, 0), "page": 0}
    assert examiner.mistakes_pointer(click(800, 20), bar=None) is None
    assert examiner.mistakes_pointer(key("ArrowRight"), bar=None)["bar"] == (1, 0)
    assert examiner.mistakes_pointer(key("ArrowRight"), bar=(1, 19))["bar"] == (1, 19)
    assert examiner.mistakes_pointer(key("ArrowDown"), bar=(1, 7))["bar"] == (0, 7)
    assert examiner.mistakes_pointer(key("Enter"), bar=(1, 7)) is None


@pytest.mark.parametrize("threshold", [0.02, 0.5, 0.98])
@pytest.mark.parametrize(("shown", "bar"), [("hits", None), ("misses", None), ("hits", (0, 5)), ("hits", (1, 19))])
def test_the_examiner_paints_in_every_state(threshold, shown, bar):
    counts = examiner.outcome_counts(*examiner._as_batches(P, TRUTH), threshold)
    state = {"threshold": threshold, "shown": shown, "bar": bar, "page": 3}
    assert examiner.mistakes_picture(counts, P, TRUTH, IMAGES, **state).shape == (960, 1700, 3)


def test_every_control_of_the_examiner_changes_the_picture():
    explorer = examiner.mistakes({"other": P[::-1], "one": P}, TRUTH, IMAGES)
    assert "5 of 9 right" in explorer._caption_box.value
    for change in ({"net": "other"}, {"threshold": 0.9}, {"shown": "hits"}, {"bar": (1, 19)}):
        before = explorer.picture.copy()
        explorer.set(**change)
        assert (explorer.picture != before).any(), change


def test_the_learners_counts_are_drawn_and_named():
    def swapped(model, batches, threshold):
        hits, alarms, misses, rejections = examiner.outcome_counts(model, batches, threshold)
        return hits, misses, alarms, rejections + 1

    explorer = examiner.mistakes({"net": P}, TRUTH, IMAGES, swapped)
    assert "5 of 9 right" not in explorer._caption_box.value
    assert "another answer" in explorer._caption_box.value
    assert "is still empty" in examiner.mistakes({"net": P}, TRUTH, IMAGES, lambda *_: None)._caption_box.value


# --- the occluder ---

WHITE_SPOT = np.zeros((64, 64, 3), np.uint8)
WHITE_SPOT[44:52, 20:28] = 255


def test_the_square_covers_its_place_alone_and_is_cut_at_the_border():
    picture = IMAGES[0]
    inside = occlusion.covered(picture, (30, 40), 6)
    changed = (inside != picture).any(axis=2)
    assert set(zip(*np.nonzero(changed), strict=True)) <= {(r, c) for r in range(27, 33) for c in range(37, 43)}
    assert (inside[27:33, 37:43] == picture.reshape(-1, 3).mean(axis=0).round()).all()
    corner = occlusion.covered(picture, (63, 0), 8)
    assert (corner[:59] == picture[:59]).all()
    assert (corner[:, 4:] == picture[:, 4:]).all()


def test_the_map_is_largest_where_the_only_bright_spot_is_hidden():
    falls = occlusion.occlusion_map(brightness, WHITE_SPOT, 12)
    assert falls.shape == (16, 16)
    row, column = occlusion.strongest(falls)
    assert abs(row - 48) <= 4
    assert abs(column - 24) <= 4
    caption = occlusion.occlusion_caption
    state = {"number": 0, "side": 12, "spot": (2, 2)}
    assert f"falls most with it at row {row}, column {column}." in caption(
        brightness, falls, WHITE_SPOT[None], [1], **state
    )
    assert f"rises most with it at row {row}, column {column}." in caption(
        brightness, -falls, WHITE_SPOT[None], [0], **state
    )
    by_hand = np.log(brightness(WHITE_SPOT[None])[0]) - np.log(
        brightness(occlusion.covered(WHITE_SPOT, (46, 26), 12)[None])[0]
    )
    assert falls[11, 6] == pytest.approx(by_hand, rel=0.05)  # of so small p, the logit is nearly log p


def test_the_square_follows_pointer_and_keys():
    middle = click(occlusion.LEFT + occlusion.SIDE / 2, occlusion.TOP + occlusion.SIDE / 4)
    in_map = PointerEvent("drag", occlusion.RIGHT + occlusion.SIDE + 50, occlusion.TOP - 20)
    assert occlusion.occlusion_pointer(middle, spot=(0, 0)) == {"spot": (16, 32)}
    assert occlusion.occlusion_pointer(in_map, spot=(0, 0)) == {"spot": (0, 63)}
    assert occlusion.occlusion_pointer(click(3, 3), spot=(0, 0)) is None
    assert occlusion.occlusion_pointer(key("ArrowUp"), spot=(1, 9)) == {"spot": (0, 9)}
    assert occlusion.occlusion_pointer(key("Enter"), spot=(1, 9)) is None


def test_every_control_of_the_occluder_changes_the_picture():
    torch.manual_seed(0)
    explorer = occlusion.where_it_looks(SmileNet((2, 3)), IMAGES[:3], TRUTH[:3])
    assert "labelled <b>a smile</b>" in explorer._caption_box.value
    for change in ({"number": 0}, {"side": 28}, {"spot": (3, 60)}):
        before = explorer.picture.copy()
        explorer.set(**change)
        assert (explorer.picture != before).any(), change
