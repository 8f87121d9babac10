"""Pictures to learn on: photographs, digits, the learner's own, and rendered hands. Nothing is ever downloaded."""

from cnncourse.pictures.digits import digits
from cnncourse.pictures.hand_sign_sheets import hand_signs
from cnncourse.pictures.photos import photo, photo_credit, photo_names
from cnncourse.pictures.upload import open_upload

__all__ = ["digits", "hand_signs", "open_upload", "photo", "photo_credit", "photo_names"]
