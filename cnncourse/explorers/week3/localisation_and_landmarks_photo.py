"""Explorer of notebook 3.1: landmarks on real photos, bundled or the learner's own; the net knows drawings only."""

from functools import lru_cache

import ipywidgets as widgets
import numpy as np

from cnncourse.explorers import Explorer, Painter
from cnncourse.explorers.photo_square import photo_chooser, placed, square, what_the_net_sees
from cnncourse.explorers.week2.smile_detector_photo import (
    ASTRONAUT,
    CHOICES,
    FACE,
    LEFT,
    OWN,
    PART,
    SIDE,
    TOP,
    chosen_photo,
    framing,
    photo_pointer,
)
from cnncourse.explorers.week3.localisation_and_landmarks_points import NAMES, on_face, paint_mark, side_of
from cnncourse.networks.landmarks import landmark_points
from cnncourse.plots import INK, MUTED, ORANGE

SEEN = (424, 40, 400)  # the net's picture: left, top, side


def face_picture(find, *, choice, upload, part, turn, mirror, centre):
    """Paint the photo with its square, and the 64 × 64 pixels with the points found on them."""
    image, _ = chosen_photo(choice, upload)
    seen = what_the_net_sees(image, part, centre, turn, mirror)
    painter = _sheet(choice, bytes(upload[0]["content"]) if upload and choice == OWN else b"").copy()
    x, y, scale = placed(image.size, (LEFT, TOP, SIDE))
    left, top, side = (length * scale for length in square(image.size, part, centre))
    painter.rectangle(x + left - 1, y + top - 1, side + 2, side + 2, outline=INK, line_width=5)
    painter.rectangle(x + left, y + top, side, side, outline=ORANGE, line_width=3)
    painter.image(seen, *SEEN[:2], SEEN[2], SEEN[2], smooth=True, outline=MUTED)
    for number, point in enumerate(find(seen.tobytes())):
        paint_mark(painter, *on_face(point, SEEN), side_of(number), 4.5)
    return painter.array()


@lru_cache(maxsize=4)
def _sheet(choice, data):
    image, _ = chosen_photo(choice, ({"content": data},) if data else ())
    painter = Painter(850, 478)
    painter.text(LEFT, 22, "The photo: drag the square", 14, bold=True)
    x, y, scale = placed(image.size, (LEFT, TOP, SIDE))
    painter.image(np.asarray(image), x, y, image.width * scale, image.height * scale, smooth=True)
    painter.text(SEEN[0], 22, "What the net sees, and the points it finds", 14, bold=True)
    y = SEEN[1] + SEEN[2] + 20
    legend = ((6, "left", "the person's left"), (158, "right", "the person's right"), (316, "middle", "middle"))
    for x, side, words in legend:
        paint_mark(painter, SEEN[0] + x, y, side, 5)
        painter.text(SEEN[0] + x + 13, y, words, 12)
    return painter


def face_caption(find, *, choice, upload, part, turn, mirror, centre):
    """Say where the eyes and the mouth are found, and whose picture it is."""
    image, source = chosen_photo(choice, upload)
    points = find(what_the_net_sees(image, part, centre, turn, mirror).tobytes())
    places = {name: points[NAMES.index(name)] for name in ("left pupil", "right pupil", "nose tip", "chin")}
    words = ", ".join(f"{name} ({x:.0f}, {y:.0f})" for name, (x, y) in places.items())
    return (
        f"{words}, in pixels of 64. It always gives twenty points, on a wall too: nothing in it says “no face”. "
        f"<small>{source}</small>"
    )


def own_face(net):
    """Let the learner try `net`, a LandmarkNet, on the astronaut, drawn faces, or any picture."""

    @lru_cache(maxsize=64)
    def find(data):
        return landmark_points(net, np.frombuffer(data, np.uint8).reshape(1, 64, 64, 3))[0]

    picker, upload = photo_chooser(CHOICES, ASTRONAUT, OWN, "290px")
    explorer = Explorer(
        lambda **state: face_picture(find, **state),
        {
            "choice": picker,
            "upload": upload,
            "part": widgets.IntSlider(PART[ASTRONAUT], 10, 100, 1, description="square %"),
            "turn": widgets.IntSlider(0, -45, 45, 1, description="turn °"),
            "mirror": widgets.Checkbox(False, description="mirrored", indent=False),
        },
        title="Real faces",
        note="Choose a photo, drag the square over the face (or use the arrow keys), set its size and turn it.",
        alt=lambda choice, **_: f"{choice}: the photo with a square, its 64 × 64 pixels and twenty points.",
        caption=lambda **state: face_caption(find, **state),
        pointer=photo_pointer,
        state={"centre": FACE[ASTRONAUT]},
    )
    picker.observe(lambda change: explorer.set(**framing(change["new"])), "value")
    return explorer
