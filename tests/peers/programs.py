"""Finds the real programs the tests work with. A missing one fails the test and says what to install."""

from __future__ import annotations

import shutil

import pytest

PACKAGES = {"chromium": "chromium", "Xvfb": "xvfb", "turnserver": "coturn"}


def program(name: str) -> str:
    """Return the path of ``name``; fail, never skip, when it is not there."""
    path = shutil.which(name)
    if path is None:
        pytest.fail(f"{name} is missing: deploy/dev/apt.sh {PACKAGES.get(name, name)}", pytrace=False)
    return path
