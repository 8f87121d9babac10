"""The cache folder on each system."""

import pathlib
import sys

import pytest

from cnncourse.cache_folder import cache_folder


@pytest.mark.parametrize(
    ("platform", "variables", "folder"),
    [
        ("linux", {"XDG_CACHE_HOME": "/x/cache"}, "/x/cache/cnncourse"),
        ("linux", {}, "/home/l/.cache/cnncourse"),
        ("darwin", {}, "/home/l/Library/Caches/cnncourse"),
        ("win32", {"LOCALAPPDATA": "/c/local"}, "/c/local/cnncourse"),
        ("win32", {"CNNCOURSE_CACHE": "~/here"}, "/home/l/here"),
    ],
)
def test_the_cache_is_where_each_system_keeps_such_things(monkeypatch, platform, variables, folder):
    for name in ("CNNCOURSE_CACHE", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    for name, value in ({"HOME": "/home/l"} | variables).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "platform", platform)
    assert cache_folder() == pathlib.Path(folder)
