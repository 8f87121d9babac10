import numpy as np
import pytest

from cnncourse.detection.precision import mean_average_precision
from cnncourse.detection.yolo import encode
from cnncourse.explorers import PointerEvent
from cnncourse.explorers.week3 import car_detection_inside as inside
from cnncourse.explorers.week3 import car_detection_inside_picture as inside_drawn
from cnncourse.explorers.week3 import car_detection_kinds as kinds
from cnncourse.explorers.week3 import car_detection_mistakes as browser
from cnncourse.explorers.week3 import car_detection_mistakes_picture as drawn
from cnncourse.pictures.road_scenes import RoadScenes

ANCHORS = np.array([[10.0, 25.0], [40.0, 24.0]])


def click(x, y):
    return PointerEvent("click", x, y)


def key(name):
    return PointerEvent("key", key=name)


def found(*rows):
    """Return detections of rows (box, score, label)."""
    boxes, scores, labels = ([row[part] for row in rows] for part in range(3))
    return np.array(boxes, float).reshape(-1, 4), np.array(scores, float), np.array(labels, int)


def truth(*rows):
    """Return a truth of rows (box, label, ignored)."""
    boxes, labels, ignored = ([row[part] for row in rows] for part in range(3))
    return np.array(boxes, float).reshape(-1, 4), np.array(labels, int), np.array(ignored, bool)


CAR, PERSON, FAR = [40, 60, 80, 84], [100, 50, 112, 90], [10, 10, 30, 40]
TRUTH = truth((CAR, 0, False), (PERSON, 1, False), ([5, 100, 9, 108], 1, True))
FOUND = found(
    (CAR, 0.9, 0),
    ([42, 60, 82, 84], 0.8, 0),  # the same car again
    (PERSON, 0.7, 2),  # the person, called a motorcycle
    ([100, 50, 112, 66], 0.6, 1),  # the person's upper 16 of 40 pixels: IoU 0.4
    (FAR, 0.5, 0),
    ([5, 100, 9, 108], 0.4, 1),
)
WORDS = ["hit", "duplicate", "wrong class", "poor box", "false alarm", "ignored"]


def scenes_and_candidates(seed=0, count=12):
    """Return scenes of random boxes and the candidates that a careless detector makes of them."""
    rng = np.random.default_rng(seed)
    images = rng.integers(0, 256, (count, 160, 160, 3), dtype=np.uint8)
    truths, candidates = [], []
    for _ in range(count):
        number = rng.integers(1, 5)
        corners = rng.uniform(0, 110, (number, 2))
        boxes = np.concatenate([corners, corners + rng.uniform(12, 50, (number, 2))], axis=1)
        labels = rng.integers(0, 3, number)
        truths.append((boxes, labels, rng.random(number) < 0.2))
        many = np.repeat(boxes, 2, axis=0) + rng.normal(0, 4, (2 * number, 4))
        named = np.where(rng.random(2 * number) < 0.2, rng.integers(0, 3, 2 * number), np.repeat(labels, 2))
        candidates.append((np.sort(many.reshape(-1, 2, 2), axis=1).reshape(-1, 4), rng.random(2 * number), named))
    return RoadScenes(images, *map(list, zip(*truths, strict=True))), candidates


# --- kinds ---


def test_every_detection_has_its_kind():
    words = kinds.judge_detections(FOUND, TRUTH, 0.5)
    assert words == ["hit", "duplicate", "false alarm", "false alarm", "false alarm", "ignored"]
    assert kinds.refined(words, FOUND, TRUTH) == WORDS


def test_what_no_hit_has_found_is_missed():
    words = kinds.judge_detections(FOUND, TRUTH, 0.5)
    assert kinds.missed(words, FOUND, TRUTH).tolist() == [1]
    assert kinds.missed([], found(), TRUTH).tolist() == [0, 1]
    assert kinds.missed([], found(), truth()).tolist() == []


