import io

import numpy as np
import pytest
import torch
from PIL import Image

from cnncourse.explorers import PointerEvent
from cnncourse.explorers.week2 import practical_advice_augmented as steps
from cnncourse.explorers.week2 import practical_advice_photos as photos
from cnncourse.explorers.week2 import practical_advice_studio as studio
from cnncourse.explorers.week2 import practical_advice_transfer as transfer
from cnncourse.explorers.week2 import practical_advice_votes as votes
from cnncourse.explorers.week2 import practical_advice_votes_picture as votes_picture
from cnncourse.explorers.week2.practical_advice import augmentation_studio, ensemble_votes, transfer_matrix
from cnncourse.networks.photo_net import load_photo_ensemble
from cnncourse.pictures import digits, photo
from cnncourse.pictures.photo_crops import NAMES


def click(x, y):
    return PointerEvent("click", x, y)


def key(name):
    return PointerEvent("key", key=name)


def changes_the_picture(explorer, **change):
    before = explorer.picture.copy()
    explorer.set(**change)
    return before.shape != explorer.picture.shape or (before != explorer.picture).any()


# --- augmentation studio ---

PLAIN = steps.Settings()


def studio_state(name="cat", upload=(), seed=0, **settings):
    return {"photo": name, "upload": upload, "seed": seed, **PLAIN._replace(**settings)._asdict()}


@pytest.mark.parametrize("name", ["cat", "text", photos.SIX, photos.OWN])
@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"turn": 180, "lean": 45, "crop": 30, "place": (0, 1), "mirrored": True, "red": 50, "alpha": 2.0},
        {"turn": -180, "lean": -45, "crop": 99, "place": (1, 0), "blue": -50, "green": 50, "alpha": -2.0},
    ],
)  # fmt: skip
def test_the_studio_paints_in_every_state(name, settings):
    state = studio_state(name, **settings)
    assert studio.studio_picture(**state).shape == (772, 1700, 3)
    assert "58,800 numbers" in studio.caption(**state)
    assert studio._alt(**state)


def test_without_steps_the_network_gets_the_picture():
    image = photos.chosen("cat", ())[0]
    assert np.array_equal(steps.augmented(image, PLAIN), image)
    assert studio.mean_change(image, PLAIN) == 0


def test_the_steps_are_done_in_the_order_in_which_they_are_written():
    image = photos.chosen("coffee", ())[0]
    wanted = PLAIN._replace(turn=90, crop=50, place=(0, 1), mirrored=True, red=10)
    expected = np.clip(np.rot90(image)[:70, 70:][:, ::-1] + [0.1, 0, 0], 0, 1)
    small = np.asarray(Image.fromarray(np.round(expected * 255).astype(np.uint8)).resize((140, 140), Image.BILINEAR))
    np.testing.assert_allclose(steps.augmented(image, wanted), small / 255, atol=1 / 250)
    assert [step for step, _ in studio.steps_in_words(wanted)] == [
        "1 rotate", "2 shear", "3 crop", "4 mirror", "5 colour shift", "6 PCA colour",
    ]  # fmt: skip


def test_the_caption_gives_the_mean_change_of_the_numbers():
    image = photos.chosen("cat", ())[0]
    change = np.abs(image[:, ::-1] - image).mean()
    assert f"changed by {change:.3f} on average" in studio.caption(**studio_state(mirrored=True))


def test_pca_colour_adds_the_first_component_of_the_bundled_photos():
    image = np.full((140, 140, 3), 0.5)
    eigenvalues, eigenvectors = photos.components()
    expected = 0.5 + 0.5 * eigenvalues[0] * eigenvectors[:, 0]
    np.testing.assert_allclose(steps.augmented(image, PLAIN._replace(alpha=0.5))[3, 4], expected)


def test_a_six_upside_down_is_read_as_a_nine_and_the_caption_says_so():
    assert digits()[1][photos.SIX_PLACE] == 6
    assert "is a 6: the label 6 still holds" in studio.caption(**studio_state(photos.SIX))
    assert "is a 9: <b>the label 6 no longer holds" in studio.caption(**studio_state(photos.SIX, turn=180))


def test_mirrored_writing_is_warned_of_and_a_mirrored_cat_is_not():
    assert "Mirrored writing" in studio.caption(**studio_state("text", mirrored=True))
    assert "Mirrored writing" not in studio.caption(**studio_state("text"))
    assert "Mirrored writing" not in studio.caption(**studio_state("cat", mirrored=True))


