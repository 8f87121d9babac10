"""The tests' own surroundings: the network is closed, the machine itself is not."""

import os
import socket
import urllib.request

import pytest

OUTSIDE = ("192.0.2.1", 80)  # an address kept for documentation (RFC 5737)


@pytest.mark.parametrize("connect", ["connect", "connect_ex"])
def test_a_socket_cannot_leave_this_machine(connect):
    with socket.socket() as s, pytest.raises(RuntimeError, match=r"closed in tests.*192\.0\.2\.1"):
        getattr(s, connect)(OUTSIDE)


def test_a_datagram_cannot_leave_this_machine():
    with socket.socket(type=socket.SOCK_DGRAM) as s, pytest.raises(RuntimeError, match="closed in tests"):
        s.sendto(b"hello", OUTSIDE)


@pytest.mark.parametrize("look_up", [lambda host: socket.getaddrinfo(host, 80), socket.gethostbyname])
def test_a_name_outside_is_not_looked_up(look_up):
    with pytest.raises(RuntimeError, match=r"closed in tests.*example\.org"):
        look_up("example.org")


def test_a_download_is_refused():
    directly = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with pytest.raises(RuntimeError, match="closed in tests"):
        directly.open("http://example.org/", timeout=1)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_loopback_is_open(host):
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection((host, server.getsockname()[1]), timeout=5).close()


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="the platform has no Unix sockets")
def test_unix_sockets_are_open():
    near, far = socket.socketpair(socket.AF_UNIX)
    near.sendall(b"hello")
    assert far.recv(5) == b"hello"
    near.close()
    far.close()


def test_torch_runs_on_one_thread():
    import torch

    assert torch.get_num_threads() == 1


def test_matplotlib_opens_no_window():
    import matplotlib

    assert matplotlib.get_backend().lower() == "agg"


def test_no_progress_is_written():
    assert os.environ["CNNCOURSE_PROGRESS"] == "off"