def test_the_table_counts_every_entry_once():
    everything = kinds.entries(FOUND, TRUTH, kinds.judge_detections(FOUND, TRUTH, 0.5), 3)
    table = kinds.counts(everything)
    assert len(everything) == 7
    assert dict(zip(kinds.KINDS, table[:, -1].tolist(), strict=True)) == dict.fromkeys(kinds.KINDS, 1)
    assert table[:, :-1].sum(axis=1).tolist() == table[:, -1].tolist()
    assert table[kinds.KINDS.index("wrong class"), 2] == 1  # under what it was called


def test_the_surest_detections_and_the_highest_missed_objects_come_first():
    entry = kinds.Entry
    tall, low = (
        entry("missed", 0, np.array([0, 0, 5, 40.0]), 1, None),
        entry("missed", 1, np.array([0, 0, 90, 20.0]), 0, None),
    )
    sure, unsure = entry("hit", 0, np.zeros(4), 0, 0.9), entry("hit", 0, np.zeros(4), 1, 0.2)
    everything = [low, unsure, tall, sure]
    assert kinds.chosen_entries(everything, "missed", None) == [tall, low]
    assert kinds.chosen_entries(everything, "hit", None) == [sure, unsure]
    assert kinds.chosen_entries(everything, "hit", 1) == [unsure]


def test_thresholds_keep_what_scores_and_what_is_not_suppressed():
    boxes, scores, _ = kinds.kept(FOUND, 0.55, 0.5)
    assert scores.tolist() == [0.9, 0.7, 0.6]
    assert boxes[0].tolist() == CAR
    assert kinds.kept(FOUND, 0.0, 1.0)[1].tolist() == FOUND[1].tolist()
    assert len(kinds.kept(found(), 0.5, 0.5)[0]) == 0


@pytest.mark.parametrize("seed", range(4))
def test_hits_and_misses_agree_with_average_precisions_matching(seed):
    """With one score a detection, all classes: the precision that mAP's matching gives at the last detection."""
    scenes, candidates = scenes_and_candidates(seed)
    truths = browser.truths_of(scenes)
    everything = browser.all_entries(candidates, truths, 0.3, 0.5, browser.numbered(kinds.judge_detections))
    table = kinds.counts(everything)
    wanted = sum(int((~ignored).sum()) for *_, ignored in truths)
    assert table[0, -1] + table[1, -1] == wanted
    sole = [kinds.kept(some, 0.3, 0.5) for some in candidates]
    perfect = mean_average_precision(sole, truths)
    assert (perfect > 0.999) == (table[1:6, -1].sum() == 0)
    assert sum(len(one[0]) for one in sole) == table[[0, 2, 3, 4, 5, 6], -1].sum()


# --- the browser of mistakes ---


def test_the_browsers_caption_counts():
    table = kinds.counts(kinds.entries(FOUND, TRUTH, kinds.judge_detections(FOUND, TRUTH, 0.5), 0))
    text = browser.browser_caption(table, "missed", None, 4, [1, 2, 3])
    assert "Of <b>2</b> objects 1 is found (recall 50%) and 1 missed" in text
    assert "of <b>5</b> detections that count, 1 is right (precision 20%)" in text
    assert "Shown: missed, all classes, 2 of 3." in text
    once = browser.browser_caption(np.ones((7, 4), int), "hit", 1, 0, [1])
    assert "1 false alarm, 1 duplicate, 1 of the wrong class" in once
    assert "1 found an ignored object and counts neither way" in once
    assert "recall –" in browser.browser_caption(np.zeros((7, 4), int), "hit", 1, 0, [])


