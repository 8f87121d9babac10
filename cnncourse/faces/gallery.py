"""A gallery of people: each name with one or more embeddings, and who, if anybody, a new face is.

Embeddings are rows of D numbers, kept as float32. The distance is the squared Euclidean one, and a person is as near as
the nearest of the photos. A face is recognised where that distance is *less* than the threshold (the rule d < τ of
verification, asked of the nearest person; Schroff et al. 2015, section 4, accept d ≤ τ instead).
"""

import numpy as np

from cnncourse.arguments import float_array, largest, narrowed, real_number, several, shown, whole_number
from cnncourse.faces.gallery_file import LARGEST, read_people, write_people

FIRST_ROOM = 64  # rows of a new table; a full one is replaced by one of twice the rows
EPSILON = float(np.finfo(np.float32).eps)
BLOCK = 1 << 14  # rows measured again at once


class Gallery:
    """People by name, with their embeddings; empty at first, it takes its D from the first embedding.

    >>> gallery = Gallery()
    >>> gallery.enroll("Ada", [0, 0])
    >>> gallery.enroll("Bo", [[3, 4], [9, 9]])
    >>> gallery.identify([2, 4], threshold=2), gallery.identify([2, 4], threshold=1)
    ('Bo', None)
    """

    def __init__(self):
        self._names, self._numbers = [], {}  # in the order of enrolment, and the place of each
        self._table, self._norms, self._owners = np.zeros((0, 0), np.float32), np.zeros(0, np.float32), np.zeros(0, int)
        self._rows, self._largest_norm = 0, 0.0

    def __len__(self):
        return len(self._names)

    def __contains__(self, name):
        return name in self._numbers

    @property
    def names(self):
        """The people, a list of names in the order in which they were first enrolled."""
        return list(self._names)

    @property
    def photo_count(self):
        """The number of embeddings of all people together."""
        return self._rows

    def photos_of(self, name):
        """Return a person's embeddings, `(n, D)` float32 in the order of enrolment; KeyError for an unknown name."""
        return self._table[: self._rows][self._owners[: self._rows] == self._number_of(name)]

    def enroll(self, name, embedding):
        """Add a photo `(D,)`, or several `(n, D)`, of the person `name`, who may be there already.

        A name is any text. Raises TypeError for another name; ValueError for an embedding that is not finite or not
        as long as those before.
        """
        if not isinstance(name, str):
            raise TypeError(f"name must be a text, got {shown(name)}")
        rows = self._checked("embedding", embedding, (1, 2), "(D,) or (n, D)")
        rows = rows.reshape(-1, rows.shape[-1])
        if len(rows):
            self._append([name], rows)

    def enroll_many(self, names, embeddings):
        """Add one photo of each of `names`, a sequence of N texts: embeddings `(N, D)`."""
        several("names", names, "a list of texts")
        rows, names = self._checked("embeddings", embeddings, 2, "(N, D)"), list(names)
        odd = [name for name in names if not isinstance(name, str)]
        if odd:
            raise TypeError(f"names must be texts, got {shown(odd[0])}")
        if len(names) != len(rows):
            raise ValueError(f"names must be as many as the {len(rows)} embeddings, got {len(names)}")
        if names:
            self._append(names, rows)

    def remove(self, name):
        """Take a person with all photos out of the gallery; KeyError for an unknown name."""
        number = self._number_of(name)
        kept = self._owners[: self._rows] != number
        table, owners = self._table[: self._rows][kept], self._owners[: self._rows][kept]
        names = self._names[:number] + self._names[number + 1 :]
        self.__init__()
        self._take(names, table, owners - (owners > number))

    def identify(self, embedding, threshold):
        """Return the name of the nearest person if the squared distance is less than `threshold`, else None.

        embedding `(D,)`. An empty gallery gives None. Of equally near people it is the one whose photo came first.
        """
        endless = isinstance(threshold, float) and threshold == np.inf
        threshold = np.inf if endless else real_number("threshold", threshold)
        name, distance = self.nearest(embedding)
        return name if distance < threshold else None

    def nearest(self, embedding):
        """Return (name, squared distance) of the nearest person to `(D,)`; (None, inf) for an empty gallery.

        Of |e − q|² = |e|² − 2 e·q + |q|² the last term is the same for all rows and the first is kept, so that the
        table is read once and nothing of its size is made. What rounding leaves open is then measured plainly.
        """
        query = self._checked("embedding", embedding, 1, "(D,)")
        if not self._rows:
            return None, np.inf
        scores = np.vecdot(self._table[: self._rows], -2 * query)
        scores += self._norms[: self._rows]
        close = np.flatnonzero(scores <= scores.min() + self._rounding(query))
        distances = _squared_distances(self._table, close, query)
        place = distances.argmin()
        return self._names[self._owners[close[place]]], float(distances[place])

    def ranking(self, embedding, count=5):
        """Return the `count` nearest people, nearest first, a list of (name, squared distance of the nearest photo)."""
        query, count = self._checked("embedding", embedding, 1, "(D,)"), whole_number("count", count, 0)
        distances = _squared_distances(self._table, np.arange(self._rows), query)
        found = {}
        for row in np.argsort(distances, kind="stable"):
            if len(found) == count:
                break
            found.setdefault(self._names[self._owners[row]], float(distances[row]))
        return list(found.items())

    def save(self, path):
        """Write the gallery into the file `path`, all or nothing: what was there stays until the new one is whole.

        Raises OSError where the folder is missing, full or closed; the file is then as before.
        """
        write_people(path, self._names, self._table[: self._rows], self._owners[: self._rows])

    @classmethod
    def load(cls, path):
        """Return the gallery that `save` wrote into the file `path`.

        A damaged file is kept under another name, a sentence says so, and the gallery is empty. Raises
        FileNotFoundError where there is no file.
        """
        gallery, people = cls(), read_people(path)
        if people is not None:
            gallery._take(*people)
        return gallery

    def _take(self, names, table, owners):
        if names:
            self._append([names[owner] for owner in owners], table)

    def _enrolled(self, name):
        number = self._numbers.setdefault(name, len(self._names))
        if number == len(self._names):
            self._names.append(name)
        return number

    def _number_of(self, name):
        if not isinstance(name, str):
            raise TypeError(f"name must be a text, got {shown(name)}")
        if name not in self._numbers:
            raise KeyError(f"nobody called {name!r} is enrolled")
        return self._numbers[name]

    def _checked(self, argument, embedding, dimensions, axes):
        array = float_array(argument, embedding, dimensions, axes=axes)
        length = self._table.shape[1] if self._rows else max(array.shape[-1], 1)
        if array.shape[-1] != length:
            expected = f"{length} numbers, as those before" if self._rows else "at least one number"
            raise ValueError(f"{argument} must have {expected}, got shape {array.shape}")
        if largest(array) > LARGEST:
            raise ValueError(f"{argument} must hold numbers of at most {LARGEST:g}, got {largest(array):g}")
        return narrowed(argument, array, np.float32)

    def _append(self, names, rows):
        """Add rows of numbers of as many names, or of one name."""
        self._make_room(len(rows), rows.shape[1])
        new = slice(self._rows, self._rows + len(rows))
        self._table[new], self._owners[new] = rows, [self._enrolled(name) for name in names]
        self._norms[new] = np.vecdot(rows, rows, dtype=np.float64)
        self._rows += len(rows)
        self._largest_norm = max(self._largest_norm, float(self._norms[new].max()))

    def _make_room(self, count, length):
        """Let the table have room for `count` more rows; doubling it makes the copies cost little a row, on average."""
        if self._rows + count <= len(self._table):
            return
        room = max(2 * len(self._table), self._rows + count, FIRST_ROOM)
        for name, shape in (("_table", (room, length)), ("_norms", (room,)), ("_owners", (room,))):
            old = getattr(self, name)
            new = np.empty(shape, old.dtype)
            if self._rows:
                new[: self._rows] = old[: self._rows]
            setattr(self, name, new)

    def _rounding(self, query):
        """Return by how much the scores of two equally near rows can differ, as float32 rounds."""
        lengths = np.sqrt(self._largest_norm * float(np.vecdot(query, query)))
        return 2 * EPSILON * (self._largest_norm + (len(query) + 1) * lengths)


def _squared_distances(table, rows, query):
    """Return the squared distances of some rows of a table from `query`, in float64, a block of rows at a time."""
    blocks = [rows[start : start + BLOCK] for start in range(0, len(rows), BLOCK)]
    differences = (table[block].astype(np.float64) - query for block in blocks)
    return np.concatenate([np.zeros(0), *(np.vecdot(d, d) for d in differences)])
