import json

import numpy as np
import pytest
from render_roads import as_json

from cnncourse.data_folder import data_file
from cnncourse.pictures import road_scenes as module
from cnncourse.pictures.road_scenes import (
    CHUNK,
    CLASSES,
    SIZE,
    file_names,
    gathered,
    packed,
    remake_scene,
    render_scene,
    road_scene,
    road_scenes,
    unpacked,
)


@pytest.fixture(scope="module")
def day():
    return road_scenes()


@pytest.fixture(scope="module")
def held_out():
    return road_scenes(style="held_out")


@pytest.fixture
def drawn(tmp_path, monkeypatch):
    """Render coloured tiles instead of scenes, and return the numbers that were asked for."""
    monkeypatch.setenv("CNNCOURSE_CACHE", str(tmp_path))
    asked = []

    def tiles(index, split, style):
        asked.append(index)
        rng = np.random.default_rng([index, len(split), len(style)])
        count = index % 3
        image = rng.integers(0, 256, (20, 20, 3)).astype(np.uint8).repeat(8, 0).repeat(8, 1)
        return image, rng.random((count, 4)), rng.integers(0, 3, count), rng.random(count) < 0.5

    monkeypatch.setattr(module, "render_scene", tiles)
    return asked


def same(one, other):
    assert np.array_equal(one.images, other.images)
    for field in ("boxes", "labels", "ignored"):
        for a, b in zip(getattr(one, field), getattr(other, field), strict=True):
            assert np.array_equal(a, b)
            assert a.dtype == b.dtype


@pytest.mark.parametrize(("style", "index"), [("day", 0), ("day", 77), ("held_out", 3), ("held_out", 149)])
def test_a_shipped_scene_can_be_made_again_bit_for_bit(style, index):
    shipped = road_scenes(style=style)
    image, boxes, labels, ignored = remake_scene(index, "validation", style)
    assert np.array_equal(image, shipped.images[index])
    assert np.array_equal(boxes, shipped.boxes[index])
    assert labels.tolist() == shipped.labels[index].tolist()
    assert ignored.tolist() == shipped.ignored[index].tolist()


def test_the_tool_writes_the_objects_as_they_are_shipped():
    text = as_json(gathered([render_scene(index, "validation", "day") for index in (4, 5)]))
    shipped = json.loads(data_file("road_scenes", file_names("day")[1]).read_text(encoding="utf-8"))
    assert json.loads(text)["scenes"] == shipped["scenes"][4:6]
    assert json.loads(text)["objects"] == shipped["objects"]


def test_shapes_and_types(day):
    assert day.images.shape == (150, SIZE, SIZE, 3)
    assert day.images.dtype == np.uint8
    assert len(day.boxes) == len(day.labels) == len(day.ignored) == 150
    for boxes, labels, ignored in zip(day.boxes, day.labels, day.ignored, strict=True):
        assert boxes.shape == (len(labels), 4)
        assert labels.dtype == np.int64
        assert ignored.dtype == bool
        assert len(ignored) == len(labels)
        assert ((boxes >= 0) & (boxes <= SIZE)).all()
        assert (boxes[:, 2:] > boxes[:, :2]).all()
        assert (boxes * 4 == np.rint(boxes * 4)).all()


@pytest.mark.parametrize("style", ["day", "held_out"])
def test_what_counts_is_14_pixels_high(style):
    scenes = road_scenes(style=style)
    heights = np.concatenate([boxes[:, 3] - boxes[:, 1] for boxes in scenes.boxes])
    ignored = np.concatenate(scenes.ignored)
    assert (heights[~ignored] >= 14).all()
    assert (heights[ignored] >= 14).sum() > 10  # those are ignored for being hidden


def test_scenes_hold_three_objects_that_count_of_all_classes_and_some_are_empty(day):
    counts = [int((~ignored).sum()) for ignored in day.ignored]
    shares = np.bincount(np.concatenate(day.labels)[~np.concatenate(day.ignored)], minlength=3) / sum(counts)
    assert 2.5 <= np.mean(counts) <= 3.5
    assert 3 <= sum(count == 0 for count in counts) <= 15
    assert max(counts) >= 6
    assert shares.min() > 0.15
    assert shares[CLASSES.index("car")] > 0.4


