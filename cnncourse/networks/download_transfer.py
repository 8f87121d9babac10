"""One file on its way over HTTP: what has arrived, and one connection that brings more of it."""

import hashlib
import http.client
import os
from http import HTTPStatus
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

CHUNK = 1 << 18  # bytes
HEADERS = {"User-Agent": "cnncourse", "Accept-Encoding": "identity"}
NOT_KEPT = " It is another file, and nothing of it was kept."
PAGES = ("text/html", "application/xhtml+xml")


class DownloadError(RuntimeError):
    """Says in a sentence or two why a file did not arrive and what to do."""


class CutOff(Exception):
    """The connection ended early; what has arrived is kept."""


class Part:
    """The bytes that have arrived, their digest, and the server's name for the version they belong to."""

    def __init__(self, path):
        self.path, self._version = path, path.with_name(f"{path.name}.version")
        self.bar = None
        self._empty()
        if path.is_file():
            with path.open("rb") as file:
                while chunk := file.read(CHUNK):
                    self._count(chunk)

    @property
    def version(self):
        """What If-Range may name; empty where the server gave nothing of the kind."""
        return self._version.read_text(encoding="utf-8") if self._version.exists() else ""

    def has(self, sha256):
        """Say whether the digest of all bytes begins with `sha256`."""
        return self.digest.hexdigest().startswith(sha256.lower())

    def restart(self, version=""):
        """Forget all bytes; `version` names what comes next."""
        self.path.write_bytes(b"")
        self._version.write_text(version, encoding="utf-8")
        self._empty()
        self.bar.reset()

    def append(self, chunks, most_bytes):
        """Write chunks of bytes as they come; forget all and raise DownloadError where they exceed `most_bytes`."""
        with self.path.open("ab") as file:
            for chunk in chunks:
                file.write(chunk)
                self._count(chunk)
                self.bar.update(len(chunk))
                if self.size > most_bytes:
                    break
        if self.size > most_bytes:
            self.restart()
            raise DownloadError(f"The server sends more than the published file's {most_bytes / 1e6:.1f} MB.{NOT_KEPT}")

    def finish(self, path):
        """Give the whole and right file its name, in one step."""
        with self.path.open("rb+") as file:
            os.fsync(file.fileno())
        self.path.replace(path)
        self._version.unlink(missing_ok=True)

    def _empty(self):
        self.size, self.digest = 0, hashlib.sha256()

    def _count(self, chunk):
        self.size += len(chunk)
        self.digest.update(chunk)


def fetch_rest(url, part, most_bytes, timeout):
    """Ask for the bytes that `part` lacks and append them.

    Raises CutOff where they end early, DownloadError where the answer is not the file, URLError without a connection.
    """
    with _answer(url, part, timeout) as response:
        _refuse_pages(url, response)
        _line_up(response, part)
        goal = None if response.length is None else part.size + response.length
        if goal is not None and goal > most_bytes:
            sizes = f"{goal / 1e6:.1f} MB, more than the published file's {most_bytes / 1e6:.1f} MB"
            raise DownloadError(f"{host_of(url)} announces {sizes}.{NOT_KEPT}")
        part.append(_chunks(response), most_bytes)
    if goal is not None and part.size < goal:
        raise CutOff


def host_of(url):
    """Return the server's name in an address."""
    return urlsplit(url).hostname or url


def _answer(url, part, timeout):
    headers = dict(HEADERS)
    if part.size:
        headers["Range"] = f"bytes={part.size}-"
        if part.version:
            headers["If-Range"] = part.version
    try:
        return urlopen(Request(url, headers=headers), timeout=timeout)
    except HTTPError as error:
        with error:
            _refuse_status(url, error.code, part)
    except URLError:
        raise
    except (OSError, http.client.HTTPException):
        raise CutOff from None


def _refuse_status(url, status, part):
    """Turn a status of 300 and more into a fresh start or a sentence."""
    if status == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE and part.size:
        part.restart()
        raise CutOff from None
    said = f"{status} ({http.client.responses.get(status, 'unknown')})"
    advice = "It has trouble: try again later." if status >= 500 else "The file is not to be had there now."
    raise DownloadError(f"{host_of(url)} answers {said} for {urlsplit(url).path}. {advice}") from None


def _refuse_pages(url, response):
    if response.headers.get_content_type() in PAGES:
        raise DownloadError(
            f"{host_of(url)} sent a web page in place of the file. Does your network ask you to log in first?"
        )


def _line_up(response, part):
    """See that the answer begins where `part` ends; a whole file begins anew."""
    partial = response.status == HTTPStatus.PARTIAL_CONTENT
    if partial and response.headers.get("Content-Range", "").startswith(f"bytes {part.size}-"):
        return
    part.restart("" if partial else _version_of(response))
    if partial:  # bytes from another place than was asked for
        raise CutOff


def _version_of(response):
    """Return what If-Range may name: a strong ETag, else the time of the last change, else nothing."""
    tag = response.headers.get("ETag", "")
    return tag if tag.startswith('"') else response.headers.get("Last-Modified", "")


def _chunks(response):
    while True:
        try:
            chunk = response.read1(CHUNK)
        except (OSError, http.client.HTTPException):
            raise CutOff from None
        if not chunk:
            return
        yield chunk