def test_the_eight_are_random_mild_and_repeatable():
    drawn = [settings for seed in range(40) for settings in steps.eight(seed)]
    assert steps.eight(3) == steps.eight(3)
    assert len(set(drawn)) == 320
    assert 0.4 < np.mean([s.mirrored for s in drawn]) < 0.6
    assert max(abs(s.turn) for s in drawn) <= 15
    assert min(s.crop for s in drawn) >= 60


def test_a_click_on_one_of_the_eight_takes_its_settings_and_marks_it():
    explorer = augmentation_studio()
    explorer.point("click", studio.LEFT + 2 * studio.STEP + 20, studio.TILES_Y + 20)
    taken = steps.Settings(**{name: explorer.state[name] for name in steps.NAMES})
    assert taken == steps.eight(0)[2]


def test_the_crop_follows_pointer_and_keys_and_stays_inside():
    state = studio_state(crop=50, place=(0.5, 0.5))
    far = studio.LEFT + studio.SHOWN - 1, studio.TOP + 1
    assert studio.pointer(click(*far), **state) == {"place": (0.0, 1.0)}
    assert studio.pointer(key("ArrowDown"), **state) == {"place": (0.55, 0.5)}
    assert studio.pointer(key("ArrowLeft"), **(state | {"place": (0.5, 0.0)})) == {"place": (0.5, 0.0)}
    assert studio.pointer(click(*far), **(state | {"crop": 100})) is None
    assert studio.pointer(PointerEvent("hover", *far), **state) is None


def test_every_control_of_the_studio_changes_the_picture():
    explorer = augmentation_studio()
    for change in (
        {"photo": "coffee"}, {"mirrored": True}, {"turn": 30}, {"lean": 20}, {"crop": 50}, {"place": (0, 0)},
        {"alpha": 1.0}, {"red": 20}, {"green": 20}, {"blue": -20}, {"seed": 1},
    ):  # fmt: skip
        assert changes_the_picture(explorer, **change), change


def test_an_uploaded_photo_is_shown_and_a_broken_file_is_explained():
    buffer = io.BytesIO()
    Image.new("RGB", (50, 30), (255, 0, 0)).save(buffer, "PNG")
    picture, words = photos.chosen(photos.OWN, ({"content": buffer.getvalue()},))
    assert (picture == [1, 0, 0]).all()
    assert picture.shape == (140, 140, 3)
    assert "stays on this computer" in words
    picture, words = photos.chosen(photos.OWN, ({"content": b"no picture"},))
    assert np.array_equal(picture, np.clip(photo("coffee", 140), 0, 1))
    assert "not a picture" in words


# --- transfer matrix ---


@pytest.mark.parametrize("row", range(6))
@pytest.mark.parametrize("column", [0, 2, 4])
def test_the_transfer_matrix_paints_every_row(row, column):
    assert transfer.transfer_picture(cell=(row, column)).shape == (848, 1700, 3)
    accuracy, examples = transfer.measured()
    words = transfer.transfer_caption(cell=(row, column))
    assert f"{accuracy[row, column].mean():.1%} right" in words
    assert f"{examples[column]} example" in words


def test_the_caption_counts_what_learns_and_what_wins():
    head, block4 = 64 * 5 + 5, 9 * 48 * 64 + 2 * 64
    assert f"{head:,} of 47,157 parameters learn" in transfer.transfer_caption(cell=(5, 0))
    assert f"{head + block4:,} of 47,157 parameters learn" in transfer.transfer_caption(cell=(4, 0))
    assert "47,157 of 47,157 parameters learn. This is the row to beat" in transfer.transfer_caption(cell=(0, 3))
    accuracy, _ = transfer.measured()
    wins = sum(a > b for a, b in zip(accuracy[5, 0], accuracy[0, 0], strict=True))
    assert f"6.4 points more than from scratch; better in {wins} of" in transfer.transfer_caption(cell=(5, 0))
    loss = 100 * (accuracy[0, 4].mean() - accuracy[5, 4].mean())
    assert f"{loss:.1f} points fewer than from scratch; better in 0 of" in transfer.transfer_caption(cell=(5, 4))


def test_no_run_lies_outside_the_drawn_range():
    assert transfer.measured()[0].min() >= transfer.LOW


