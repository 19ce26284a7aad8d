"""A disk that fills up and a bucket that is away: on the desk, on /readyz and in /metrics."""

from __future__ import annotations

import dataclasses
import re
from typing import Any

import pytest

from concierge.services.disk_watch import DiskLevel, DiskWatch
from concierge.services.storing import StorageState
from tests.server.front import Front, text_of
from tests.services.test_disk_watch import GIB, Cellar

TITLE = "The disk for recordings is filling up"


async def filled(front: Front, free: int) -> None:
    front.desk.registry.disk = DiskWatch(Cellar(free=free))
    await front.desk.registry.disk.look()


@pytest.mark.parametrize(
    ("free", "words", "status", "first", "line"),
    [
        (90 * GIB, "90.0 GiB are left for recordings. An administrator should make room.", 200, "degraded", "disk: low: 9 % free"),
        (40 * GIB, "no new one can be opened", 200, "degraded", "disk: nearly full: 4 % free, no session is opened"),
        (0, "All sessions are paused", 503, "not ready", "disk: full: sessions are paused"),
    ],
)  # fmt: skip
async def test_every_level_is_told(
    front: Front, free: int, words: str, status: int, first: str, line: str
) -> None:
    await filled(front, free)
    page = text_of(await (await front.signed_in()).get("/desk"))
    assert TITLE in page
    assert words in page
    answer = await front.browser().get("/readyz")
    assert (answer.status_code, answer.text.splitlines()[0]) == (status, first)
    assert line in answer.text.splitlines()
    numbers = (await front.browser().get("/metrics")).text
    (told,) = re.findall(r"^concierge_disk_free_bytes (\S+)$", numbers, re.MULTILINE)
    assert float(told) == free
    assert f"concierge_disk_level {float(front.desk.registry.disk.level)}" in numbers


async def test_nothing_is_said_while_there_is_room(front: Front) -> None:
    await filled(front, 600 * GIB)
    assert front.desk.registry.disk.level is DiskLevel.PLENTY
    assert TITLE not in text_of(await (await front.signed_in()).get("/desk"))


async def test_opening_a_session_is_refused_in_words(front: Front) -> None:
    await filled(front, 40 * GIB)
    browser = await front.signed_in()
    page = f"/tickets/{front.desk.ticket.id}"
    answer = await browser.fill(page, f"{page}/sessions")
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "60"
    assert front.desk.registry.all() == []


class Uploads:
    """How uploads stand, as a test says."""

    def __init__(self, state: StorageState) -> None:
        self.state = state


async def test_a_bucket_that_is_away_is_told(front: Front) -> None:
    since = front.desk.clock.wall() - 90_000
    away: Any = Uploads(
        StorageState(waiting=2, waiting_bytes=5_000, fault="the bucket does not answer", since_ms=since)
    )
    house = front.app.state.house
    object.__setattr__(house, "storing", away)
    page = text_of(await (await front.signed_in()).get("/desk"))
    assert "The recordings' bucket does not take them" in page
    answer = await front.browser().get("/readyz")
    assert (answer.status_code, answer.text.splitlines()[0]) == (200, "degraded")
    assert "bucket: the bucket does not answer" in answer.text.splitlines()
    numbers = (await front.browser().get("/metrics")).text
    assert "concierge_bucket_waiting_bytes 5000.0" in numbers
    assert "concierge_bucket_unavailable_seconds 90.0" in numbers
    away.state = dataclasses.replace(StorageState(), stored=3)
    assert "bucket: works" in (await front.browser().get("/readyz")).text.splitlines()
    assert "concierge_bucket_stored_recordings 3.0" in (await front.browser().get("/metrics")).text
