"""The four explorers of notebook 1.1 move."""

import numpy as np
import pytest

from cnncourse.explorers.week1.edges import filter_playground, gradient_explorer, learn_a_filter, slide_the_toy_edge


@pytest.fixture(autouse=True)
def strict(monkeypatch):
    monkeypatch.setenv("CNNCOURSE_STRICT", "1")


@pytest.mark.parametrize(
    ("make", "change"),
    [
        (filter_playground, {"preset": "Emboss"}),
        (filter_playground, {"pixels": 20}),
        (slide_the_toy_edge, {"step": 9}),
        (slide_the_toy_edge, {"kernel": "Laplacian"}),
        (gradient_explorer, {"view": "edges"}),
        (gradient_explorer, {"passes": 4}),
        (learn_a_filter, {"place": 20}),
        (learn_a_filter, {"lesson": "photo of a cat"}),
    ],
)
def test_a_control_changes_the_picture(make, change):
    explorer = make()
    before, words = explorer.picture.copy(), explorer._caption_box.value
    explorer.set(**change)
    assert not np.array_equal(before, explorer.picture)
    assert explorer._picture.alt
    assert explorer._caption_box.value != words or make is gradient_explorer
