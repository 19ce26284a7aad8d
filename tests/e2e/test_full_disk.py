"""The disk is full: sharing pauses where everybody can see it, nothing is forwarded unrecorded, and it goes on behind a gap."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.async_api import expect

from tests.e2e import picture
from tests.e2e.house import House, any_port
from tests.e2e.people import VIDEO, Customer, Host, hears, in_state, meet, say, share
from tests.peers.chromium import Browsers

DISK = "24m"
PAUSED = "[data-panel=paused]"
STILL_MS = 2_000


@contextmanager
def small_disk(place: Path) -> Iterator[Path]:
    """Return a disk of its own that is soon full. Needs the right to mount, as root has."""
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK},mode=0700", "tmpfs", place], check=True)
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", place], check=True)


def fill(disk: Path) -> Path:
    """Write until nothing more fits; return what to take away again."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while file.write(bytes(65_536)):
                pass
        except OSError:
            return ballast
    raise AssertionError("this disk is never full")


async def test_a_full_disk_pauses_and_heals(browsers: Browsers, founded: Path, tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk") as disk:
        shutil.copytree(founded, disk / "var")
        house = House(disk / "var", any_port(), tmp_path / "server.log")
        await house.start()
        try:
            await the_disk_fills_up(house, browsers, disk)
        finally:
            assert await house.end() == 0


async def the_disk_fills_up(house: House, browsers: Browsers, disk: Path) -> None:
    anna = await Host.arrives(browsers, house.link("sign_in", "host"))
    grace = await Customer.sits_down(browsers)
    opened = await house.opens("The cellar is full")
    await meet(house, anna, grace, opened)
    await share(anna, grace)

    # --- full: both are told why, and the host's picture stands still ---
    ballast = fill(disk)
    await expect(anna.page.locator("[data-panel=evidence-lost]")).to_be_visible()
    await expect(anna.page.locator("[data-ref=evidence-text]")).to_have_text("Recording unavailable")
    for page in (anna.page, grace.page):
        await expect(page.locator(PAUSED)).to_contain_text("The recording cannot be written at the moment.")
    await expect(grace.page.locator("[data-ref=indicator-text]")).to_have_text("Paused: nobody sees anything")
    await picture.wait_until_still(anna.page, VIDEO, STILL_MS)

    # --- room again: it goes on by itself, and the recording says what is missing ---
    ballast.unlink()
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
