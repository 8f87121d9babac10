"""What the explorers of notebook 4.2 share: the test split's people, their embeddings and their distances."""

from functools import cache

import numpy as np

from cnncourse.explorers.photo_square import what_the_net_sees
from cnncourse.explorers.week2.smile_detector_photo import ASTRONAUT, FACE, PART, chosen_photo
from cnncourse.networks.face_embedding import embed, load_face_embedding
from cnncourse.pictures.identities import identities

PHOTOS = 10  # of each person of the split


@cache
def people():
    """Return the pictures (1000, 64, 64, 3) of the test split's 100 people, person by person."""
    return identities("test").images


@cache
def course_net():
    """Return the course's trained embedding network."""
    return load_face_embedding()


@cache
def course_embeddings():
    """Return the course's embeddings (1000, 64) of `people()`, computed once."""
    return embed(course_net(), people())


def astronaut_face(part=PART[ASTRONAUT]):
    """Return the astronaut's face, a real photo, as (64, 64, 3) uint8; `part`: the square in per cent of it."""
    return what_the_net_sees(chosen_photo(ASTRONAUT, ())[0], part, FACE[ASTRONAUT], 0, False)


def checked_embeddings(embeddings):
    """Return embeddings of `people()`, the course's own where None is given; ValueError for another number of rows."""
    if embeddings is None:
        return course_embeddings()
    embeddings = np.asarray(embeddings)
    if embeddings.ndim != 2 or len(embeddings) != len(people()):
        raise ValueError(f"embeddings must be ({len(people())}, D), got shape {embeddings.shape}")
    return embeddings


def person_of(photo):
    """Return the person's number of a photo's row, or of many."""
    return photo // PHOTOS
