"""Rules on consent, grants and what is shown: each widening rests on a recorded yes."""

from __future__ import annotations

from concierge.domain import commands as cmd
from concierge.domain import events as ev
from concierge.domain import limits
from concierge.domain.capability import NEEDS, Capability
from concierge.domain.consent import check_wording
from concierge.domain.draft import Draft
from concierge.domain.errors import BadInput, Refused
from concierge.domain.grant import Grant, RevokeReason
from concierge.domain.ids import ConsentId
from concierge.domain.participant import Role, Seat
from concierge.domain.reasons import EndReason
from concierge.domain.rules_course import end
from concierge.domain.session import State
from concierge.domain.surface import Surface, SurfaceKind, SurfaceState, seen_with

MARK_SHAPES = frozenset({"point", "arrow", "line", "box"})


def ask_consent(draft: Draft, command: cmd.AskConsent) -> None:
    """The host asks the customer for one capability for one participant, or gives back what needs no consent."""
    draft.the_host(command.by)
    seat = draft.admitted(command.participant)
    if not NEEDS[command.capability].consent:
        if seat.who.role in (Role.OBSERVER, Role.MODERATOR):
            raise Refused("beyond_ceiling", f"a {seat.who.role} looks on")
        give(draft, seat, command.capability, None)
        return
    if seat.who.role is Role.CUSTOMER:
        raise Refused("not_for_customer", "the customer needs nobody's consent")
    if not draft.session.matched:
        raise Refused("customer_first", "the customer is not here yet")
    if command.capability is Capability.RECORD:
        if seat.who.id != draft.session.host:
            raise Refused("beyond_ceiling", "the recording is the session's affair, asked for by its host")
        if draft.session.recorded:
            raise Refused("already_recorded", "the customer agreed to the recording already")
    else:
        _may_be_asked(draft, seat, command.capability)
    draft.ask(command.consent, command.capability, seat.who.id, command.by)


def _may_be_asked(draft: Draft, seat: Seat, capability: Capability) -> None:
    if capability not in seat.who.may_hold:
        raise Refused("beyond_ceiling", f"{seat.who.id} can never hold {capability}")
    if NEEDS[capability].endpoint_client:
        raise Refused("needs_endpoint_client", f"{capability} needs the endpoint client")
    if not draft.session.recorded:
        raise Refused("recording_first", "the customer has not agreed to the recording")


def answer_consent(draft: Draft, command: cmd.AnswerConsent) -> None:
    """The customer's yes or no to one open question."""
    customer = draft.the_customer(command.by)
    question = draft.session.questions.get(command.consent)
    if question is None or question.until_ms <= draft.now_ms:
        raise Refused("question_closed", "that question is no longer open")
    asked = {"consent": question.id, "capability": question.capability, "participant": question.participant}
    if not command.yes:
        draft.add(ev.ConsentRefused, **asked)
        if question.capability is Capability.RECORD and not command.continue_unrecorded:
            end(draft, EndReason.RECORDING_REFUSED, customer.who.id)
        return
    check_wording(command.wording)
    if draft.session.absence is not None:
        raise Refused("away_now", "nobody says yes while away from the screen")
    seat = draft.admitted(question.participant)
    if question.capability is not Capability.RECORD:
        _may_be_asked(draft, seat, question.capability)
    draft.add(ev.ConsentGiven, **asked, wording=command.wording)
    if question.capability is Capability.RECORD:
        return
    give(draft, seat, question.capability, question.id)
    if question.capability is Capability.VOICE and Capability.VOICE in customer.who.may_hold:
        give(draft, customer, Capability.VOICE, question.id)


def give(draft: Draft, seat: Seat, capability: Capability, consent: ConsentId | None) -> None:
    """Grant within the seat's ceiling and time."""
    if capability not in seat.who.may_hold:
        raise Refused("beyond_ceiling", f"{seat.who.id} can never hold {capability}")
    if len(draft.session.grants) >= limits.GRANTS_MAX:
        raise Refused("too_many_grants", "the session holds enough grants")
    if draft.session.holds(seat.who.id, capability, draft.now_ms):
        return
    until_ms = draft.session.until(seat)
    draft.add(ev.GrantGiven, grant=Grant(capability, seat.who.id, draft.session.host, until_ms, consent))


def withdraw_consent(draft: Draft, command: cmd.WithdrawConsent) -> None:
    """The customer takes a yes back; without the recording nothing is shown or heard."""
    draft.the_customer(command.by)
    if command.capability is Capability.RECORD:
        if not draft.session.recorded:
            return
        draft.add(ev.ConsentWithdrawn, capability=Capability.RECORD, participant=draft.session.host)
        stop_sharing(draft, RevokeReason.RECORDING_WITHDRAWN)
        if not command.continue_unrecorded:
            end(draft, EndReason.RECORDING_REFUSED, command.by)
        return
    if (command.participant, command.capability) not in draft.session.grants:
        return
    draft.add(ev.ConsentWithdrawn, capability=command.capability, participant=command.participant)
    draft.revoke(command.participant, command.capability, RevokeReason.WITHDRAWN)


def stop_sharing(draft: Draft, reason: RevokeReason) -> None:
    """Revoke everything that rests on consent, close every surface, and let open questions lapse."""
    for consent, question in list(draft.session.questions.items()):
        if question.capability is not Capability.RECORD:
            draft.add(ev.ConsentLapsed, consent=consent)
    keys = [key for key, grant in draft.session.grants.items() if NEEDS[grant.capability].consent]
    draft.revoke_all(keys, reason)
    for surface in list(draft.session.surfaces):
        draft.add(ev.SurfaceClosed, surface=surface)


