"""Explorer of notebook 4.2: the office door. Enrol people from one photo, let people come, move the threshold."""

from functools import lru_cache

import ipywidgets as widgets
import numpy as np

from cnncourse.explorers import ARROWS, Explorer, play
from cnncourse.explorers.photo_square import SIZE, photo_chooser, square, what_the_net_sees
from cnncourse.explorers.week2.smile_detector_photo import ASTRONAUT, FACE, OWN, PART, chosen_photo
from cnncourse.explorers.week4.face_recognition_door_picture import (
    FARTHEST,
    GAUGE,
    PLOT,
    Verdict,
    distance_at,
    picture,
    portrait_at,
)
from cnncourse.explorers.week4.face_recognition_door_scene import SCALE, SCREEN
from cnncourse.explorers.week4.face_recognition_people import (
    PHOTOS,
    checked_embeddings,
    course_net,
    people,
    person_of,
)
from cnncourse.explorers.week4.face_recognition_visits import (
    ENROLLED,
    NAMES,
    YOU,
    counts_at,
    door_curve,
    enrolled_rows,
    nearest_enrolled,
    visits_of,
)
from cnncourse.faces.distances import squared_distances
from cnncourse.networks.face_embedding import embed
from cnncourse.pictures.identities import remake_identity

PEOPLE = "people of the course"
CHOICES = (PEOPLE, ASTRONAUT, OWN)
START = 0.6


class Office:
    """The embeddings behind the door: of the roster, of the visits, and of whatever photo is new."""

    def __init__(self, embeddings, net):
        self.net, self.embeddings = net, embeddings
        self.visits = visits_of(embeddings)
        self.embedding = lru_cache(maxsize=64)(self._embedding)
        self.distances = lru_cache(maxsize=4)(self._distances)
        self.new_photo = lru_cache(maxsize=64)(remake_identity)

    def _embedding(self, pixels):
        """Return the embedding (1, D) of 64 × 64 pixels given as bytes."""
        return embed(self.net(), np.frombuffer(pixels, np.uint8).reshape(1, SIZE, SIZE, 3))

    def _distances(self, you):
        """Return the visits' squared distances (V, 12) from the roster, with the learner's photo `you` (V, 13)."""
        if not you:
            return self.visits.distances
        mine = squared_distances(self.embeddings[self.visits.rows], self.embedding(you))
        return np.concatenate([self.visits.distances, mine], axis=1)

    def portraits(self, you):
        """Return the photos that are enrolled or can be, a list."""
        mine = [np.frombuffer(you, np.uint8).reshape(SIZE, SIZE, 3)] if you else []
        return [*people()[enrolled_rows()], *mine]

    def rates(self, threshold, enrolled, you):
        """Return (false accept rate, true accept rate) of all visits, or None where nobody enrolled comes."""
        curve = door_curve(self.distances(you), self.visits.who, enrolled)
        if curve is None:
            return None
        false_accept, true_accept, thresholds = curve
        place = np.searchsorted(thresholds, threshold)
        return false_accept[place], true_accept[place]

    def visitor(self, visit, fresh, choice, upload, part, centre):
        """Return (picture, distances (1, 12) from the roster, place on the roster or −1, name for the screen)."""
        if choice != PEOPLE:
            seen = what_the_net_sees(chosen_photo(choice, upload)[0], part, centre, 0, False)
            return seen, self._from_roster(seen), None, "the astronaut" if choice == ASTRONAUT else "your photo"
        row, who = int(self.visits.rows[visit]), int(self.visits.who[visit])
        name = NAMES[who] if who >= 0 else f"No. {person_of(row)}, a stranger"
        if not fresh:
            return people()[row], self.visits.distances[[visit]], who, name
        seen = self.new_photo(int(person_of(row)), PHOTOS - 1 + fresh)
        return seen, self._from_roster(seen), who, f"{name}, new photo"

    def _from_roster(self, seen):
        return squared_distances(self.embedding(seen.tobytes()), self.embeddings[enrolled_rows()])


