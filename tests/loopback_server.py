"""A web server on this machine that answers each request as the test has told it to, well or badly."""

import contextlib
import os
import signal
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TAG = '"version-1"'


class Server:
    """Serves `content`; answer number i is `answers[i]`, the last one from then on. `requests` are the headers seen."""

    def __init__(self, content, *answers):
        self.content, self.answers, self.requests = content, answers or (whole(),), []
        self.released = threading.Event()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._http.daemon_threads = True
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01})

    @property
    def url(self):
        return f"http://127.0.0.1:{self._http.server_port}/models/net.pth"

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self.released.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()

    def _handler(server):
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                number = len(server.requests)
                server.requests.append(dict(self.headers))
                answer = server.answers[min(number, len(server.answers) - 1)]
                with contextlib.suppress(ConnectionError):
                    answer(server, self)

            def log_message(self, *_):
                pass

        return Handler


def whole(tag=TAG, date=None, cut=None, length=None, body=None, status=None, start=None):
    """Return an answer that keeps to RFC 9110, but for what is asked.

    `cut` bytes are sent and no more; `length` is announced; `body` stands for the content; `status` and `start` claim
    what a partial answer is.
    """

    def answer(server, request):
        content = server.content if body is None else body
        first = _asked_from(request.headers, tag, date)
        if first is not None and first >= len(content):
            return status_only(416)(server, request)
        sent = content[first or 0 :]
        request.send_response(status or (200 if first is None else 206))
        if first is not None or start is not None:
            claimed = first if start is None else start
            request.send_header("Content-Range", f"bytes {claimed}-{len(content) - 1}/{len(content)}")
        headers = {"ETag": tag, "Last-Modified": date, "Content-Type": "application/octet-stream"}
        headers["Content-Length"] = str(len(sent) if length is None else length)
        for name, value in headers.items():
            if value is not None and value != "None":
                request.send_header(name, value)
        request.end_headers()
        request.wfile.write(sent[:cut])
        return None

    return answer


def _asked_from(headers, tag, date):
    """Return the first byte asked for, or None for the whole file."""
    named = headers.get("If-Range")
    if "Range" not in headers or (named is not None and named not in (tag, date)):
        return None
    return int(headers["Range"].removeprefix("bytes=").removesuffix("-"))


def without_range(**options):
    """Return an answer that always sends the whole file."""

    def answer(server, request):
        del request.headers["Range"]
        whole(**options)(server, request)

    return answer


def status_only(code, body=b"", kind="text/plain", **headers):
    """Return an answer of a status, a short body and further headers."""

    def answer(_server, request):
        request.send_response(code)
        for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **headers}.items():
            request.send_header(name, value)
        request.end_headers()
        request.wfile.write(body)

    return answer


def redirect(place):
    """Return an answer that sends the client to another place."""
    return status_only(302, Location=place)


def raw(data):
    """Return an answer that is no HTTP."""
    return lambda _server, request: request.wfile.write(data)


def silence(server, _request):
    """Answer nothing until the test is over."""
    server.released.wait(20)


def falls_silent(after):
    """Return an answer that stops in the middle without closing."""

    def answer(server, request):
        whole(cut=after)(server, request)
        request.wfile.flush()
        server.released.wait(20)

    return answer


def slowly(pieces, pause):
    """Return an answer in pieces, with a pause in seconds after each."""

    def answer(server, request):
        request.send_response(200)
        request.send_header("Content-Length", str(len(server.content)))
        request.end_headers()
        step = -(-len(server.content) // pieces)
        for start in range(0, len(server.content), step):
            request.wfile.write(server.content[start : start + step])
            request.wfile.flush()
            time.sleep(pause)

    return answer


def endless(_server, request):
    """Send zeros for as long as the client listens."""
    request.send_response(200)
    request.end_headers()
    while True:
        request.wfile.write(bytes(1 << 16))


def interrupting(after):
    """Return an answer that has the learner press Ctrl-C after so many bytes."""

    def answer(server, request):
        whole(cut=after)(server, request)
        request.wfile.flush()
        time.sleep(0.1)
        os.kill(os.getpid(), signal.SIGINT)
        for byte in server.content[after : after + 20]:
            request.wfile.write(bytes([byte]))
            request.wfile.flush()
            time.sleep(0.02)

    return answer
