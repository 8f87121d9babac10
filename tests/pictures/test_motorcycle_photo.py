import numpy as np
import pytest
from skimage import data

from cnncourse.pictures import motorcycle_photo as module


def test_it_is_the_left_picture_of_scikit_images_stereo_pair():
    left, _, _ = data.stereo_motorcycle()
    assert np.array_equal(module.motorcycle_photo(), left)


def test_it_cannot_be_painted_over():
    with pytest.raises(ValueError, match="read-only"):
        module.motorcycle_photo()[0, 0] = 0


def test_a_missing_file_is_named(monkeypatch, tmp_path):
    module.motorcycle_photo.cache_clear()
    monkeypatch.setattr(module, "find_spec", lambda name: type("Spec", (), {"submodule_search_locations": [tmp_path]}))
    with pytest.raises(FileNotFoundError, match="motorcycle_left"):
        module.motorcycle_photo()
    module.motorcycle_photo.cache_clear()