def verdict_of(office, *, threshold, visit, fresh, choice, upload, part, enrolled, you, centre):
    """Return (picture, Verdict) of the visitor of a state."""
    seen, distances, who, name = office.visitor(visit, fresh, choice, upload, part, centre)
    if you:
        mine = squared_distances(office.embedding(seen.tobytes()), office.embedding(you))
        distances = np.concatenate([distances, mine], axis=1)
    (nearest,), (distance,) = nearest_enrolled(distances, enrolled)
    opens = bool(distance < threshold)
    return seen, Verdict(opens, int(nearest), float(distance), name, *_judgement(opens, int(nearest), who, enrolled))


def _judgement(opens, nearest, who, enrolled):
    if who is None:
        return "", "a real photo: judge yourself"
    if who in enrolled:
        if not opens:
            return "wrong", "enrolled, and shut out"
        return ("right", "enrolled, let in") if nearest == who else ("wrong", f"let in as {NAMES[nearest]}")
    return ("wrong", "not enrolled, and let in") if opens else ("right", "not enrolled, refused")


def render(office, **state):
    """Paint a state of the door of an Office."""
    seen, verdict = verdict_of(office, **state)
    threshold, enrolled, you = state["threshold"], state["enrolled"], state["you"]
    counts = counts_at(threshold, office.distances(you), office.visits.who, enrolled)
    return picture(office, seen, verdict, threshold, enrolled, you, counts)


def caption(office, **state):
    """Say what becomes of the visitor, and both rates over all visits."""
    _, verdict = verdict_of(office, **state)
    nearest = "nobody is enrolled"
    if verdict.nearest >= 0:
        nearest = f"nearest is {NAMES[verdict.nearest]}, at {verdict.distance:.3f}"
    rates = office.rates(state["threshold"], state["enrolled"], state["you"])
    all_visits = (
        f"Over all {len(office.visits.who)} visits: false accept rate <b>{rates[0]:.3f}</b>, true accept rate "
        f"<b>{rates[1]:.3f}</b>."
        if rates
        else "Enrol somebody: nobody can be let in rightly."
    )
    photo = "" if state["choice"] == PEOPLE else f" <small>{chosen_photo(state['choice'], state['upload'])[1]}</small>"
    who = verdict.truth[0].upper() + verdict.truth[1:]
    comes = ", comes" if "," in who else " comes"
    return f"<b>{who}</b>{comes}; {nearest}. The door {_door(verdict)}: {verdict.words}. {all_visits}{photo}"


def _door(verdict):
    return "opens" if verdict.opens else "stays shut"


def alt(office, **state):
    """Describe the picture in words."""
    _, verdict = verdict_of(office, **state)
    count = len(state["enrolled"])
    enrolled = "1 person is" if count == 1 else f"{count} people are"
    return (
        f"An office door that {_door(verdict)} for {verdict.truth}; {enrolled} enrolled. "
        "Beside it the distances of all visits, the ROC with a point, and counts of right and wrong entries."
    )


def pointer(office, event, **state):
    """Drag the threshold or the point on the ROC; click a portrait; by keyboard the next visitor and the threshold."""
    if event.kind == "key":
        down, right = ARROWS.get(event.key, (0, 0))
        visit = min(max(state["visit"] + right, 0), len(office.visits.who) - 1)
        threshold = round(min(max(state["threshold"] - 0.02 * down, 0), FARTHEST), 2)
        return {"visit": visit, "threshold": threshold, **({"fresh": 0} if right else {})}
    if event.kind not in ("click", "drag"):
        return None
    return _pointed(office, event, **state)


