from __future__ import annotations

from concierge.services.export_port import StampUnavailable
from concierge.services.stamping import Stamping
from tests.services.desk import Desk
from tests.services.tape import taped


class Authority:
    """One that can be away."""

    certificates = b""

    def __init__(self) -> None:
        self.away = False
        self.asked: list[bytes] = []

    async def stamp(self, message: bytes) -> bytes:
        self.asked.append(message)
        if self.away:
            raise StampUnavailable("the authority is away")
        return b"at noon"


async def test_one_stamp_for_everything_that_closed_and_none_when_nothing_did(desk: Desk) -> None:
    authority = Authority()
    stamping = Stamping(desk.log, desk.database.stamps, authority, desk.clock)
    assert not await stamping.stamp()
    tape = await taped(desk, 4)
    assert await stamping.stamp()
    assert not await stamping.stamp()
    (note,) = authority.asked
    (closed,) = await desk.database.audit_tree.about(tape.recording, ("RecordingClosed",))
    head = await desk.database.stamps.covering(closed.number)
    assert head is not None
    assert (head.note, head.stamp, head.size >= closed.number) == (note, b"at noon", True)
    assert await desk.database.stamps.covering(head.size + 1) is None


async def test_an_authority_that_is_away_is_asked_again_and_the_reason_is_told(desk: Desk) -> None:
    authority = Authority()
    stamping = Stamping(desk.log, desk.database.stamps, authority, desk.clock)
    await taped(desk, 4)
    authority.away = True
    assert not await stamping.stamp()
    assert stamping.fault == "the authority is away"
    authority.away = False
    assert await stamping.stamp()
    assert stamping.fault == ""
