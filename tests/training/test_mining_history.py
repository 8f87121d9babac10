import numpy as np

from cnncourse.data_folder import data_file
from cnncourse.pictures.identities import PHOTOS, identities
from cnncourse.training.mining_history import (
    FACE_PEOPLE,
    FACE_PHOTOS,
    WAYS,
    as_arrays,
    face_places,
    mining_history,
)


def test_every_way_was_looked_at_after_the_same_steps():
    runs = mining_history()
    assert tuple(runs) == WAYS
    for run in runs.values():
        np.testing.assert_array_equal(run.steps, runs["random"].steps)
        assert run.steps[0] == 0
        assert all(len(column) == len(run.steps) for column in run)


def test_all_trainings_begin_with_the_same_embeddings_of_length_1():
    runs = mining_history()
    for run in runs.values():
        np.testing.assert_array_equal(run.embeddings[0], runs["random"].embeddings[0])
        np.testing.assert_allclose(np.linalg.norm(run.embeddings, axis=2), 1, atol=2e-3)
        assert run.embeddings.dtype == np.float32


def test_the_recorded_faces_are_six_photos_of_twelve_people():
    people = identities("validation").people[face_places(PHOTOS["validation"])]
    np.testing.assert_array_equal(people, np.repeat(np.arange(FACE_PEOPLE), FACE_PHOTOS))


def test_hardest_triplets_collapse_and_semi_hard_ones_do_best():
    runs = mining_history()
    assert runs["hardest"].spread[-1] < 0.05
    assert min(runs["semi-hard"].spread[-1], runs["random"].spread[-1]) > 0.5
    for figure in ("auc", "tar", "top1"):
        last = {way: getattr(run, figure)[-1] for way, run in runs.items()}
        assert last["semi-hard"] > last["random"] > last["hardest"]


def test_random_triplets_are_soon_satisfied():
    runs = mining_history()
    assert runs["random"].active[-1] < 0.15
    assert runs["semi-hard"].active[-1] == 1
    assert runs["hardest"].active[-1] > 0.9


def test_a_collapsed_network_pays_the_margin():
    np.testing.assert_allclose(mining_history()["hardest"].loss[-1], 0.2, atol=0.01)


def test_the_file_is_small_and_is_what_as_arrays_makes_of_the_runs():
    file = data_file("triplet_mining.npz")
    assert file.stat().st_size < 300_000
    with np.load(file) as stored:
        made = as_arrays(mining_history())
        assert set(stored.files) == set(made)
        for name in stored.files:
            np.testing.assert_array_equal(stored[name], made[name])


def test_a_learner_who_changes_the_record_does_not_change_the_next_one():
    mining_history()["random"].auc[:] = 0
    assert mining_history()["random"].auc.min() > 0
