"""A recording's script as the replay page and programs read it: plain JSON, bounded however long the session was.

Times are microseconds since the recording opened. Nothing is left out silently: `events_left_out` counts the events
beyond REPLAY_EVENTS_MAX. What was said stands here as it was said; the reader of it must never treat it as markup.
"""

from __future__ import annotations

from typing import Any

from concierge.domain import events as ev
from concierge.domain import limits
from concierge.domain.event_codec import encode
from concierge.domain.participant import Participant
from concierge.domain.plain import to_plain
from concierge.domain.recording import Recording
from concierge.server.languages import Reader
from concierge.server.verdicts import verdict_of, verdict_words
from concierge.services.replay_port import Script, Verification
from concierge.services.replays import Replay


def document(reader: Reader, replay: Replay) -> dict[str, Any]:
    """Return the whole script."""
    script = replay.script
    told = list(zip(script.events, script.at_us, strict=True))
    return {
        "recording": _recording(replay.recording),
        "duration_us": script.duration_us,
        "readable": script.readable,
        "sealed": script.sealed,
        "verification": verification(reader, script.verification),
        "participants": [_participant(who) for who in _participants(script)],
        "events": [_event(event, at_us) for event, at_us in told[: limits.REPLAY_EVENTS_MAX]],
        "events_left_out": max(0, len(told) - limits.REPLAY_EVENTS_MAX),
        "gaps": [to_plain(gap) for gap in script.gaps],
        "tracks": [to_plain(track) for track in script.tracks],
        "chunk_max_us": limits.REPLAY_CHUNK_MAX_US,
    }


def verification(reader: Reader, found: Verification) -> dict[str, Any]:
    """Return what the verifier found, in words too."""
    return {
        **to_plain(found),
        "verdict": verdict_of(found),
        "words": verdict_words(reader, found),
        "doubt": doubt(reader, found),
    }


def doubt(reader: Reader, found: Verification) -> str:
    """Return which part is not believed, as a sentence; "" when all of it is."""
    if found.bad_segment is None:
        return ""
    if found.until_us == 0:
        return reader.gettext(
            "Segment %(number)s, the first one, does not hold. Nothing of this recording can be shown.",
            number=found.bad_segment,
        )
    begun = clock(found.until_us if found.fault_from_us is None else found.fault_from_us)
    return reader.gettext(
        "Segment %(number)s, from %(begun)s on, does not hold. What comes before it is unchanged and can be played; "
        "nothing behind it is shown.",
        number=found.bad_segment,
        begun=begun,
    )


def clock(at_us: int) -> str:
    """Return a place in a recording as digits: 4:07, 1:04:07."""
    seconds = at_us // 1_000_000
    hours, minutes = seconds // 3600, seconds // 60 % 60
    return f"{hours}:{minutes:02}:{seconds % 60:02}" if hours else f"{minutes}:{seconds % 60:02}"


def _recording(row: Recording) -> dict[str, Any]:
    return {
        "id": row.id,
        "session": row.session,
        "ticket": row.ticket,
        "opened_ms": row.opened_ms,
        "closed_ms": row.closed_ms,
        "outcome": row.outcome,
    }


def _participants(script: Script) -> list[Participant]:
    """Return everybody who ever had a seat, in order of coming."""
    known: dict[str, Participant] = {}
    for event in script.events:
        if isinstance(event, ev.SessionOpened):
            known.setdefault(event.host.id, event.host)
        elif isinstance(event, ev.ParticipantArrived):
            known.setdefault(event.participant.id, event.participant)
    return list(known.values())


def _participant(who: Participant) -> dict[str, Any]:
    return {"id": who.id, "role": who.role.value, "name": who.name, "organisation": who.organisation}


def _event(event: ev.Event, at_us: int) -> dict[str, Any]:
    """The event with its own time; the broker's steady clock means nothing to a reader."""
    return {"at_us": at_us} | {key: value for key, value in encode(event).items() if key != "at_ms"}