def test_the_table_is_clicked_and_walked_by_keys():
    (left, top), (width, height) = drawn.TABLE, drawn.CELL
    state = {"kind": "hit", "label": None, "position": 3}
    place = click(left + 1.5 * width, top + 2.5 * height)
    assert browser.browser_pointer(place, **state) == {"kind": "false alarm", "label": 1, "position": 0}
    assert browser.browser_pointer(click(left + 3.5 * width, top + 2), **state)["label"] is None
    assert browser.browser_pointer(click(20, 20), **state) is None
    assert browser.browser_pointer(key("ArrowRight"), **state) == {"position": 4}
    assert browser.browser_pointer(key("ArrowLeft"), **state) == {"position": 2}
    assert browser.browser_pointer(key("ArrowUp"), **state) == {"kind": "ignored", "position": 0}
    assert browser.browser_pointer(key("Enter"), **state) is None


@pytest.mark.parametrize(
    "box", [[0, 0, 160, 160], [0, 0, 1, 2], [158, 159, 160, 160], [-5, 70, 40, 90], [70, 70, 75, 99]]
)
def test_the_enlargement_lies_inside_the_picture(box):
    left, top, side = drawn.zoom_box(np.array(box, float), (160, 160))
    assert left >= 0
    assert top >= 0
    assert side >= 2
    assert left + side <= 160
    assert top + side <= 160


def test_every_control_of_the_browser_changes_the_picture():
    scenes, candidates = zip(*(scenes_and_candidates(seed) for seed in (1, 2)), strict=True)
    explorer = browser.mistakes(
        dict(zip(("day", "held_out"), scenes, strict=True)), dict(zip(("day", "held_out"), candidates, strict=True))
    )
    changes = [{"style": list(browser.STYLES)[1]}, {"overlap": 0.1}, {"score": 0.75}, {"kind": "hit"}, {"label": 1}]
    for change in changes:
        before = explorer.picture.copy()
        explorer.set(**change)
        assert (explorer.picture != before).any(), change
    explorer.set(label=None)
    for button in explorer._flow.children[-2:]:
        before = explorer.picture.copy()
        button.click()
        assert (explorer.picture != before).any(), button.description


@pytest.mark.parametrize("kind", kinds.KINDS)
@pytest.mark.parametrize(("score", "overlap"), [(0.05, 1.0), (0.95, 0.1)])
def test_the_browser_paints_every_kind_at_the_ends(kind, score, overlap):
    scenes, candidates = scenes_and_candidates(3)
    both = {"day": scenes, "held_out": scenes}, {"day": candidates, "held_out": candidates}
    explorer = browser.mistakes(*both)
    explorer.set(kind=kind, score=score, overlap=overlap, position=-1)
    assert explorer.picture.shape == (1000, 1700, 3)


def test_the_learners_judge_is_used_and_named():
    scenes, candidates = scenes_and_candidates(4)
    both = {"day": scenes, "held_out": scenes}, {"day": candidates, "held_out": candidates}

    def generous(found, truth, iou_threshold):
        return ["hit"] * len(found[0])

    text = browser.mistakes(*both, generous)._caption_box.value
    assert "0 false alarms" in text
    assert "<em>your</em>" in text
    assert "is still empty" in browser.mistakes(*both, lambda *_: None)._caption_box.value
    assert (
        "raises ValueError" in browser.mistakes(*both, lambda found, *_: ["right"] * len(found[0]))._caption_box.value
    )


# --- inside the detector ---


def answers_of(scenes, grid_size=5):
    """Return the targets of scenes, made a little unsure, as a net's answers."""
    sure = [encode(b, c, grid_size, ANCHORS, 3, (160, 160)) for b, c in zip(scenes.boxes, scenes.labels, strict=True)]
    quiet = np.array([0.04, 0.5, 0.5, 1, 1, 0.5, 0.3, 0.2])
    return np.array([np.where(one[..., :1] > 0, one * 0.8, quiet) for one in sure])


