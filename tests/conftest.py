"""What holds in every test: no network beyond this machine, one thread, no window, no progress file."""

import ipaddress
import os
import socket

from hypothesis import settings

os.environ.update(  # before NumPy, torch and matplotlib are imported, and for every subprocess
    MPLBACKEND="Agg",
    OMP_NUM_THREADS="1",
    OPENBLAS_NUM_THREADS="1",
    MKL_NUM_THREADS="1",
    CNNCOURSE_PROGRESS="off",
)

settings.register_profile("local", deadline=None, max_examples=50)
settings.register_profile("ci", deadline=None, max_examples=50, derandomize=True, database=None)
settings.load_profile("ci" if os.environ.get("CI") else "local")


class NetworkClosed(RuntimeError):
    """A test tried to leave this machine."""


def stays_here(host):
    """Say whether `host` is this machine: a loopback address, or its own name."""
    host = host.decode() if isinstance(host, bytes) else host
    if host in (None, "", "localhost", socket.gethostname()):
        return True
    try:
        return ipaddress.ip_address(host.split("%")[0]).is_loopback
    except ValueError:
        return False


def _refuse_elsewhere(host):
    if not stays_here(host):
        raise NetworkClosed(f"the network is closed in tests, and this one asked for {host}")


def _guarded_method(name, address_of):
    original = getattr(socket.socket, name)

    def guarded(self, *args):
        if self.family in (socket.AF_INET, socket.AF_INET6):
            _refuse_elsewhere(address_of(args)[0])
        return original(self, *args)

    setattr(socket.socket, name, guarded)


def _guarded_lookup(name):
    original = getattr(socket, name)

    def guarded(host, *args, **kwargs):
        _refuse_elsewhere(host)
        return original(host, *args, **kwargs)

    setattr(socket, name, guarded)


def pytest_configure():
    """Close the network once, before any test module is imported."""
    for name in ("connect", "connect_ex"):
        _guarded_method(name, address_of=lambda args: args[0])
    _guarded_method("sendto", address_of=lambda args: args[-1])
    for name in ("getaddrinfo", "gethostbyname", "gethostbyname_ex"):
        _guarded_lookup(name)
