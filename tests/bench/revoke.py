"""Measures how long pictures still reach a viewer after the command that takes them away.

`python -m tests.bench.revoke` prints one line of JSON; times are milliseconds. The clock starts when the command is
sent to the broker's process and stops at the last RTP packet at the viewer's own socket, in another process; no packet
after the command counts as 0. The viewer is watched beyond the bound, and somebody else must go on seeing the picture.
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import time
from dataclasses import dataclass, field
from typing import Any, Final

from tests.bench.media_recorded import connect
from tests.bench.sides import Side, sides

# "Revoke -> last packet to that viewer <= 250 ms", and "recorder stopped dead (a stop by the customer still ends
# forwarding within 250 ms)".
TARGET_MS: Final = 250.0
WATCHED_S: Final = 0.5
"""How long a viewer is watched after the last command of a round: twice the bound."""
VENDORS: Final = 6
ROUNDS: Final = 17
"""Of VENDORS commands each: a little over a hundred of every kind."""
STOPS: Final = 15
"""Of VENDORS + 1 viewers each."""
APART_S: Final = 0.017
"""Between two commands of a round: they fall on every part of the 40 ms between two pictures."""


@dataclass
class Took:
    """What was found of one kind of command."""

    late_ms: list[float] = field(default_factory=list)
    answered_ms: list[float] = field(default_factory=list)
    went_on: bool = True

    def figures(self) -> dict[str, Any]:
        """Return the spread."""
        cuts = statistics.quantiles(self.late_ms, n=100, method="inclusive")
        return {
            "commands": len(self.late_ms),
            "none_after_the_command": sum(late == 0 for late in self.late_ms),
            "median_ms": round(statistics.median(self.late_ms), 2),
            "p99_ms": round(cuts[98], 2),
            "max_ms": round(max(self.late_ms), 2),
            "answered_median_ms": round(statistics.median(self.answered_ms), 2),
            "others_went_on": self.went_on,
        }

    def met(self) -> bool:
        """Say whether the bound holds."""
        return self.went_on and statistics.quantiles(self.late_ms, n=100, method="inclusive")[98] <= TARGET_MS


class Stage:
    """The three processes, and the session that is on."""

    def __init__(self, at_desk: Side, at_publisher: Side, at_viewers: Side) -> None:
        self.desk = at_desk
        self.publisher = at_publisher
        self.viewers = at_viewers
        self.host = ""
        self.vendors: list[str] = []

    async def open(self) -> None:
        """Open a session in which the host sees the picture."""
        shared = await self.desk.ask("share", offer=await self.publisher.ask("offer"))
        await self.publisher.ask("connect", answer=shared["answer"])
        self.host = shared["host"]
        self.vendors = []
        await connect(self.desk, self.viewers, self.host)

    async def fill(self) -> None:
        """Bring vendors in until there are VENDORS, all of whom see the picture."""
        while len(self.vendors) < VENDORS:
            vendor = await self.desk.ask("vendor")
            await connect(self.desk, self.viewers, vendor)
            self.vendors.append(vendor)
        await self.viewers.ask("flowing", names=[self.host, *self.vendors])

    async def take(self, command: str, took: Took) -> None:
        """Send `command` for one vendor after another, then watch what still arrives."""
        sent: dict[str, float] = {}
        for vendor in self.vendors:
            sent[vendor] = time.monotonic()
            await self.desk.ask(command, name=vendor)
            took.answered_ms.append(1_000 * (time.monotonic() - sent[vendor]))
            await asyncio.sleep(APART_S)
        before = await self.viewers.ask("last")
        await asyncio.sleep(WATCHED_S)
        after = await self.viewers.ask("last")
        took.late_ms += [1_000 * max(0.0, after[vendor][0] - at) for vendor, at in sent.items()]
        took.went_on = took.went_on and after[self.host][1] > before[self.host][1]

    async def leave(self, names: list[str]) -> None:
        """Let viewers forget their side."""
        for name in names:
            await self.viewers.ask("leave", name=name)


async def taken_back(stage: Stage, *, hanging: bool) -> Took:
    """The host takes the picture back from each vendor, and gives it again for the next round."""
    took = Took()
    for _ in range(ROUNDS):
        await stage.fill()
        if hanging:
            await stage.desk.ask("hang")
        await stage.take("take back", took)
        if hanging:
            await stage.desk.ask("release")
        for vendor in stage.vendors:
            await stage.desk.ask("give", name=vendor)
    return took


async def invites_revoked(stage: Stage) -> Took:
    """The invite of each vendor is revoked; others are invited for the next round."""
    took = Took()
    for _ in range(ROUNDS):
        await stage.fill()
        await stage.take("revoke invite", took)
        await stage.leave(stage.vendors)
        stage.vendors = []
    return took


async def stopped(stage: Stage) -> Took:
    """The customer stops everything while the disk hangs; everybody's picture has to end."""
    took = Took()
    for _ in range(STOPS):
        await stage.fill()
        everybody = [stage.host, *stage.vendors]
        await stage.desk.ask("hang")
        await stage.viewers.ask("flowing", names=everybody)
        sent = time.monotonic()
        await stage.desk.ask("stop everything")
        took.answered_ms.append(1_000 * (time.monotonic() - sent))
        await asyncio.sleep(WATCHED_S)
        last = await stage.viewers.ask("last")
        took.late_ms += [1_000 * max(0.0, last[name][0] - sent) for name in everybody]
        await stage.desk.ask("release")
        await stage.leave(everybody)
        await stage.open()
    return took


async def measure_all() -> dict[str, Any]:
    """Measure every kind of command."""
    load_before = os.getloadavg()[0]
    async with sides("desk", "publisher-of-many-keys", "bare-viewers") as (at_desk, at_publisher, at_viewers):
        stage = Stage(at_desk, at_publisher, at_viewers)
        await stage.open()
        found = {
            "taken_back": await taken_back(stage, hanging=False),
            "taken_back_while_the_disk_hangs": await taken_back(stage, hanging=True),
            "invite_revoked": await invites_revoked(stage),
            "stopped_while_the_disk_hangs": await stopped(stage),
        }
    return {
        **{kind: took.figures() for kind, took in found.items()},
        "target_p99_ms": TARGET_MS,
        "load_before": round(load_before, 1),
        "load_after": round(os.getloadavg()[0], 1),
        "met": all(took.met() for took in found.values()),
    }


def measure() -> dict[str, Any]:
    """Return the spread of each kind of command and whether the bound holds for all of them."""
    return asyncio.run(measure_all())


if __name__ == "__main__":
    print(json.dumps(measure()))
