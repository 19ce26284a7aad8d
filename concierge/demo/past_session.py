"""The earlier session of the demonstration, two minutes long, played through the real core into a real recording.

People's pages are replaced by a script and the network by a projector; services, policies, core and recorder are the
ones in use. Only the clock is another: it stands two days ago.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from concierge.bootstrap import Broker
from concierge.demo import desktop
from concierge.demo.past_clock import PastClock
from concierge.demo.people import ANNA, PRIYA
from concierge.demo.projector import Projector
from concierge.demo.stage import Stage
from concierge.domain.access import Principal
from concierge.domain.capability import Capability
from concierge.domain.ids import ParticipantId, SurfaceId
from concierge.domain.surface import SurfaceKind
from concierge.domain.ticket import Ticket, TicketState
from concierge.services.inviting import InviteWish, NewInvite, create_invite, redeem_invite
from concierge.services.joining import join_as_customer
from concierge.services.opening import open_session
from concierge.services.registry import Registry
from concierge.wire import messages as wire

OUTCOME: Final = "Solved: the driver update had reset the label size"
NOTE: Final = (
    "Driver 7.4.1 resets the label size to Letter and the darkness to 8, and labels come out blank.\n"
    "Set label size 57 × 32 mm and darkness 12, applied, print queue restarted. Test label readable.\n"
    "Orvanta will keep the size in the next driver. Other sites with this printer will see the same."
)
LENGTH_S: Final = 118.0

_CHAT_AND_SCREEN: Final = frozenset({Capability.VIEW_SCREEN, Capability.CHAT, Capability.MARK})


async def perform(broker: Broker, ticket: Ticket, began_ms: int) -> None:
    """Hold the session on `ticket` as if it had begun at `began_ms`, and solve the ticket.

    Raises Refused, EvidenceUnavailable, StoreUnavailable.
    """
    stage = await _open(broker, ticket, began_ms)
    try:
        await _meet(stage)
        surface = await _share(stage)
        vendor = await _bring_vendor(stage, surface)
        await _hide(stage, surface)
        await _repair(stage, surface)
        await _part(stage, vendor)
    finally:
        await stage.registry.stop()
    await broker.tools.tickets.set_state(ticket.id, TicketState.SOLVED, stage.clock.wall())


async def _open(broker: Broker, ticket: Ticket, began_ms: int) -> Stage:
    clock, projector = PastClock(began_ms), Projector()
    evidence = broker.evidence.log_at(clock)
    tools = replace(broker.tools, clock=clock, media=projector, evidence=evidence)
    registry = Registry(tools)
    live = await open_session(tools, registry, Principal("Person", ANNA.id, ANNA.role), ANNA, ticket.id)
    return Stage(tools, projector, clock, registry, live)


async def _meet(stage: Stage) -> None:
    """The customer comes by the code, reads the digits aloud, and agrees to the recording."""
    await stage.until(6)
    code = stage.live.backdrop.code
    seat = await join_as_customer(stage.tools, stage.registry, "code", "" if code is None else code.digits)
    stage.customer = seat.participant
    await stage.until(12)
    digits = stage.live.backdrop.digits[stage.customer]
    await stage.does(stage.host, wire.Match(stage.customer, digits))
    await stage.agrees(16)
    await stage.says(
        17.5, stage.host, "Hello Jonas, Anna here. May I see the screen of the label workstation?"
    )


async def _share(stage: Stage) -> SurfaceId:
    await stage.until(18.5)
    await stage.does(stage.host, wire.Ask(Capability.VIEW_SCREEN, stage.host))
    await stage.agrees(22)
    await stage.until(24)
    offer = wire.Publish(wire.SourceKind.PICTURE, "", SurfaceKind.MONITOR)
    published = await stage.does(stage.customer, offer)
    surface = published.surface if isinstance(published, wire.Published) else None
    if surface is None:
        raise TypeError("a picture that is published has a surface")
    await stage.says(27, stage.customer, "It is LBL-PHARM-02. Since last night every label comes out blank.")
    await stage.says(31, stage.host, "Thank you. Please open Preferences, at the lower right.")
    await stage.marks(32, stage.host, surface, "arrow", (820, 420), (930, 490))
    await stage.says(42, stage.host, "There: the label size says Letter. Was it 57 × 32 before?")
    await stage.marks(43, stage.host, surface, "box", (584, 204), (940, 254))
    await stage.says(46.5, stage.customer, "Yes, always 57 × 32. Nobody here changed it.")
    return surface


async def _bring_vendor(stage: Stage, surface: SurfaceId) -> ParticipantId:
    await stage.says(48, stage.host, "I am asking Priya Raman from Orvanta, who make the driver, to join us.")
    new = await _invited(stage)
    await stage.until(53)
    seat = await redeem_invite(stage.tools, stage.registry, new.link.rsplit("/", 1)[1], new.pin)
    await stage.until(56)
    await stage.does(stage.host, wire.Admit(seat.participant))
    await stage.agrees(60)
    await stage.says(
        63,
        seat.participant,
        "Hello both. Driver 7.4.1 resets label size and darkness. Set them back by hand.",
    )
    await stage.marks(64.5, seat.participant, surface, "arrow", (560, 330), (600, 290))
    await stage.says(
        67, seat.participant, "Darkness was 12 at delivery. At 8 this ribbon prints nothing you could see."
    )
    return seat.participant


async def _invited(stage: Stage) -> NewInvite:
    now = stage.clock.wall()
    wish = InviteWish(
        ticket=stage.live.decided.ticket,
        company=PRIYA.company.id,
        vendor_name=PRIYA.name,
        vendor_email=PRIYA.email,
        capabilities=_CHAT_AND_SCREEN,
        from_ms=now,
        until_ms=now + 60 * 60_000,
        brief="Blank labels since your driver 7.4.1. Label size shows Letter instead of 57 × 32 mm.",
    )
    return await create_invite(stage.tools, Principal("Person", ANNA.id, ANNA.role), ANNA.id, wish)


async def _hide(stage: Stage, surface: SurfaceId) -> None:
    """A signed gap: what is on the screen meanwhile is nobody's business."""
    await stage.says(69.5, stage.customer, "One moment please, a patient's message came up.")
    await stage.until(70)
    await stage.does(stage.customer, wire.Hide(surface))
    await stage.until(79)
    await stage.does(stage.customer, wire.Unhide(surface))


async def _repair(stage: Stage, surface: SurfaceId) -> None:
    await stage.says(80, stage.customer, "Back again.")
    await stage.marks(81, stage.host, surface, "point", desktop.SIZE_FIELD)
    await stage.says(87.5, stage.host, "57 × 32, and darkness back to 12. Now press Apply.")
    await stage.until(88)
    await stage.does(stage.host, wire.ClearMarks())
    await stage.says(97, stage.host, "The print queue has restarted. Please print a test label.")
    await stage.says(103, stage.customer, "That one is perfectly readable. Thank you!")


async def _part(stage: Stage, vendor: ParticipantId) -> None:
    await stage.says(107, vendor, "Good. The next driver will keep the size. Goodbye.")
    await stage.until(109)
    await stage.does(vendor, wire.Leave())
    await stage.says(112, stage.host, "I will note it on the ticket. All the best, Jonas.")
    await stage.until(LENGTH_S)
    await stage.does(stage.host, wire.End(OUTCOME, NOTE))
