"""A screen without a monitor, for windows that are really shown and really shared."""

from __future__ import annotations

import os
import select
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.peers.programs import program

SCREEN = "1600x1000x24"
START_SECONDS = 15


def _announced(pipe: int) -> str:
    """Return the display number that Xvfb writes when it is ready."""
    ready, _, _ = select.select([pipe], [], [], START_SECONDS)
    if not ready:
        pytest.fail(f"Xvfb was not ready within {START_SECONDS} s", pytrace=False)
    with os.fdopen(pipe, "r", encoding="ascii", closefd=False) as reader:
        number = reader.readline().strip()
    if not number:
        pytest.fail("Xvfb ended before it was ready", pytrace=False)
    return number


@contextmanager
def screen() -> Iterator[str]:
    """Return the name of a fresh X display such as ``:3``; it is gone at the end of the block."""
    reading, writing = os.pipe()
    command = [
        program("Xvfb"),
        "-displayfd",
        str(writing),
        "-screen",
        "0",
        SCREEN,
        "-nolisten",
        "tcp",
        "-noreset",
    ]
    xvfb = subprocess.Popen(command, pass_fds=[writing], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.close(writing)
    try:
        yield f":{_announced(reading)}"
    finally:
        os.close(reading)
        xvfb.terminate()
        xvfb.wait(timeout=10)


@pytest.fixture(scope="session")
def display() -> Iterator[str]:
    """Return the name of a fresh X display; it is gone after the last test."""
    with screen() as name:
        yield name