def test_about_a_seventh_of_the_scenes_have_two_objects_in_one_of_10_by_10_cells(day):
    crowded = 0
    for boxes, ignored in zip(day.boxes, day.ignored, strict=True):
        centres = (boxes[~ignored, :2] + boxes[~ignored, 2:]) / 2
        cells = {(int(x // 16), int(y // 16)) for x, y in centres}
        crowded += len(cells) < len(centres)
    assert 0.08 <= crowded / len(day.boxes) <= 0.22


def test_held_out_pictures_are_darker_and_noisier(day, held_out):
    def roughness(images):
        grey = images.mean(3)
        return np.median(np.abs(grey[:, :, 2:] - 2 * grey[:, :, 1:-1] + grey[:, :, :-2]), axis=(1, 2))

    assert held_out.images.mean() < day.images.mean() - 25
    assert np.median(roughness(held_out.images)) > 1.4 * np.median(roughness(day.images))


def test_a_count_gives_the_first_ones_and_arrays_of_its_own(day):
    few = road_scenes(count=4)
    assert np.array_equal(few.images, day.images[:4])
    assert len(few.boxes) == len(few.labels) == len(few.ignored) == 4
    few.images[:] = 0
    few.boxes[0][:] = -1
    assert road_scenes(count=1).images.any()
    assert (road_scenes(count=1).boxes[0] >= 0).all()


def test_splits_and_styles_share_no_scene():
    roads = [road_scene(0, split, style) for split in ("train", "validation", "test") for style in ("day", "held_out")]
    assert len({(road.camera, road.seed) for road in roads}) == 6


def test_training_scenes_are_rendered_once_and_a_longer_request_renders_only_the_rest(drawn):
    short = road_scenes("train", count=CHUNK - 5, progress=False)
    assert drawn == list(range(CHUNK))
    longer = road_scenes("train", count=CHUNK + 5, progress=False)
    assert drawn == list(range(2 * CHUNK))
    assert len(short.images) == CHUNK - 5
    assert len(longer.images) == len(longer.boxes) == CHUNK + 5
    same(short, module.RoadScenes(longer.images[: CHUNK - 5], *(field[: CHUNK - 5] for field in longer[1:])))
    same(longer, road_scenes("train", count=CHUNK + 5, progress=False))
    assert len(drawn) == 2 * CHUNK


def test_kept_scenes_come_back_as_if_encoded_alone(drawn):
    kept = road_scenes("test", "held_out", 3, progress=False)
    same(kept, gathered([remake_scene(index, "test", "held_out") for index in range(3)]))


def test_scenes_without_objects_are_packed_and_unpacked():
    empty = np.zeros((0, 4)), np.zeros(0, np.int64), np.zeros(0, bool)
    one = np.array([[1.0, 2.0, 3.0, 4.0]]), np.array([2]), np.array([True])
    image = np.full((SIZE, SIZE, 3), 128, np.uint8)
    scenes = gathered([(image, *(one if index == 3 else empty)) for index in range(10)])
    same(unpacked(packed(scenes)), scenes)


def test_wrong_arguments_are_refused_with_their_names():
    with pytest.raises(ValueError, match="split must be one of 'train', 'validation', 'test'"):
        road_scenes("training")
    with pytest.raises(ValueError, match="style must be one of 'day', 'held_out'"):
        road_scenes(style="night")
    with pytest.raises(ValueError, match="count must be at most 150 for the split 'validation', got 151"):
        road_scenes(count=151)
    with pytest.raises(ValueError, match="count must be at least 1, got 0"):
        road_scenes("train", count=0)
    with pytest.raises(TypeError, match="progress must be True or False"):
        road_scenes("train", count=5, progress=1)
    with pytest.raises(ValueError, match="index must be at least 0"):
        road_scene(-1)
