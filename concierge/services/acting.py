"""From a page's message to what happens: names the act, asks the policy, and submits the command.

Every message type is in the table below or handled by name; a test compares the table with the wire's list.
"""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from concierge.domain import commands as cmd
from concierge.domain import limits
from concierge.domain.access import AccessRequest, Act
from concierge.domain.capability import Capability
from concierge.domain.consent import Wording
from concierge.domain.decide import decide
from concierge.domain.errors import BadInput, Refused
from concierge.domain.ids import ConsentId, ParticipantId, SurfaceId
from concierge.domain.participant import LeaveReason, Role, Seat
from concierge.domain.reasons import EndReason, PauseReason
from concierge.domain.session import State
from concierge.domain.surface import SurfaceKind
from concierge.domain.trust import AlarmPlace
from concierge.services.live import LiveSession
from concierge.services.media_port import MediaKind, SourceId
from concierge.services.opening import new_code
from concierge.services.permission import Ruling, participant_principal, session_resource, showing
from concierge.services.picturing import tell_picture
from concierge.services.tending import not_this_person
from concierge.services.tools import Tools
from concierge.wire import between, trust
from concierge.wire import messages as wire


@dataclass(frozen=True, slots=True)
class Acting:
    """Who sends a message, where, with what at hand."""

    tools: Tools
    live: LiveSession
    seat: Seat

    @property
    def by(self) -> ParticipantId:
        """The participant."""
        return self.seat.who.id

    def continues_unrecorded(self) -> bool:
        """Ask the policy whether the session goes on when its recording is refused or taken back."""
        session = self.live.decided
        principal = participant_principal(session, self.seat.who)
        request = AccessRequest(principal, Act.CONTINUE_UNRECORDED, session_resource(session))
        return self.tools.policy.decide(request).permitted

    def rule(self, act: Act) -> Ruling:
        """Ask the policies whether this participant may do this. Raises Refused."""
        return self.live.rule_seat(self.seat.who, act)

    def consent(self) -> ConsentId:
        """Mint the id of a question."""
        return ConsentId(self.tools.mint.id("consent"))

    def consents(self) -> tuple[ConsentId, ...]:
        """Mint ids for as many questions as can be open."""
        return tuple(self.consent() for _ in range(limits.CONSENTS_OPEN_MAX))


async def act(
    tools: Tools, live: LiveSession, participant: ParticipantId, request: int, message: wire.ClientMessage
) -> wire.ServerMessage:
    """Carry out one message; return the reply. Raises Refused, BadInput, EvidenceUnavailable, StoreUnavailable."""
    seat = live.decided.seat(participant)
    if seat is None:
        ended = live.decided.state is State.ENDED
        raise Refused("session_ended" if ended else "no_such_participant", f"{participant} has no seat")
    acting = Acting(tools, live, seat)
    match message:
        case wire.Publish():
            if message.surface_kind is SurfaceKind.CAMERA:
                raise BadInput("a camera is shown by the phone that took the customer's link")
            return await publish(acting, request, message)
        case wire.Receive(offer=offer):
            return await _receive(acting, request, offer)
        case wire.NewCode():
            _only_host(acting)
            acting.rule(Act.HOST_SESSION)
            await new_code(tools, live)
        case wire.AskQuality(quality=quality):
            _only_host(acting)
            customer = live.decided.customer
            if customer is not None:
                live.hub.send(customer.who.id, wire.QualityAsked(quality))
        case _:
            await _BY_NAME.get(type(message), _command)(acting, message)
    return wire.Done(request)


def _only_host(acting: Acting) -> None:
    if acting.by != acting.live.decided.host:
        raise Refused("host_only", "only the host does that")


async def _offer_handover(acting: Acting, message: wire.OfferHandover) -> None:
    ruling = acting.rule(Act.HAND_OVER)
    hosts = {person.id: person.name for person in await acting.tools.people.hosts()}
    name = hosts.get(message.person)
    if name is None:
        raise BadInput("choose a host to hand over to")
    await acting.live.submit(
        cmd.OfferHandover(by=acting.by, to=message.person, to_name=name, brief=message.brief),
        ruling,
    )


async def _ask_opinion(acting: Acting, message: between.AskOpinion) -> None:
    ruling = acting.rule(Act.ASK_OPINION)
    name = {person.id: person.name for person in await acting.tools.people.hosts()}.get(message.person)
    if name is None:
        raise BadInput("choose a host to ask")
    await acting.live.submit(
        cmd.AskOpinion(by=acting.by, of=message.person, of_name=name, question=message.question),
        ruling,
    )


