"""Bad weather on one browser's line: a rate, a delay and losses, the same for the same seed.

The kernel here has no netem, so a proxy does it. A `Line` has two lanes, up and down; everything of that browser shares
them, as on a real line. UDP: what is lost is gone, and so is what would wait longer than QUEUE_S. TCP: a lost segment
comes one round trip later and holds up all that follow it (a fast retransmit); a connection costs a round trip before
its first byte. Slow start is not imitated: its first window is about what such a line holds.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from tests.seeded import Seeded

SEGMENT_BYTES = 1_400
OVERHEAD_BYTES = 40
QUEUE_S = 0.4
"""What a router on the way keeps before it drops."""
AHEAD_S = 0.05
_WHOLE = 10_000


@dataclass(frozen=True, slots=True)
class Weather:
    """`round_trip_s` is there and back; `loss` is the share of packets lost in each direction."""

    bits_per_second: float
    round_trip_s: float
    loss: float
    seed: int = 1


SLOW = Weather(1_000_000, 0.150, 0.02)
"""1 Mbit/s, 150 ms, 2 %."""


class Lane:
    """One direction. Times are the event loop's."""

    def __init__(self, weather: Weather, seed: int) -> None:
        self._weather = weather
        self._chance = Seeded(seed)
        self._free = 0.0
        self.lost = 0
        self.carried_bytes = 0

    @property
    def waiting_s(self) -> float:
        """How long a packet put in now would wait for its turn."""
        return max(0.0, self._free - asyncio.get_running_loop().time())

    def put(self, size: int) -> tuple[float, bool]:
        """Take a packet; return when it arrives and whether it was lost on the way."""
        now = asyncio.get_running_loop().time()
        self._free = max(now, self._free) + (size + OVERHEAD_BYTES) * 8 / self._weather.bits_per_second
        self.carried_bytes += size
        lost = self._chance.below(_WHOLE) < self._weather.loss * _WHOLE
        self.lost += lost
        return self._free + self._weather.round_trip_s / 2, lost

    def datagram(self, deliver: Callable[[], None], size: int) -> None:
        """Deliver a datagram when it arrives, if it does."""
        if self.waiting_s > QUEUE_S:
            self.lost += 1
            return
        at, lost = self.put(size)
        if not lost:
            asyncio.get_running_loop().call_at(at, deliver)

    async def stream(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one direction of a TCP connection until it ends; then close it."""
        loop = asyncio.get_running_loop()
        under_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()
        delivering = asyncio.create_task(_deliver(under_way, writer))
        in_order = 0.0
        try:
            while content := await reader.read(SEGMENT_BYTES):
                await asyncio.sleep(self.waiting_s - AHEAD_S)
                at, lost = self.put(len(content))
                in_order = max(in_order, at + (self._weather.round_trip_s if lost else 0.0))
                under_way.put_nowait((in_order, content))
        except OSError:
            pass
        finally:
            under_way.put_nowait((max(in_order, loop.time()), b""))
            await delivering


async def _deliver(under_way: asyncio.Queue[tuple[float, bytes]], writer: asyncio.StreamWriter) -> None:
    loop = asyncio.get_running_loop()
    try:
        while True:
            at, content = await under_way.get()
            await asyncio.sleep(at - loop.time())
            if not content:
                return
            writer.write(content)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()


class Line:
    """Both lanes of one browser's line."""

    def __init__(self, weather: Weather) -> None:
        self.weather = weather
        self.up = Lane(weather, 2 * weather.seed)
        self.down = Lane(weather, 2 * weather.seed + 1)
