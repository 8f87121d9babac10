"""The exchange of codes in notebook 5.2: true pictures and captions, clicks, keys and buttons."""

import re

import numpy as np
import pytest
import torch

from cnncourse.explorers.week5 import vq_vae as explore
from cnncourse.explorers.week5 import vq_vae_codes as codes
from cnncourse.generative.picture_batches import batch_from_pictures, pictures_from_batch, psnr
from cnncourse.generative.vector_quantizer import load_vq_vae
from cnncourse.pictures.studio_faces import studio_faces


@pytest.fixture(scope="module")
def net():
    return load_vq_vae()


@pytest.fixture(scope="module")
def book(net):
    return codes.Codebook(net)


@pytest.fixture
def explorer(net):
    return explore.code_exchange(net)


def numbers_in(text):
    return [float(number) for number in re.findall(r"\d+(?:\.\d+)?", re.sub(r"<[^>]+>|1,024|by 1 or", "", text))]


def middle_of(number):
    """Return the pixel in the middle of a code of the map."""
    down, right = divmod(number, codes.MAP)
    return codes.MAP_LEFT + (right + 0.5) * codes.CELL, codes.TOP + (down + 0.5) * codes.CELL


def test_the_map_holds_every_code_once_and_like_colours_lie_together(book):
    assert sorted(book.order) == list(range(256))
    np.testing.assert_array_equal(book.order[book.place_of], np.arange(256))
    colours = book.tiles.astype(float).mean(axis=(1, 2))

    def steps(order):
        grid = colours[order].reshape(16, 16, 3)
        return sum(np.abs(np.diff(grid, axis=axis)).mean() for axis in (0, 1))

    shuffled = np.random.default_rng(0).permutation(256)
    assert steps(book.order) < 0.75 * min(steps(np.arange(256)), steps(shuffled))
    light = colours.sum(axis=1)[book.order].reshape(16, 16)
    assert (np.diff(light, axis=0) <= 0).all()


def test_the_faces_pictures_are_what_the_net_makes_of_them(net, book):
    with torch.inference_mode():
        expected = pictures_from_batch(net(batch_from_pictures(studio_faces("test", 3)))[0])
    for face in range(3):
        assert np.abs(book.picture(face, ()).astype(int) - expected[face].astype(int)).max() <= 1


def test_a_tile_is_the_middle_of_a_picture_of_that_code_alone(net, book):
    for code in (0, 17, 255):
        with torch.inference_mode():
            whole = pictures_from_batch(net.decode(torch.full((1, 8, 8), code)))[0, 12:16, 12:16]
        assert np.abs(book.tiles[code].astype(float).mean((0, 1)) - whole.astype(float).mean((0, 1))).max() < 40


def test_the_mosaic_has_each_tile_at_its_place():
    tiles = np.random.default_rng(1).integers(0, 256, (6, 4, 4, 3), dtype=np.uint8)
    grid = np.array([[5, 0, 1], [2, 2, 4]])
    whole = codes.mosaic(tiles, grid)
    assert whole.shape == (8, 12, 3)
    for row, column in np.ndindex(2, 3):
        np.testing.assert_array_equal(whole[4 * row :, 4 * column :][:4, :4], tiles[grid[row, column]])


def test_edits_change_their_places_alone_and_the_last_one_counts(book):
    grid = book.grid(7, ((1, 2, 200), (6, 0, 3), (1, 2, 9)))
    expected = book.codes(7)[0].copy()
    expected[1, 2], expected[6, 0] = 9, 3
    np.testing.assert_array_equal(grid, expected)


def test_a_change_is_strongest_at_its_own_place_and_reaches_further(book):
    changes = []
    for face in range(20):
        after = book.picture(face, ((3, 3, int(book.order[37 * face % 256])),))
        changes.append(codes.difference(book.picture(face, ()), after))
    change = np.mean(changes, axis=0)
    own, near = change[12:16, 12:16].mean(), change[8:12, 8:20].mean()
    far = change[24:].mean()
    assert own > 2 * near
    assert near > 4 * far > 0


def test_what_the_notebook_promises_beards_grow_and_moustaches_go(book):
    def lighter(face, number):
        edits = tuple((5, column, int(book.order[number])) for column in (3, 4))
        changed = book.picture(face, edits).astype(float) - book.picture(face, ())
        return changed[20:24, 12:20].mean()

    for row in (12, 13, 14, 15):
        assert lighter(5, 16 * row + 2) < -30
    for column in (7, 11, 13):
        assert lighter(2, column) > 30


@pytest.mark.parametrize("edits", [(), ((0, 0, 5),), ((2, 3, 100), (2, 3, 7), (6, 6, 250))])
@pytest.mark.parametrize(("face", "row", "column"), [(0, 0, 0), (codes.FACES - 1, 7, 7), (2, 2, 3)])
def test_the_caption_s_numbers(net, book, face, row, column, edits):
    said = numbers_in(codes.codes_caption(book, face=face, brush=0, row=row, column=column, edits=edits))
    real = studio_faces("test", face + 1)[face]
    with torch.inference_mode():
        start = net.encode(batch_from_pictures(real[None]))
        grid = start.clone()
        for r, c, code in edits:
            grid[0, r, c] = code
        before, after = (pictures_from_batch(net.decode(part))[0].astype(int) for part in (start, grid))
    flat = grid.flatten().tolist()
    code = flat[8 * row + column]
    changed = sum(sum(abs(pixel)) / 3 >= 1 for line in (after - before).tolist() for pixel in map(np.array, line))
    expected = [row, column, code, flat.count(code), len(set(flat)), int((grid != start).sum()), changed]
    assert said[:-2] == expected[:-1]
    assert said[-2] == pytest.approx(expected[-1], abs=2)  # pixels that change by nearly 1
    assert said[-1] == pytest.approx(psnr(real, after.astype(np.uint8)), abs=0.06)