def test_a_cells_boxes_are_those_that_were_encoded():
    box = np.array([[33.0, 61, 75, 84]])
    target = encode(box, [2], 4, ANCHORS, 3, (160, 160))
    row, column, anchor = (int(i) for i in np.argwhere(target[..., 0])[0])
    boxes, scores = inside.cell_boxes(target, (row, column), (160, 160))
    assert boxes[anchor] == pytest.approx(box[0])
    assert scores.tolist() == [1.0 if b == anchor else 0.0 for b in range(2)]
    assert inside.strongest_cell(target) == (row, column)


def test_the_map_takes_the_best_anchor():
    prediction = np.zeros((2, 2, 3, 8))
    prediction[1, 0, :, 0] = (0.2, 0.9, 0.4)
    prediction[1, 0, :, 5] = (1.0, 0.3, 0.9)
    assert inside.grid_map(prediction, inside.MAPS[0])[1, 0] == 0.9
    assert inside.grid_map(prediction, inside.MAPS[1])[1, 0] == pytest.approx(0.36)


def test_the_inside_caption_multiplies():
    prediction = np.zeros((2, 2, 1, 8))
    prediction[1, 0, 0] = (0.8, 0.5, 0.5, 1, 1, 0.1, 0.5, 0.4)
    text = inside.inside_caption(prediction, (1, 0), 7, 3, 0.3, 0.45)
    assert "p_c 0.80 × pedestrian 0.50 = score <b>0.40</b>" in text
    assert "Of 4 places <b>7</b> score 0.30 or more" in text
    assert "above IoU 0.45 leaves <b>3</b>" in text
    assert "<b>1</b> scores 0.30 or more" in inside.inside_caption(prediction, (1, 0), 1, 1, 0.3, 0.45)


def test_cells_are_chosen_by_pointer_and_keys():
    step = inside_drawn.SIDE / 5
    at = PointerEvent("drag", inside_drawn.LEFT + 3.5 * step, inside_drawn.TOP + 0.5 * step)
    assert inside.inside_pointer(at, cell=(2, 2), grid_size=5) == {"cell": (0, 3)}
    assert inside.inside_pointer(click(840, 10), cell=(2, 2), grid_size=5) is None
    assert inside.inside_pointer(key("ArrowDown"), cell=(4, 1), grid_size=5) == {"cell": (4, 1)}
    assert inside.inside_pointer(key("ArrowRight"), cell=(4, 1), grid_size=5) == {"cell": (4, 2)}
    assert inside.inside_pointer(key("Enter"), cell=(4, 1), grid_size=5) is None


def test_every_control_of_the_inside_changes_the_picture():
    groups = {style: scenes_and_candidates(seed)[0] for style, seed in (("day", 5), ("held_out", 6))}
    answers = {style: answers_of(group) for style, group in groups.items()}
    explorer = inside.inside(groups, answers, ANCHORS)
    assert explorer.state["scene"] != 11
    changes = [{"style": list(inside.STYLES)[1]}, {"scene": 11}, {"shown": inside.MAPS[1]}, {"score": 0.95}]
    for change in (*changes, {"cell": (0, 4)}, {"cell": (4, 0)}):
        before = explorer.picture.copy()
        explorer.set(**change)
        assert (explorer.picture != before).any(), change
    before = explorer.picture.copy()
    explorer.point("drag", inside_drawn.LEFT + 200, inside_drawn.TOP + 200)
    assert (explorer.picture != before).any()


def test_the_learners_detections_are_used_when_they_can_be_drawn():
    groups = {style: scenes_and_candidates(7)[0] for style in ("day", "held_out")}
    answers = {style: answers_of(group) for style, group in groups.items()}

    def nothing(prediction, anchors, image_size, score_threshold, iou_threshold):
        return np.zeros((0, 4)), np.zeros(0), np.zeros(0, int)

    assert "leaves <b>0</b>" in inside.inside(groups, answers, ANCHORS, nothing)._caption_box.value
    broken = inside.inside(groups, answers, ANCHORS, lambda *_: (np.zeros((2, 4)), np.zeros(3), np.zeros(2)))
    assert "course's own draws" in broken._caption_box.value
