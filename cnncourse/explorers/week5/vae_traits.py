"""Directions of latent space along which one trait of the studio faces changes, and the others do not."""

from functools import lru_cache

import numpy as np
import torch

from cnncourse.generative.picture_batches import batch_from_pictures
from cnncourse.pictures.face_traits import HAIR_STYLES
from cnncourse.pictures.faces import face_attributes
from cnncourse.pictures.studio_faces import studio_faces, studio_scene

TRAITS = ("skin", "hair: dark to light", "hair: short to long", "glasses", "beard", "age", "turn", "nod")
LONG = {HAIR_STYLES.index(style) for style in ("bob", "long", "wavy")}
LEARNED_FROM = 1000  # faces of the split "small"


@lru_cache(maxsize=1)
def trait_table():
    """Return what `LEARNED_FROM` faces show, `(N, 8)`, a column for each of TRAITS."""
    rows = []
    for number in range(LEARNED_FROM):
        person, photo = studio_scene(number, "small")
        shows = face_attributes(person, photo)
        light = (1 - person.grey) * float(np.mean(person.hair_colour)) + person.grey * 0.7
        row = shows["skin"], light, shows["hair"] in LONG, shows["glasses"], shows["beard"], shows["age"]
        rows.append((*row, shows["yaw"], shows["pitch"]))
    return np.array(rows, float)


def codes_of(net, faces):
    """Return the means `(N, D)` of uint8 faces `(N, 32, 32, 3)`."""
    with torch.inference_mode():
        return net.encode(batch_from_pictures(faces))[0].double().numpy()


def directions(net):
    """Return the ways `(8, D)` that a code goes when one of TRAITS grows by its standard deviation.

    A linear fit of the codes on all traits together, so that skin does not stand in for hair.
    """
    traits, codes = trait_table(), codes_of(net, studio_faces("small", LEARNED_FROM))
    standard = (traits - traits.mean(axis=0)) / traits.std(axis=0)
    fitted, *_ = np.linalg.lstsq(np.column_stack([standard, np.ones(len(standard))]), codes, rcond=None)
    return fitted[:-1]
