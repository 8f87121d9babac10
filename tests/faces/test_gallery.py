"""The gallery against plain loops; its file against damage."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from cnncourse.faces.gallery import Gallery


def people(count=6, photos=3, length=5, seed=0):
    rng = np.random.default_rng(seed)
    embeddings = rng.normal(size=(count, photos, length)).astype(np.float32)
    return {f"person {number}": rows for number, rows in enumerate(embeddings)}


def filled(faces):
    gallery = Gallery()
    for name, rows in faces.items():
        gallery.enroll(name, rows)
    return gallery


def plain_nearest(faces, embedding):
    best = (None, np.inf)
    for name, rows in faces.items():
        for row in rows:
            distance = sum((float(x) - float(y)) ** 2 for x, y in zip(row, np.float32(embedding), strict=True))
            if distance < best[1]:
                best = (name, distance)
    return best


def same_people(one, other):
    return one.names == other.names and all(
        np.array_equal(one.photos_of(name), other.photos_of(name)) for name in one.names
    )


NUMBERS = st.integers(-8, 8).map(lambda whole: whole / 4)


@given(arrays(np.float64, (9, 3), elements=NUMBERS), arrays(np.float64, 3, elements=NUMBERS), NUMBERS)
def test_identify_is_the_plain_loop_with_less_than(rows, face, threshold):
    faces = {name: rows[3 * number : 3 * number + 3] for number, name in enumerate("abc")}
    gallery = filled(faces)
    name, distance = plain_nearest(faces, face)
    assert gallery.nearest(face) == (name, pytest.approx(distance, abs=1e-12))
    assert gallery.identify(face, threshold) == (name if distance < threshold else None)
    assert gallery.identify(face, distance) is None


def test_near_ties_far_from_zero_are_settled_by_plain_distances():
    rng = np.random.default_rng(4)
    rows = 1000 + rng.integers(-3, 4, (400, 16)) / 16
    faces = {str(number): row[None] for number, row in enumerate(rows)}
    gallery = filled(faces)
    for face in 1000 + rng.integers(-3, 4, (20, 16)) / 16:
        assert gallery.nearest(face) == plain_nearest(faces, face)


def test_an_empty_gallery_knows_nobody():
    gallery = Gallery()
    assert gallery.identify([1, 2], np.inf) is None
    assert gallery.nearest([1, 2]) == (None, np.inf)
    assert (len(gallery), gallery.names, gallery.photo_count, gallery.ranking([1, 2])) == (0, [], 0, [])
    gallery.enroll("nobody yet", np.zeros((0, 4)))
    assert (len(gallery), "nobody yet" in gallery) == (0, False)


def test_a_person_is_as_near_as_the_nearest_photo():
    gallery = Gallery()
    gallery.enroll("Ada", [0, 0])
    gallery.enroll("Bo", [10, 0])
    gallery.enroll("Ada", [11, 0])
    assert gallery.ranking([12, 0]) == [("Ada", 1.0), ("Bo", 4.0)]
    assert gallery.ranking([12, 0], count=1) == [("Ada", 1.0)]
    assert (gallery.names, gallery.photo_count) == (["Ada", "Bo"], 3)
    assert gallery.photos_of("Ada").tolist() == [[0, 0], [11, 0]]
    assert gallery.photos_of("Ada").dtype == np.float32


def test_of_equally_near_people_the_first_is_named():
    gallery = Gallery()
    for name in ("zoe", "adam"):
        gallery.enroll(name, [1, 1])
    assert gallery.identify([1, 1], 0.1) == "zoe"
    assert [name for name, _ in gallery.ranking([0, 0])] == ["zoe", "adam"]


def test_enrolling_many_at_once_or_one_by_one_is_the_same():
    faces = people(40, 7)
    one_by_one, at_once = Gallery(), Gallery()
    for name, rows in faces.items():
        for row in rows:
            one_by_one.enroll(name, row)
    at_once.enroll_many(np.repeat(list(faces), 7).tolist(), np.concatenate(list(faces.values())))
    assert one_by_one.photo_count == 280
    assert same_people(one_by_one, at_once)
    assert one_by_one.nearest(faces["person 23"][5]) == at_once.nearest(faces["person 23"][5]) == ("person 23", 0.0)


def test_a_removed_person_is_gone_and_the_others_stay():
    faces = people()
    gallery = filled(faces)
    gallery.remove("person 2")
    del faces["person 2"]
    assert same_people(gallery, filled(faces))
    assert [gallery.nearest(rows[1])[0] for rows in faces.values()] == list(faces)
    for name in list(faces):
        gallery.remove(name)
    gallery.enroll("another length", [1, 2, 3])
    assert gallery.names == ["another length"]


def test_the_gallery_keeps_copies_and_changes_no_input():
    embedding, gallery = np.array([3.0, 4.0], np.float32), Gallery()
    gallery.enroll("Ada", embedding)
    embedding[:] = 0
    gallery.photos_of("Ada")[:] = 7
    assert gallery.nearest([3, 4]) == ("Ada", 0.0)
    query = np.array([1.0, 1.0], np.float32)
    gallery.nearest(query)
    assert query.tolist() == [1, 1]


NAMES = ["", " ", "Zoë 🦊", "a\nb", "\0", "trailing\0", "../../etc", "𝔘", "\ud800", "x" * 5000, "None"]


def test_names_of_any_characters_come_back_from_the_file(tmp_path):
    gallery = Gallery()
    for number, name in enumerate(NAMES):
        gallery.enroll(name, [number, 0])
    gallery.save(tmp_path / "people")
    loaded = Gallery.load(tmp_path / "people")
    assert loaded.names == NAMES
    assert [loaded.identify([number, 0], 0.5) for number in range(len(NAMES))] == NAMES


@given(arrays(np.float32, (4, 3), elements=st.floats(-100, 100, width=32)), st.permutations("aabb"))
def test_what_is_saved_is_loaded(tmp_path_factory, rows, names):
    path = tmp_path_factory.mktemp("gallery") / "people.npz"
    gallery = Gallery()
    gallery.enroll_many(names, rows)
    gallery.save(path)
    assert same_people(Gallery.load(path), gallery)


def test_an_empty_gallery_is_saved_and_loaded(tmp_path):
    Gallery().save(tmp_path / "people")
    loaded = Gallery.load(tmp_path / "people")
    assert len(loaded) == 0
    loaded.enroll("Ada", [1, 2])
    assert loaded.names == ["Ada"]


@pytest.mark.parametrize("content", [b"", b"not an archive", b"PK\x03\x04" + bytes(60), b"PK\x05\x06" + bytes(18)])
def test_a_damaged_file_is_set_aside_with_a_sentence_and_the_gallery_is_empty(tmp_path, capsys, content):
    path = tmp_path / "people.npz"
    path.write_bytes(content)
    assert len(Gallery.load(path)) == 0
    (kept,) = tmp_path.iterdir()
    assert kept.name.startswith("people.npz.damaged-")
    assert kept.read_bytes() == content
    assert "people.npz is damaged" in capsys.readouterr().out
    with pytest.raises(FileNotFoundError):
        Gallery.load(path)


def test_a_flipped_byte_anywhere_neither_crashes_nor_changes_a_face(tmp_path, capsys):
    gallery, path = filled(people(3, 2, 4)), tmp_path / "people.npz"
    gallery.save(path)
    whole = path.read_bytes()
    empty = 0
    for place in range(0, len(whole), 3):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1 :])
        loaded = Gallery.load(path)
        assert len(loaded) == 0 or same_people(loaded, gallery)
        empty += len(loaded) == 0
    assert empty > 100
    assert len(list(tmp_path.glob("*.damaged-*"))) == empty
    capsys.readouterr()


@pytest.mark.parametrize(
    "arrays_in_the_file",
    [
        {"names": b'["a"]', "table": np.zeros((1, 2)), "owners": np.zeros(1, int)},
        {"names": b'["a"]', "table": np.full((1, 2), np.nan, np.float32), "owners": np.zeros(1, int)},
        {"names": b'["a"]', "table": np.zeros((1, 2), np.float32), "owners": np.ones(1, int)},
        {"names": b'["a"]', "table": np.full((1, 2), 1e30, np.float32), "owners": np.zeros(1, int)},
        {"names": b'["a"]', "table": np.zeros((1, 0), np.float32), "owners": np.zeros(1, int)},
        {"names": b'["a"]', "table": np.zeros((1, 2), np.float32), "owners": np.zeros(1)},
        {"names": b'["a", "a"]', "table": np.zeros((2, 2), np.float32), "owners": np.arange(2)},
        {"names": b"[3]", "table": np.zeros((1, 2), np.float32), "owners": np.zeros(1, int)},
        {"names": b'{"a": 1}', "table": np.zeros((1, 2), np.float32), "owners": np.zeros(1, int)},
        {"names": b'["a"]', "table": np.zeros((1, 2), np.float32)},
        {"names": b'["a"]', "table": np.array([["x"]], object), "owners": np.zeros(1, int)},
    ],
)
def test_a_whole_archive_of_something_else_counts_as_damaged(tmp_path, capsys, arrays_in_the_file):
    path = tmp_path / "people.npz"
    content = dict(arrays_in_the_file, names=np.frombuffer(arrays_in_the_file["names"], np.uint8))
    np.savez(path, **content)
    assert len(Gallery.load(path)) == 0
    assert len(list(tmp_path.glob("*.damaged-*"))) == 1
    assert "damaged" in capsys.readouterr().out


def test_a_save_that_fails_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch):
    path = tmp_path / "people.npz"
    filled(people(2)).save(path)
    before = path.read_bytes()

    def full_disk(*args, **kwargs):
        args[0].write(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "savez", full_disk)
    with pytest.raises(OSError, match="No space left"):
        filled(people(3)).save(path)
    assert [file.name for file in tmp_path.iterdir()] == ["people.npz"]
    assert path.read_bytes() == before


def test_a_million_embeddings_take_little_more_than_their_table():
    gallery = Gallery()
    gallery.enroll_many(["a"] * 5000, np.ones((5000, 2), np.float32))
    for _ in range(3000):
        gallery.enroll("b", [2, 2])
    assert gallery.photo_count == 8000
    assert len(gallery._table) <= 2 * 8000


@pytest.mark.parametrize(
    ("act", "error", "sentence"),
    [
        (lambda g: g.enroll(3, [1, 2]), TypeError, "name must be a text, got int 3"),
        (lambda g: g.enroll("Bo", [1, 2, 3]), ValueError, "embedding must have 2 numbers, as those before"),
        (lambda g: g.enroll("Bo", [1, np.nan]), ValueError, "embedding must hold finite numbers"),
        (
            lambda g: g.enroll("Bo", [1, 1e20]),
            ValueError,
            "embedding must hold numbers of at most 1e\\+15, got 1e\\+20",
        ),
        (lambda g: g.enroll("Bo", 3.0), ValueError, r"embedding must have shape \(D,\) or \(n, D\)"),
        (lambda g: g.enroll("Bo", "face"), TypeError, "embedding must be an array of real numbers"),
        (lambda g: g.enroll_many(["Bo"], [[1, 2], [3, 4]]), ValueError, "names must be as many as the 2 embeddings"),
        (lambda g: g.enroll_many(["Bo", None], [[1, 2], [3, 4]]), TypeError, "names must be texts, got NoneType None"),
        (lambda g: g.enroll_many("Bo", [[1, 2], [3, 4]]), TypeError, "names must be a list of texts, got str 'Bo'"),
        (lambda g: g.enroll_many(None, [[1, 2]]), TypeError, "names must be a list of texts, got NoneType None"),
        (lambda g: g.identify([1], 1), ValueError, "embedding must have 2 numbers"),
        (lambda g: g.identify([1, 2], None), TypeError, "threshold must be a number, got NoneType None"),
        (lambda g: g.identify([1, 2], np.nan), ValueError, "threshold must be a finite number, got nan"),
        (lambda g: g.remove("Bo"), KeyError, "nobody called 'Bo' is enrolled"),
        (lambda g: g.photos_of("Bo"), KeyError, "nobody called 'Bo' is enrolled"),
    ],
)
def test_bad_arguments_are_named_and_change_nothing(act, error, sentence):
    gallery = Gallery()
    gallery.enroll("Ada", [1, 2])
    with pytest.raises(error, match=sentence):
        act(gallery)
    assert (gallery.names, gallery.photo_count) == (["Ada"], 1)
