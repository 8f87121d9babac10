"""Selective search: histograms, boxes and neighbours against counting from scratch; proposals that hold the object."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from skimage.measure import regionprops
from skimage.segmentation import felzenszwalb

from cnncourse.detection.boxes import iou
from cnncourse.detection.proposals import merge_segments, propose_regions
from cnncourse.detection.proposals_features import measured, neighbours_of_segments
from cnncourse.detection.proposals_merging import initial_segments
from cnncourse.pictures.photos import photo
from cnncourse.pictures.road_scenes import road_scenes

SCENE = road_scenes(count=1).images[0]


def dense(labels):
    return np.unique(labels, return_inverse=True)[1].reshape(labels.shape)


SEGMENTS = hnp.arrays(int, st.tuples(st.integers(1, 7), st.integers(1, 7)), elements=st.integers(0, 5)).map(dense)


def picture_of(shape, seed=0):
    return np.random.default_rng(seed).random((*shape, 3))


def members(tree, region):
    """Return the mask (H, W) of a region, by walking down to its segments."""
    count = int(tree.segments.max()) + 1
    if region < count:
        return tree.segments == region
    merge = tree.merges[region - count]
    return members(tree, merge.first) | members(tree, merge.second)


# --- segments ---


def test_segments_are_those_of_scikit_image_numbered_without_gaps():
    segments = initial_segments(SCENE, 80, 15)
    assert np.array_equal(segments, dense(felzenszwalb(SCENE / 255, 80, 0.8, 15)))


@pytest.mark.parametrize("shape", [(1, 1), (1, 6), (7, 1), (2, 2)])
def test_the_smallest_pictures_have_segments_and_proposals(shape):
    assert initial_segments(np.zeros(shape)).tolist() == np.zeros(shape, int).tolist()
    assert propose_regions(np.zeros(shape), 5).tolist() == [[0, 0, shape[1], shape[0]]]


@given(SEGMENTS)
def test_neighbours_are_those_of_a_loop_over_pixels(segments):
    pairs = set()
    for y, x in np.ndindex(segments.shape):
        for other in ((y + 1, x), (y, x + 1)):
            if other[0] < segments.shape[0] and other[1] < segments.shape[1]:
                a, b = segments[y, x], segments[other]
                pairs |= {(min(a, b), max(a, b))} if a != b else set()
    assert [tuple(pair) for pair in neighbours_of_segments(segments).tolist()] == sorted(pairs)


# --- what is measured ---


def test_a_colour_histogram_counts_every_pixel_once():
    picture = np.array([[[0.0, 0.5, 1.0], [0.039, 0.5, 0.99], [0.041, 0.2, 0.0]]])
    colour = measured(picture, np.array([[0, 0, 1]])).colour.reshape(2, 3, 25)
    assert colour.sum(axis=(1, 2)) == pytest.approx(1)
    assert [np.flatnonzero(plane).tolist() for plane in colour[0]] == [[0], [12], [24]]
    assert [np.flatnonzero(plane).tolist() for plane in colour[1]] == [[1], [5], [0]]


def test_texture_says_in_which_of_eight_directions_it_grows_brighter():
    ramp = np.broadcast_to(np.linspace(0, 1, 21)[None, :, None], (15, 21, 3))  # rises by 0.05 a pixel to the right
    texture = measured(ramp, np.zeros((15, 21), int)).texture[0].reshape(8, 3, 10)
    rising = (texture[:, :, 1:].sum(axis=(1, 2)) > 0.05).tolist()
    # bin 1 begins at 0.04: the full rise of 0.05 reaches it, 0.05 · cos 45° = 0.035 does not
    assert rising == [True, False, False, False, False, False, False, False]
    turned = measured(ramp.transpose(1, 0, 2), np.zeros((21, 15), int)).texture[0].reshape(8, 3, 10)
    assert (turned[:, :, 1:].sum(axis=(1, 2)) > 0.05).nonzero()[0].tolist() == [2]  # downwards


@given(SEGMENTS)
def test_boxes_of_segments_are_exact(segments):
    for number, box in enumerate(measured(picture_of(segments.shape), segments).boxes):
        rows, columns = np.nonzero(segments == number)
        assert box.tolist() == [columns.min(), rows.min(), columns.max() + 1, rows.max() + 1]


# --- merging ---


@settings(max_examples=40, deadline=None)
@given(SEGMENTS, st.integers(0, 99))
def test_merged_measures_equal_those_measured_from_scratch(segments, seed):
    picture = picture_of(segments.shape, seed)
    tree = merge_segments(picture, segments)
    assert len(tree.merges) == segments.max()
    for region in range(len(tree.boxes)):
        mask = members(tree, region)
        fresh = measured(picture, np.where(mask, 0, 1) if not mask.all() else np.zeros_like(segments))
        for found, expected in zip(tree.features, fresh, strict=True):
            np.testing.assert_allclose(found[region], expected[0], atol=1e-12)


def test_boxes_of_all_regions_of_a_scene_are_exact():
    tree = merge_segments(SCENE)
    for region in range(len(tree.boxes)):
        (found,) = regionprops(members(tree, region).astype(int))
        y1, x1, y2, x2 = found.bbox
        assert tree.boxes[region].tolist() == [x1, y1, x2, y2]


def plain_similarity(tree, a, b):
    """Return the four similarities of two regions by the formulas of the paper, number by number."""
    size, f = tree.segments.size, tree.features
    shared = [sum(min(p, q) for p, q in zip(h[a], h[b], strict=True)) for h in (f.colour, f.texture)]
    both = members(tree, a) | members(tree, b)
    rows, columns = np.nonzero(both)
    box = (rows.max() - rows.min() + 1) * (columns.max() - columns.min() + 1)
    return [*shared, 1 - both.sum() / size, 1 - (box - both.sum()) / size]


def test_every_step_merges_the_most_similar_neighbours():
    picture, segments = photo("coffee", (24, 30)), dense(np.arange(24)[:, None] // 6 * 6 + np.arange(30) // 5)
    tree = merge_segments(picture, segments)
    there = set(range(24))
    for merge in tree.merges:
        labels = np.zeros(segments.shape, int)
        for region in there:
            labels[members(tree, region)] = region
        pairs = neighbours_of_segments(labels).tolist()
        totals = [sum(plain_similarity(tree, a, b)) for a, b in pairs]
        assert max(totals) == pytest.approx(sum(plain_similarity(tree, merge.first, merge.second)), abs=1e-12)
        assert merge.alike == pytest.approx(plain_similarity(tree, merge.first, merge.second), abs=1e-12)
        there = there - {merge.first, merge.second} | {merge.merged}
    assert there == {46}


def test_regions_after_some_steps_are_the_merged_ones():
    tree = merge_segments(SCENE)
    count = int(tree.segments.max()) + 1
    assert np.array_equal(tree.regions_after(0), tree.segments)
    for steps in (1, count // 2, count - 1):
        regions = tree.regions_after(steps)
        assert len(np.unique(regions)) == count - steps
        for region in np.unique(regions):
            assert np.array_equal(regions == region, members(tree, region))


def test_equals_merge_in_the_order_of_their_numbers():
    tree = merge_segments(np.zeros((2, 2)), [[0, 1], [2, 3]])
    assert [merge[:3] for merge in tree.merges] == [(0, 1, 4), (2, 3, 5), (4, 5, 6)]


# --- proposals ---


@settings(max_examples=15, deadline=None)
@given(st.integers(4, 20), st.integers(4, 20), st.integers(8, 30), st.integers(8, 30), st.integers(0, 999))
def test_a_flat_rectangle_on_plain_ground_is_proposed_exactly(x, y, width, height, seed):
    ground, colour = np.random.default_rng(seed).permutation(np.linspace(0, 1, 6)).reshape(2, 3)
    picture = np.tile(ground, (56, 60, 1))
    picture[y : y + height, x : x + width] = colour
    assert [x, y, x + width, y + height] in propose_regions(picture, 1000).tolist()


def test_proposals_are_different_boxes_inside_the_picture_best_first():
    boxes = propose_regions(SCENE, 10_000)
    assert boxes.dtype == np.float64
    assert len(np.unique(boxes, axis=0)) == len(boxes) > 200
    assert boxes.min() >= 0
    assert boxes.max() <= 160
    assert ((boxes[:, 2:] - boxes[:, :2]) >= 1).all()
    assert np.array_equal(propose_regions(SCENE, 40), boxes[:40])
    assert [0, 0, 160, 160] in boxes[:100].tolist()


def test_the_same_picture_has_the_same_proposals_and_another_generator_another_order():
    np.random.seed(1)  # noqa: NPY002 (the global state must not matter, and must not move)
    state = np.random.get_state()[1].copy()  # noqa: NPY002
    first, again = propose_regions(SCENE, 10_000), propose_regions(SCENE, 10_000)
    other = propose_regions(SCENE, 10_000, np.random.default_rng(5))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    assert {*map(tuple, first.tolist())} == {*map(tuple, other.tolist())}
    assert np.array_equal(state, np.random.get_state()[1])  # noqa: NPY002


def test_bytes_and_floats_grey_and_colour_give_the_same():
    small = SCENE[40:120, 30:130]
    assert np.array_equal(propose_regions(small, 300), propose_regions(small / 255, 300))
    grey = small[:, :, 0]
    assert np.array_equal(propose_regions(grey, 300), propose_regions(np.dstack([grey] * 3), 300))
    before = small.copy()
    propose_regions(small, 3)
    assert np.array_equal(before, small)


def test_none_are_returned_where_none_are_asked_for():
    assert propose_regions(SCENE[:30, :40], 0).shape == (0, 4)


def test_on_road_scenes_they_find_far_more_than_boxes_at_random():
    scenes, found, by_chance, total = road_scenes(count=8), 0, 0, 0
    rng = np.random.default_rng(0)
    for image, boxes, ignored in zip(scenes.images, scenes.boxes, scenes.ignored, strict=True):
        truth = boxes[~ignored]
        corners = np.sort(rng.uniform(0, 160, (500, 2, 2)), axis=1)
        found += (iou(truth, propose_regions(image, 500)).max(axis=1, initial=0) >= 0.5).sum()
        by_chance += (iou(truth, corners.reshape(500, 4)).max(axis=1, initial=0) >= 0.5).sum()
        total += len(truth)
    assert total >= 15
    assert found / total >= 0.7
    assert found >= 1.3 * by_chance


@pytest.mark.parametrize(
    ("error", "words", "image"),
    [
        (ValueError, "image must hold uint8 or numbers from 0 to 1, got 0 to 200", np.full((4, 4), 200) * np.eye(4)),
        (ValueError, "image must hold uint8 or numbers from 0 to 1, got -1", -np.ones((4, 4))),
        (ValueError, r"image must have shape \(H, W\) or \(H, W, 3\).*got shape \(4, 4, 4\)", np.zeros((4, 4, 4))),
        (ValueError, r"image must have shape \(H, W\) or \(H, W, 3\).*got shape \(0, 4\)", np.zeros((0, 4))),
        (ValueError, "image must have shape", np.zeros(4)),
        (ValueError, "image must hold finite", np.full((4, 4), np.nan)),
        (TypeError, "image must be an array", "road"),
    ],
)
def test_what_is_no_picture_is_refused(error, words, image):
    with pytest.raises(error, match=words):
        propose_regions(image, 10)


def test_other_wrong_arguments_are_refused():
    picture = np.zeros((4, 5))
    for count in (-1, 2.5, True):
        with pytest.raises((ValueError, TypeError), match="count must be"):
            propose_regions(picture, count)
    with pytest.raises(TypeError, match="rng must be a NumPy Generator"):
        propose_regions(picture, 3, rng=0)
    with pytest.raises(ValueError, match="colours must be one of 'rgb', 'hsv', 'lab'"):
        merge_segments(picture, colours="cmyk")
    with pytest.raises(ValueError, match="segments must be numbered 0, 1, 2 …, none left out"):
        merge_segments(picture, np.full((4, 5), 1))
    with pytest.raises(ValueError, match="segments must have shape"):
        merge_segments(picture, np.zeros((5, 4), int))
    with pytest.raises(TypeError, match="segments must hold whole numbers"):
        merge_segments(picture, np.zeros((4, 5)))
    with pytest.raises(ValueError, match="scale must be at least 0"):
        initial_segments(picture, -1)
    with pytest.raises(ValueError, match="steps must be at least 0"):
        merge_segments(picture).regions_after(-1)
