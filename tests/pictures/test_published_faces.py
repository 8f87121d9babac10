"""The loaders of published faces: what they say without a network, and the form in which pictures come."""

import socket
import urllib.request
from urllib.error import URLError

import numpy as np
import pytest

from cnncourse.networks.download import DownloadError
from cnncourse.pictures import published_faces as module
from cnncourse.pictures.published_faces import published_faces


@pytest.fixture(autouse=True)
def empty_home(tmp_path, monkeypatch):
    monkeypatch.setenv("SCIKIT_LEARN_DATA", str(tmp_path))


def refuse(*args, **kwargs):
    raise AssertionError("the network was asked")


@pytest.mark.parametrize(("name", "size"), [("olivetti", "about 2 MB"), ("lfw", "about 230 MB")])
def test_without_permission_nothing_is_asked_of_the_network_and_one_sentence_says_how_to(name, size, monkeypatch):
    monkeypatch.setattr(urllib.request, "urlopen", refuse)
    with pytest.raises(DownloadError, match=rf"The {name} faces are not on this computer.*download=True.*{size}"):
        published_faces(name)


@pytest.mark.parametrize("name", ["olivetti", "lfw"])
@pytest.mark.parametrize("problem", [URLError("no route"), TimeoutError("timed out"), ConnectionResetError("reset")])
def test_without_a_network_one_sentence_says_so_and_every_try_ends(name, problem, monkeypatch):
    tries = []

    def offline(*args, **kwargs):
        tries.append(socket.getdefaulttimeout())
        raise problem

    monkeypatch.setattr(urllib.request, "urlopen", offline)
    with pytest.raises(DownloadError, match=f"The {name} faces could not be fetched.*identities") as caught:
        published_faces(name, download=True)
    assert "urlopen error" not in str(caught.value)
    assert 1 <= len(tries) <= 2
    assert set(tries) == {module.PATIENCE_S}
    assert socket.getdefaulttimeout() is None


def test_grey_faces_become_the_courses_pictures(monkeypatch):
    class Bunch:
        images = np.linspace(0, 1, 2 * 64 * 64, dtype=np.float32).reshape(2, 64, 64)
        target = np.array([0, 1])

    monkeypatch.setattr(module, "fetch_olivetti_faces", lambda **_: Bunch)
    faces = published_faces()
    assert (faces.images.shape, faces.images.dtype, faces.people.tolist()) == ((2, 64, 64, 3), np.uint8, [0, 1])
    assert (faces.images[0, 0, 0].tolist(), faces.images[1, 63, 63].tolist()) == ([0, 0, 0], [255, 255, 255])


@pytest.mark.parametrize("scale", [1.0, 255.0])
def test_of_a_news_photo_the_middle_is_taken(monkeypatch, scale):
    class Bunch:
        images = np.zeros((1, 250, 250, 3), np.float32)
        target = np.array([7])

    Bunch.images[0, 50:200, 50:200] = (scale, scale / 2, 0)
    monkeypatch.setattr(module, "fetch_lfw_people", lambda **_: Bunch)
    faces = published_faces("lfw")
    assert faces.images.shape == (1, 64, 64, 3)
    assert (faces.images[0] == (255, 128, 0)).all()
    assert faces.people.tolist() == [7]


def test_another_name_is_refused():
    with pytest.raises(ValueError, match="name must be one of 'olivetti', 'lfw', got str 'celeba'"):
        published_faces("celeba")
