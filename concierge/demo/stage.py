"""The stage on which the earlier session is played: its clock, its screen, and pages that send messages by script.

Messages go through `services.acting`, as those of real pages do, so that core and policies have the same say.
"""

from __future__ import annotations

import asyncio
import hashlib
from datetime import UTC, datetime, tzinfo
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from concierge.demo import desktop
from concierge.demo.film import Film
from concierge.demo.past_clock import PastClock
from concierge.demo.projector import Projector
from concierge.domain.ids import ParticipantId, SurfaceId
from concierge.services.acting import act
from concierge.services.live import LiveSession
from concierge.services.media_port import EncodedFrame
from concierge.services.registry import Registry
from concierge.services.tools import Tools
from concierge.wire import messages as wire

PICTURE_MS: Final = 200
STILL_MS: Final = 1_000
_ZONE: Final = "Europe/Berlin"
_WORDS_SHOWN: Final = hashlib.sha256(b"Do you agree? You can take your yes back at any time.").hexdigest()


class Stage:
    """The session while it is played: who is in it, what time it is there, and what is on the screen."""

    def __init__(
        self, tools: Tools, projector: Projector, clock: PastClock, registry: Registry, live: LiveSession
    ) -> None:
        self.tools = tools
        self.clock = clock
        self.registry = registry
        self.live = live
        self.host = live.decided.host
        self.customer = ParticipantId("")
        self._projector = projector
        self._began_ms = self._next_ms = clock.now()
        self._desktop = desktop.Desktop(self._time_of_day)
        self._film = Film(desktop.WIDTH, desktop.HEIGHT)
        self._shown: tuple[desktop.Look, int] | None = None

    def _time_of_day(self, second: float) -> str:
        at = datetime.fromtimestamp(self._began_ms / 1000 + second, _zone(_ZONE))
        return f"{at:%H:%M}"

    async def until(self, second: float) -> None:
        """Let time pass up to a second of the session, with the screen shown wherever it may be."""
        until_ms = self._began_ms + round(second * 1000)
        while self._next_ms < until_ms:
            self.clock.move_to(self._next_ms)
            await self._picture()
            self._next_ms += PICTURE_MS
        self.clock.move_to(until_ms)

    async def _picture(self) -> None:
        """As browsers do: a picture when something has changed, at the least one a second."""
        at_ms = self.clock.now() - self._began_ms
        look = desktop.look_at(at_ms / 1000)
        for source, key in self._projector.wants():
            if not key and self._shown is not None:
                before, shown_ms = self._shown
                if look == before and at_ms - shown_ms < STILL_MS:
                    continue
            frame = await asyncio.to_thread(self._photograph, at_ms, key=key)
            self._projector.show(source, frame)
            self._shown = look, at_ms

    def _photograph(self, at_ms: int, *, key: bool) -> EncodedFrame:
        return self._film.frame(self._desktop.picture(at_ms / 1000), at_ms, key=key)

    async def does(self, participant: ParticipantId, message: wire.ClientMessage) -> wire.ServerMessage:
        """Let a page send a message."""
        return await act(self.tools, self.live, participant, 1, message)

    async def says(self, second: float, participant: ParticipantId, text: str) -> None:
        """A line of chat at a second."""
        await self.until(second)
        await self.does(participant, wire.Say(text))

    async def agrees(self, second: float) -> None:
        """The customer says yes to whatever is asked."""
        await self.until(second)
        for consent in list(self.live.decided.questions):
            await self.does(
                self.customer, wire.Answer(consent, yes=True, text_sha256=_WORDS_SHOWN, language="en")
            )

    async def marks(
        self,
        second: float,
        participant: ParticipantId,
        surface: SurfaceId,
        shape: str,
        *points: tuple[int, int],
    ) -> None:
        """A mark on the screen at a second; points in pixels."""
        await self.until(second)
        scaled = tuple((x * 65535 // desktop.WIDTH, y * 65535 // desktop.HEIGHT) for x, y in points)
        await self.does(participant, wire.DrawMark(surface, shape, scaled))


def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except ZoneInfoNotFoundError:
        return UTC
