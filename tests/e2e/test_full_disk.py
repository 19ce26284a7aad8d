"""The disk is full: sharing pauses where everybody can see it, nothing is forwarded unrecorded, and it goes on behind a gap."""

from __future__ import annotations

import resource
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pytest
from playwright.async_api import expect

from tests.e2e import picture
from tests.e2e.house import House, any_port
from tests.e2e.people import VIDEO, Customer, Host, hears, in_state, meet, say, share
from tests.peers.chromium import Browsers

DISK = "24m"
PAUSED = "[data-panel=paused]"
STILL_MS = 2_000


class Disk(Protocol):
    """Where the data lies: it can be full and have room again."""

    def fill(self, house: House) -> None: ...

    def make_room(self, house: House) -> None: ...


@dataclass
class SmallDisk:
    """A disk of its own, in memory."""

    place: Path

    def fill(self, house: House) -> None:
        with pytest.raises(OSError, match="No space"):
            (self.place / "ballast").write_bytes(bytes(shutil.disk_usage(self.place).free + 1))

    def make_room(self, house: House) -> None:
        (self.place / "ballast").unlink()


@dataclass
class ShortFiles:
    """Where nothing may be mounted: the server's files may not grow any more (EFBIG instead of ENOSPC)."""

    def fill(self, house: House) -> None:
        files = [file.stat() for file in (house.data / "recordings").glob("*/*")]
        self._limit(house, max(files, key=lambda file: file.st_mtime_ns).st_size)

    def make_room(self, house: House) -> None:
        self._limit(house, resource.RLIM_INFINITY)

    def _limit(self, house: House, size: int) -> None:
        assert house.process is not None
        _, most = resource.prlimit(house.process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(house.process.pid, resource.RLIMIT_FSIZE, (size, most))


@contextmanager
def small_disk(place: Path) -> Iterator[Disk]:
    """Return a disk that is soon full, mounted at `place` if that is permitted."""
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK},mode=0700", "tmpfs", str(place)]
    if subprocess.run(mount, check=False, capture_output=True).returncode != 0:
        yield ShortFiles()
        return
    try:
        yield SmallDisk(place)
    finally:
        subprocess.run(["umount", "--lazy", place], check=True)


async def test_a_full_disk_pauses_and_heals(
    browsers: Browsers, founded: Path, tmp_path: Path, artifacts: Path
) -> None:
    place = tmp_path / "disk"
    with small_disk(place) as disk:
        shutil.copytree(founded, place / "var")
        house = House(place / "var", any_port(), tmp_path / "server.log")
        await house.start()
        try:
            await the_disk_fills_up(house, browsers, disk, artifacts)
        finally:
            assert await house.end() == 0


async def the_disk_fills_up(house: House, browsers: Browsers, disk: Disk, artifacts: Path) -> None:
    anna = await Host.arrives(browsers, house.link("sign_in", "host"))
    grace = await Customer.sits_down(browsers)
    opened = await house.opens("The cellar is full")
    await meet(house, anna, grace, opened)
    await share(anna, grace)

    # --- full: both are told why, and the host's picture stands still ---
    disk.fill(house)
    await expect(anna.page.locator("[data-panel=evidence-lost]")).to_be_visible()
    await expect(anna.page.locator("[data-ref=evidence-text]")).to_have_text("Recording unavailable")
    for page in (anna.page, grace.page):
        await expect(page.locator(PAUSED)).to_contain_text("The recording cannot be written at the moment.")
    await expect(grace.page.locator("[data-ref=indicator-text]")).to_have_text("Paused: nobody sees anything")
    await picture.wait_until_still(anna.page, VIDEO, STILL_MS)

    if isinstance(disk, SmallDisk):
        await expect(anna.page.locator("[data-panel=disk]")).to_contain_text(
            "The disk for recordings is full."
        )
        await expect(grace.page.locator(PAUSED)).to_contain_text("The disk for recordings is full")
        await anna.page.screenshot(path=artifacts / "console.png")

    # --- room again: it goes on by itself, and the recording says what is missing ---
    disk.make_room(house)
    await expect(anna.page.locator("[data-panel=disk]")).to_be_hidden()
    for page in (anna.page, grace.page):
        await expect(page.locator(PAUSED)).to_be_hidden()
    await in_state(anna.page, "active")
    await anna.sees_the_picture_move()
    await say(grace.page, "There is room again")
    await hears(anna.page, "There is room again")
    await anna.ends("Somebody made room.")
    script = await house.script(opened.session)
    assert script["gaps"] != []
    assert script["verification"]["verdict"] in {"ok", "recovered"}
