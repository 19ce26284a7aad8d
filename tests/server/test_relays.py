"""A page is told fresh TURN credentials before its last ones expire, and nothing once it has closed."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from concierge.domain import limits
from concierge.domain.ids import ParticipantId
from concierge.server.connection import SocketConnection
from concierge.server.relays import renew_relays
from concierge.services.live import LiveSession
from concierge.wire.messages import IceServer

ANA = ParticipantId("par_ana")


@dataclass
class Session:
    """What of a live session is asked here: credentials that count up."""

    relays_expire: bool = True
    told: int = 0

    def ice_servers(self, participant: ParticipantId) -> tuple[IceServer, ...]:
        self.told += 1
        return (IceServer(("turn:relay.example.org",), f"{self.told}:{participant}", "c"),)


@dataclass
class Page:
    """A socket that keeps what it was sent, and closes after the third."""

    closed: asyncio.Event = field(default_factory=asyncio.Event)
    sent: list[dict[str, Any]] = field(default_factory=list)

    def send(self, text: str) -> None:
        self.sent.append(json.loads(text))
        if len(self.sent) == 3:
            self.closed.set()


async def renewed(session: Session) -> Page:
    page = Page()
    async with asyncio.timeout(20):
        await renew_relays(cast("LiveSession", session), ANA, cast("SocketConnection", page))
    return page


async def test_a_page_is_told_again_and_again_until_it_closes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "TURN_RENEW_MS", 1)
    page = await renewed(Session())
    assert [message["type"] for message in page.sent] == ["relays"] * 3
    names = [message["ice_servers"][0]["username"] for message in page.sent]
    assert names == ["1:par_ana", "2:par_ana", "3:par_ana"]


async def test_what_does_not_expire_is_not_renewed() -> None:
    assert (await renewed(Session(relays_expire=False))).sent == []