def take_back(draft: Draft, command: cmd.TakeBack) -> None:
    """The host revokes a grant; everybody may give up a grant of their own."""
    if command.by != command.participant:
        draft.the_host(command.by)
    draft.revoke(command.participant, command.capability, RevokeReason.TAKEN_BACK)


def revoke_by_policy(draft: Draft, command: cmd.RevokeByPolicy) -> None:
    """The policy took a grant away."""
    draft.revoke(command.participant, command.capability, RevokeReason.POLICY)


# --- what is shown and heard ---


def open_surface(draft: Draft, command: cmd.OpenSurface) -> None:
    """Begin to share: only after the yes to the recording and to at least one viewer."""
    customer = draft.the_customer(command.by)
    session = draft.session
    if not session.recorded:
        raise Refused("recording_first", "the customer has not agreed to the recording")
    needed = seen_with(command.kind)
    views = (grant for grant in session.grants.values() if grant.capability is needed)
    if not any(view.in_force(draft.now_ms) for view in views):
        camera = command.kind is SurfaceKind.CAMERA
        code = "nobody_may_see_camera" if camera else "nobody_may_see"
        raise Refused(code, f"nobody has been allowed {needed}")
    if command.kind is SurfaceKind.CAMERA and not session.phone:
        raise Refused("no_phone_here", "a camera is the phone's, and no phone has joined")
    if command.surface in session.surfaces:
        raise Refused("already_shared", "that surface is shared already")
    if len(session.surfaces) >= limits.SURFACES_MAX:
        raise Refused("too_many_surfaces", "enough is shared already")
    draft.add(ev.SurfaceOpened, surface=Surface(command.surface, customer.who.id, command.kind))


def hide_surface(draft: Draft, command: cmd.HideSurface) -> None:
    """Hide: a signed gap begins."""
    draft.the_customer(command.by)
    surface = draft.session.surfaces.get(command.surface)
    if surface is not None and surface.state is SurfaceState.SHOWN:
        draft.add(ev.SurfaceHidden, surface=surface.id)


def unhide_surface(draft: Draft, command: cmd.UnhideSurface) -> None:
    """Show again."""
    draft.the_customer(command.by)
    surface = draft.session.surfaces.get(command.surface)
    if surface is None:
        raise Refused("not_shared", "that surface is not shared")
    if surface.state is SurfaceState.HIDDEN:
        draft.add(ev.SurfaceUnhidden, surface=surface.id)


def close_surface(draft: Draft, command: cmd.CloseSurface) -> None:
    """Stop sharing; asked by the customer, or by the broker when the picture is gone."""
    if command.by is not None:
        draft.the_customer(command.by)
    if command.surface in draft.session.surfaces:
        draft.add(ev.SurfaceClosed, surface=command.surface)


def open_voice(draft: Draft, command: cmd.OpenVoice) -> None:
    """Switch one's own microphone on."""
    seat = draft.admitted(command.by)
    if not draft.session.may(seat.who.id, Capability.VOICE, draft.now_ms):
        raise Refused("not_granted", "voice is not granted")
    if seat.who.id not in draft.session.voices:
        draft.add(ev.VoiceOpened, participant=seat.who.id)


def close_voice(draft: Draft, command: cmd.CloseVoice) -> None:
    """Switch one's own microphone off."""
    if command.by is not None and command.by in draft.session.voices:
        draft.add(ev.VoiceClosed, participant=command.by)


def say(draft: Draft, command: cmd.Say) -> None:
    """Write a line of chat; allowed while paused, so that people can tell each other why."""
    seat = draft.admitted(command.by)
    text = command.text.strip()
    if not text:
        raise BadInput("the line is empty")
    if len(text) > limits.CHAT_MAX_CHARS:
        raise BadInput(f"a line has at most {limits.CHAT_MAX_CHARS} characters")
    if not draft.session.holds(seat.who.id, Capability.CHAT, draft.now_ms) or not seat.here:
        raise Refused("not_granted", "chat is not granted")
    draft.add(ev.ChatSaid, participant=seat.who.id, text=text)


def draw_mark(draft: Draft, command: cmd.DrawMark) -> None:
    """Point at a surface that is shown and that the participant may see."""
    seat = draft.admitted(command.by)
    session = draft.session
    surface = session.surfaces.get(command.surface)
    if surface is None or surface.state is SurfaceState.HIDDEN or session.state is not State.ACTIVE:
        raise Refused("not_shared", "that surface is not shown")
    own = surface.owner == seat.who.id
    if not session.may(seat.who.id, Capability.MARK, draft.now_ms) or not (
        own or session.may(seat.who.id, surface.seen_with, draft.now_ms)
    ):
        raise Refused("not_granted", "marking is not granted")
    if command.shape not in MARK_SHAPES or not 1 <= len(command.points) <= limits.MARK_POINTS_MAX:
        raise BadInput("a mark is a point, arrow, line or box of a few points")
    if any(not (0 <= x <= 65535 and 0 <= y <= 65535) for x, y in command.points):
        raise BadInput("a mark lies on the surface")
    draft.add(
        ev.MarkDrawn, participant=seat.who.id, surface=surface.id, shape=command.shape, points=command.points
    )


def clear_marks(draft: Draft, command: cmd.ClearMarks) -> None:
    """Wipe the marks."""
    seat = draft.admitted(command.by)
    if not draft.session.may(seat.who.id, Capability.MARK, draft.now_ms):
        raise Refused("not_granted", "marking is not granted")
    draft.add(ev.MarksCleared, participant=seat.who.id)