def test_cells_are_chosen_by_click_and_keys():
    x, y = transfer.LEFT + 3.5 * transfer.CELL[0], transfer.TOP + 1.5 * transfer.CELL[1]
    assert transfer.transfer_pointer(click(x, y), cell=(0, 0)) == {"cell": (1, 3)}
    assert transfer.transfer_pointer(click(5, 5), cell=(0, 0)) is None
    assert transfer.transfer_pointer(key("ArrowUp"), cell=(0, 4)) == {"cell": (0, 4)}
    assert transfer.transfer_pointer(key("ArrowRight"), cell=(2, 3)) == {"cell": (2, 4)}


def test_another_cell_is_another_picture():
    explorer = transfer_matrix()
    assert changes_the_picture(explorer, cell=(0, 0))
    assert changes_the_picture(explorer, cell=(0, 1))


# --- nets and crops ---


@pytest.mark.parametrize("picture", [0, 199])
@pytest.mark.parametrize(("nets", "crops"), [(1, 1), (1, 10), (10, 1), (10, 10)])
def test_nets_and_crops_are_painted_at_the_extremes(picture, nets, crops):
    state = {"picture": picture, "nets": nets, "crops": crops}
    values = votes.probabilities(picture)
    assert votes_picture.votes_picture(values, **state).shape == (924, 1700, 3)
    assert f"of {nets * crops} single answer" in votes.votes_caption(values, **state)


def test_the_average_is_that_of_nets_and_crops_asked_one_by_one():
    image = torch.from_numpy(votes_picture.pieces()[0][7]).permute(2, 0, 1).float()[None] / 255
    corners = [(4, 4), (0, 0), (0, 8)]
    total = 0
    with torch.no_grad():
        for net in load_photo_ensemble()[:2]:
            for top, left in corners:
                total = total + net(image[..., top : top + 32, left : left + 32]).softmax(1)[0].numpy()
    np.testing.assert_allclose(votes_picture.averaged(votes.probabilities(7), 2, 3), total / 6, atol=1e-6)


def test_the_caption_counts_right_answers_and_the_measured_gain():
    values = votes.probabilities(1)
    truth = votes_picture.pieces()[1][1]
    right = sum(int(values[net, crop].argmax()) == truth for net in range(3) for crop in range(6))
    words = votes.votes_caption(values, picture=1, nets=3, crops=6)
    assert f"{right} of 18 single answers right; the average says {NAMES[truth]}" in words
    assert (np.delete(votes_picture.measured()[..., 0].ravel(), 0) > votes_picture.measured()[0, 0, 0]).all()
    gain = 100 * (votes_picture.measured()[2, 5, 0] - votes_picture.measured()[0, 0, 0])
    assert f"brings {gain:.1f} points for 18 times the work" in words


def test_the_button_leads_to_pieces_that_only_the_average_reads():
    hard = votes.hard_pictures()
    assert len(hard) >= 3
    for place in hard:
        values, truth = votes.probabilities(place), votes_picture.pieces()[1][place]
        assert values[0, 0].argmax() != truth
        assert values.mean(axis=(0, 1)).argmax() == truth
    assert votes.next_hard(picture=hard[0], nets=1) == {"picture": hard[1]}
    assert votes.next_hard(picture=199, nets=1) == {"picture": hard[0]}


def test_nets_and_crops_are_chosen_by_click_and_keys():
    state = {"picture": 0, "nets": 1, "crops": 10}
    x, y = votes.GRID_X + 3.5 * votes.CELL, votes.GRID_Y + 8.5 * votes.CELL
    assert votes.votes_pointer(click(x, y), **state) == {"nets": 9, "crops": 4}
    assert votes.votes_pointer(key("ArrowUp"), **state) == {"nets": 1, "crops": 10}
    assert votes.votes_pointer(key("ArrowLeft"), **state) == {"nets": 1, "crops": 9}
    assert votes.votes_pointer(click(5, 5), **state) is None


def test_every_control_of_nets_and_crops_changes_the_picture():
    explorer = ensemble_votes()
    for change in ({"nets": 4}, {"crops": 7}, {"picture": 30}):
        assert changes_the_picture(explorer, **change), change


def test_the_learners_ten_crops_are_used_and_named():
    def ten_crops(images, size):
        return np.repeat(images[:, None, :, :size, :size], 10, axis=1)

    explorer = ensemble_votes(ten_crops)
    assert "your</em> <code>ten_crops</code>. It gives another answer" in explorer._caption_box.value
    before = explorer.picture.copy()
    assert (before != ensemble_votes().picture).any()
    assert "still empty" in ensemble_votes(lambda images, size: ...)._caption_box.value