def _pointed(office, event, *, enrolled, you, choice, upload, part, centre, **_):
    x, y = event.x, event.y
    if GAUGE[0] <= x <= GAUGE[0] + GAUGE[2] and GAUGE[1] - 22 <= y <= GAUGE[1] + GAUGE[3]:
        return {"threshold": round(distance_at(x), 2)}
    if PLOT[0] - 10 <= x <= PLOT[0] + PLOT[2] + 10 and PLOT[1] - 10 <= y <= PLOT[1] + PLOT[2] + 10:
        return _along_curve(office, (x - PLOT[0]) / PLOT[2], 1 - (y - PLOT[1]) / PLOT[2], enrolled, you)
    place = portrait_at(x, y, len(office.portraits(you)))
    if event.kind == "click" and place is not None:
        return {"enrolled": tuple(sorted(set(enrolled) ^ {place}))}
    on_screen = 0 <= x - SCREEN[0] <= SCREEN[2] and 0 <= y - SCREEN[1] <= SCREEN[2]
    if choice != PEOPLE and event.kind == "click" and on_screen:
        return {"centre": _recentred(x, y, chosen_photo(choice, upload)[0].size, part, centre)}
    return None


def _recentred(x, y, size, part, centre):
    """Return the square's new middle, as shares of the photo's width and height, where its picture was clicked."""
    left, top, side = square(size, part, centre)
    places = left + (x - SCREEN[0]) / SCREEN[2] * side, top + (y - SCREEN[1]) / SCREEN[2] * side
    return tuple(round(place / length, 3) for place, length in zip(places, size, strict=True))


def _along_curve(office, false_accept, true_accept, enrolled, you):
    curve = door_curve(office.distances(you), office.visits.who, enrolled)
    if curve is None:
        return None
    near = np.hypot(curve[0] - false_accept, curve[1] - true_accept).argmin()
    return {"threshold": float(min(curve[2][near], FARTHEST))}


def office_door(embeddings=None, net=None, **start):
    """Show the office door; `embeddings` (1000, D) are those of the test split's pictures as `net` sees them.

    Both are the course's own unless given. `start` sets parts of the state by name: threshold, visit, enrolled …
    """
    office = Office(checked_embeddings(embeddings), course_net if net is None else lambda: net)
    controls = _controls(len(office.visits.who))
    explorer = Explorer(
        lambda **state: render(office, **state),
        controls,
        title="The office door",
        note="Drag the threshold or the point on the ROC; let the next one come (arrow keys: left and right; up and "
        "down move the threshold); click people on the shelf. Of a real photo, a click on the screen moves the middle.",
        alt=lambda **state: alt(office, **state),
        caption=lambda **state: caption(office, **state),
        pointer=lambda event, **state: pointer(office, event, **state),
        buttons={
            "Another photo of this person": lambda fresh, **_: {"fresh": fresh + 1, "choice": PEOPLE},
            "Enrol / forget the real photo": lambda **state: _enrolled_yourself(office, **state),
        },
        state={"fresh": 0, "enrolled": ENROLLED, "you": b"", "centre": FACE[ASTRONAUT]},
        scale=SCALE,
    )
    controls["visit"].observe(lambda _: explorer.set(fresh=0), "value")
    controls["choice"].observe(lambda change: explorer.set(**_framing(change["new"])), "value")
    explorer.set(**start)
    return explorer


def _enrolled_yourself(office, *, you, enrolled, **state):
    if you or state["choice"] == PEOPLE:
        return {"you": b"", "enrolled": tuple(place for place in enrolled if place != YOU)}
    seen, *_ = office.visitor(
        **{name: state[name] for name in ("visit", "fresh", "choice", "upload", "part", "centre")}
    )
    return {"you": seen.tobytes(), "enrolled": tuple(sorted({*enrolled, YOU}))}


def _framing(choice):
    return {"part": PART.get(choice, 60), "centre": FACE.get(choice, (0.5, 0.5))}


def _controls(visits):
    choice, upload = photo_chooser(CHOICES, PEOPLE, OWN, "290px", "who comes")
    wide = widgets.Layout(width="300px")
    return {
        "threshold": widgets.FloatSlider(START, min=0, max=FARTHEST, step=0.01, description="threshold τ", layout=wide),
        "visit": play(widgets.IntSlider(0, 0, visits - 1, description="visit", layout=wide), 1200),
        "choice": choice,
        "upload": upload,
        "part": widgets.IntSlider(PART[ASTRONAUT], 10, 100, 1, description="square %", layout={"width": "220px"}),
    }