async def _match(acting: Acting, message: wire.Match) -> None:
    """Compare in constant time; after every wrong answer the customer reads new digits."""
    ruling = acting.rule(Act.CONFIRM_MATCH)
    digits = acting.live.backdrop.digits
    expected = digits.get(message.participant, "")
    typed = "".join(letter for letter in message.digits if letter.isdecimal())
    correct = bool(expected) and hmac.compare_digest(expected.encode(), typed.encode())
    command = cmd.ConfirmMatch(
        by=acting.by, participant=message.participant, correct=correct, consent=acting.consent()
    )
    decide(acting.live.decided, command, acting.tools.clock.now())
    if not correct:
        digits[message.participant] = acting.tools.mint.digits(limits.MATCH_DIGITS)
    await acting.live.submit(command, ruling)
    if not correct:
        acting.live.send_views()
        raise Refused("match_wrong", "those are not the digits on the customer's screen")
    digits.pop(message.participant, None)


async def _answer(acting: Acting, message: wire.Answer) -> None:
    ruling = acting.rule(Act.ANSWER_CONSENT)
    if len(message.text_sha256) != 64 or len(message.language) > 35:
        raise BadInput("the hash and language of the words shown are missing")
    await acting.live.submit(
        cmd.AnswerConsent(
            by=acting.by,
            consent=message.consent,
            yes=message.yes,
            wording=Wording(message.text_sha256, message.language, message.version),
            continue_unrecorded=acting.continues_unrecorded(),
        ),
        ruling,
    )


# --- media ---


async def publish(acting: Acting, request: int, message: wire.Publish) -> wire.ServerMessage:
    """Answer the offer with everything shut, then let the record open it."""
    live, by = acting.live, acting.by
    ruling: Ruling | None = None
    if message.kind is wire.SourceKind.PICTURE:
        if message.surface_kind is None:
            raise BadInput("say what is shared: a monitor, a window or a tab")
        ruling = acting.rule(showing(message.surface_kind))
        surface = SurfaceId(acting.tools.mint.id("surface"))
        command: cmd.Command = cmd.OpenSurface(by=by, surface=surface, kind=message.surface_kind)
        source, kind = SourceId(surface), MediaKind.PICTURE
    else:
        surface = None
        command, source, kind = cmd.OpenVoice(by=by), SourceId(by), MediaKind.VOICE
        live.narrow(cmd.CloseVoice(by=by))
    decide(live.decided, command, acting.tools.clock.now())
    answer = await acting.tools.media.publish(live.decided.id, by, source, kind, message.offer)
    live.published(by if surface is None else surface)
    try:
        await live.submit(command, ruling)
    except Refused:
        acting.tools.media.close_source(source)
        raise
    return wire.Published(request, answer, surface)


async def _receive(acting: Acting, request: int, offer: str) -> wire.ServerMessage:
    if not acting.seat.admitted:
        raise Refused("still_in_lobby", "nothing is received in the lobby")
    answer = await acting.tools.media.receive(acting.live.decided.id, acting.by, offer)
    return wire.Received(request, answer)


# --- messages that are one command ---


def _admit(acting: Acting, message: wire.Admit) -> cmd.Command:
    consents = tuple(acting.consent() for _ in Capability)
    return cmd.Admit(by=acting.by, participant=message.participant, consents=consents)


def _ask(acting: Acting, message: wire.Ask) -> cmd.Command:
    return cmd.AskConsent(
        by=acting.by,
        consent=acting.consent(),
        capability=message.capability,
        participant=message.participant,
    )


def _withdraw(acting: Acting, message: wire.Withdraw) -> cmd.Command:
    return cmd.WithdrawConsent(
        by=acting.by,
        capability=message.capability,
        participant=message.participant,
        continue_unrecorded=acting.continues_unrecorded(),
    )


def _unpublish(acting: Acting, message: wire.Unpublish) -> cmd.Command:
    if message.surface is None:
        return cmd.CloseVoice(by=acting.by)
    return cmd.CloseSurface(by=acting.by, surface=message.surface)


def _own_pause(acting: Acting) -> PauseReason:
    customer = acting.seat.who.role is Role.CUSTOMER
    return PauseReason.CUSTOMER_PAUSED if customer else PauseReason.HOST_PAUSED