def test_the_codes_are_found_by_the_learners_function(net, explorer):
    def nearest_numbers(vectors, codebook):
        return [int(np.argmin([np.sum((v - c) ** 2) for c in codebook])) for v in vectors]

    own = explore.code_exchange(net, nearest_numbers)
    assert "The codes are found by <em>your</em> <code>nearest_numbers</code>." in own._caption_box.value
    assert "your" not in explorer._caption_box.value
    np.testing.assert_array_equal(own.picture, explorer.picture)


@pytest.mark.parametrize(
    ("wrong", "words", "course_draws"),
    [
        (lambda vectors, codebook: np.zeros(64, int), "It gives another answer here", False),
        (lambda vectors, codebook: np.full(64, 256), "raises ValueError (there is no code 256) here", True),
        (lambda vectors, codebook: np.zeros(256, int), "gives shape (256,) where shape (64,) is due here", True),
        (lambda vectors, codebook: ..., "is still empty", True),
    ],
)
def test_the_caption_says_what_is_amiss_with_the_learners_function(net, explorer, wrong, words, course_draws):
    own = explore.code_exchange(net, wrong)
    assert words in own._caption_box.value
    assert np.array_equal(own.picture, explorer.picture) == course_draws


def test_an_exchange_back_to_the_first_code_counts_as_none(book):
    first = int(book.codes(4)[0][2, 2])
    caption = codes.codes_caption(book, face=4, brush=0, row=2, column=2, edits=((2, 2, 9), (2, 2, first)))
    assert "Exchanged: 0; 0 of 1,024" in caption


@pytest.mark.parametrize("face", [0, codes.FACES - 1])
@pytest.mark.parametrize("brush", [0, 255])
@pytest.mark.parametrize(("row", "column"), [(0, 0), (7, 7)])
def test_extremes_draw(book, face, brush, row, column):
    edits = tuple((r, c, 255) for r in range(8) for c in range(8))
    picture = codes.codes_picture(book, face=face, brush=brush, row=row, column=column, edits=edits)
    assert picture.dtype == np.uint8
    assert picture.shape == (1104, 1624, 3)


def test_every_part_of_the_state_changes_the_picture(explorer):
    for change in ({"face": 7}, {"brush": 99}, {"row": 0}, {"column": 6}, {"edits": ((4, 4, 12),)}):
        before = explorer.picture.copy()
        explorer.set(**change)
        assert np.any(before != explorer.picture), change


def test_other_places_with_the_chosen_code_are_marked_in_every_picture(book):
    grid = book.codes(0)[0]
    code = np.bincount(grid.flatten()).argmax()
    place, *others = np.argwhere(grid == code)
    assert others
    now = {"face": 0, "brush": 0, "row": int(place[0]), "column": int(place[1])}
    marked = codes.codes_picture(book, **now, edits=())
    row, column = (int(n) for n in others[-1])
    for x, y, _ in codes.PANELS:
        side = codes.SIDE / codes.PLACES
        at = round(2 * (y + row * side + 3.5)), round(2 * (x + (column + 0.5) * side))
        assert tuple(marked[at]) == tuple(orange())


def orange():
    return tuple(int(codes.DARK_ORANGE[k : k + 2], 16) for k in (1, 3, 5))


def test_a_click_chooses_a_place_and_a_click_in_the_map_exchanges_its_code(explorer, book):
    side = codes.SIDE / 8
    for x, y, _ in codes.PANELS:
        explorer.set(row=0, column=0)
        explorer.point("click", x + 5.5 * side, y + 2.5 * side)
        assert (explorer.state["row"], explorer.state["column"]) == (2, 5)
    explorer.point("click", *middle_of(130))
    assert explorer.state["brush"] == 130
    assert explorer.state["edits"] == ((2, 5, book.order[130]),)
    explorer.point("click", *middle_of(130))
    assert len(explorer.state["edits"]) == 1  # the same code again is no exchange
    before = explorer.state
    explorer.point("click", 300, 300)  # between the pictures
    assert explorer.state == before


def test_keys_walk_and_exchange(explorer, book):
    explorer.set(row=7, column=0, brush=77)
    for key, place in (("ArrowDown", (7, 0)), ("ArrowLeft", (7, 0)), ("ArrowUp", (6, 0)), ("ArrowRight", (6, 1))):
        explorer.point("key", key=key)
        assert (explorer.state["row"], explorer.state["column"]) == place
    explorer.point("key", key="Enter")
    assert explorer.state["edits"] == ((6, 1, book.order[77]),)
    explorer.set(brush=78)
    explorer.point("key", key=" ")
    assert len(explorer.state["edits"]) == 2


def test_exchange_undo_and_reset_buttons(explorer):
    pressed = {button.description: button for button in explorer._flow.children if hasattr(button, "click")}
    first = explorer.picture.copy()
    explorer.set(brush=40)
    start = explorer.picture.copy()
    pressed["exchange"].click()
    once = explorer.picture.copy()
    explorer.set(row=0)
    pressed["exchange"].click()
    assert len(explorer.state["edits"]) == 2
    pressed["undo"].click()
    explorer.set(row=5)
    np.testing.assert_array_equal(explorer.picture, once)
    pressed["exchange"].click()
    pressed["all codes back"].click()
    assert explorer.state["edits"] == ()
    np.testing.assert_array_equal(explorer.picture, start)
    pressed["undo"].click()
    np.testing.assert_array_equal(explorer.picture, start)
    assert np.any(first != start)