# message type -> (the act the policy is asked about; None: the core's own rule suffices, it only takes away from
# oneself or is checked against the compiled grant), and how the command is built.
COMMANDS: dict[type[wire.ClientMessage], tuple[Act | None, Callable[[Acting, Any], cmd.Command]]] = {
    wire.Say: (None, lambda a, m: cmd.Say(by=a.by, text=m.text)),
    wire.DrawMark: (
        None,
        lambda a, m: cmd.DrawMark(by=a.by, surface=m.surface, shape=m.shape, points=m.points),
    ),
    wire.ClearMarks: (None, lambda a, _: cmd.ClearMarks(by=a.by)),
    wire.Unpublish: (None, _unpublish),
    wire.Leave: (None, lambda a, _: cmd.Remove(by=a.by, participant=a.by, reason=LeaveReason.LEFT)),
    wire.Withdraw: (None, _withdraw),
    wire.Hide: (None, lambda a, m: cmd.HideSurface(by=a.by, surface=m.surface)),
    wire.Unhide: (Act.SHARE_SCREEN, lambda a, m: cmd.UnhideSurface(by=a.by, surface=m.surface)),
    wire.Swap: (Act.SHARE_SCREEN, lambda a, m: cmd.SwapSurface(by=a.by, surface=m.surface, kind=m.kind)),
    wire.OfferCamera: (
        Act.ANSWER_CONSENT,
        lambda a, _: cmd.OfferCamera(by=a.by, consent=a.consent()),
    ),
    wire.PutPhoneAway: (None, lambda a, _: cmd.LeavePhone(by=a.by)),
    wire.StopEverything: (None, lambda a, _: cmd.StopEverything(by=a.by)),
    wire.Ask: (Act.ASK_CONSENT, _ask),
    wire.TakeBack: (
        None,
        lambda a, m: cmd.TakeBack(by=a.by, capability=m.capability, participant=m.participant),
    ),
    wire.Admit: (Act.ADMIT, _admit),
    wire.RemoveParticipant: (
        None,
        lambda a, m: cmd.Remove(by=a.by, participant=m.participant, reason=LeaveReason.REMOVED),
    ),
    wire.Freeze: (Act.FREEZE, lambda a, m: cmd.Freeze(by=a.by, participant=m.participant)),
    wire.Unfreeze: (Act.ADMIT, lambda a, m: cmd.Unfreeze(by=a.by, participant=m.participant)),
    wire.PauseSession: (None, lambda a, _: cmd.Pause(by=a.by, reason=_own_pause(a))),
    wire.ResumeSession: (None, lambda a, _: cmd.Resume(by=a.by, reason=_own_pause(a))),
    wire.WithdrawHandover: (None, lambda a, _: cmd.WithdrawHandover(by=a.by)),
    wire.DeclineHandover: (None, lambda a, _: cmd.DeclineHandover(by=a.by)),
    wire.AcceptHandover: (
        Act.ACCEPT_HANDOVER,
        lambda a, m: cmd.AcceptHandover(by=a.by, brief_read=m.brief_read, consent=a.consent()),
    ),
    between.SayToDesk: (None, lambda a, m: cmd.SayToDesk(by=a.by, text=m.text)),
    between.StepAway: (None, lambda a, m: cmd.StepAway(by=a.by, why=m.why)),
    between.ComeBack: (Act.PAUSE_SESSION, lambda a, _: cmd.ComeBack(by=a.by, consents=a.consents())),
    between.TellSleep: (None, lambda a, m: cmd.NoteSleep(by=a.by, slept_ms=m.slept_ms)),
    between.AnswerPickUp: (
        Act.ANSWER_CONSENT,
        lambda a, m: cmd.AnswerPickUp(
            by=a.by, yes=m.yes, wording=Wording(m.text_sha256, m.language, m.version), consents=a.consents()
        ),
    ),
    trust.RaiseAlarm: (None, lambda a, _: cmd.RaiseAlarm(by=a.by, place=AlarmPlace.SESSION)),
    trust.ClaimName: (None, lambda a, m: cmd.ClaimName(by=a.by, name=m.name)),
    trust.MoreTime: (Act.ANSWER_CONSENT, lambda a, m: cmd.MoreTime(by=a.by, consent=m.consent)),
    trust.Telephone: (Act.HOST_SESSION, lambda a, m: cmd.TakeTelephone(by=a.by, on=m.on)),
    wire.End: (
        Act.END_SESSION,
        lambda a, m: cmd.End(
            by=a.by, reason=EndReason.COMPLETED, outcome=m.outcome, note=m.note, told=m.told
        ),
    ),
}


async def _command(acting: Acting, message: wire.ClientMessage) -> None:
    entry = COMMANDS.get(type(message))
    if entry is None:
        raise BadInput("that message is not heard here")
    asked, build = entry
    ruling = acting.rule(asked) if asked is not None else None
    await acting.live.submit(build(acting, message), ruling)


async def _tell_picture(acting: Acting, message: wire.TellPicture) -> None:
    await tell_picture(acting.live, acting.by, message)


async def _deny(acting: Acting, message: wire.Deny) -> None:
    await not_this_person(acting.tools, acting.live, acting.by, message.participant)


# What is more than one command, or looks at something first.
_BY_NAME: dict[type[wire.ClientMessage], Callable[[Acting, Any], Awaitable[None]]] = {
    wire.Deny: _deny,
    wire.TellPicture: _tell_picture,
    wire.OfferHandover: _offer_handover,
    between.AskOpinion: _ask_opinion,
    wire.Match: _match,
    wire.Answer: _answer,
}
