"""Which audit leaf an event leaves behind. Chat and marks are in the recording and leave none; text is never copied.

Neither does a policy's decision: what it permitted follows as an event of its own, and refusals leave theirs (`denials`).
"""

from __future__ import annotations

import json

from concierge.domain import events as ev
from concierge.domain.event_codec import encode
from concierge.domain.recording_head import RecordingHead
from concierge.domain.session import Session
from concierge.services.ports import AuditLeaf, RecordingOpening

_NO_LEAF: tuple[type[ev.Event], ...] = (
    ev.ChatSaid,
    ev.DeskLineSaid,
    ev.MarkDrawn,
    ev.MarksCleared,
    ev.EndingSoon,
    ev.PolicyDecided,
)
_WORDS = frozenset(
    {"brief", "note", "outcome", "text", "name", "organisation", "to_name", "of_name", "question", "told"}
)


def leaf_of(session: Session, event: ev.Event) -> AuditLeaf | None:
    """Return the leaf for one event, or None where none is owed."""
    if isinstance(event, _NO_LEAF):
        return None
    detail = _without_words(encode(event))
    actor = detail.get("by") or detail.get("participant") or "broker"
    if isinstance(actor, dict):
        actor = actor["id"]
    return AuditLeaf(
        at_ms=event.at_ms,
        kind=type(event).__name__,
        actor=str(actor),
        subject=session.id,
        detail=json.dumps(detail, sort_keys=True, separators=(",", ":")),
    )


def leaves_of(session: Session, events: tuple[ev.Event, ...] | list[ev.Event]) -> list[AuditLeaf]:
    """Return the leaves of several events, in order."""
    return [leaf for event in events if (leaf := leaf_of(session, event)) is not None]


def opening_of(session: Session) -> RecordingOpening:
    """Return what the public header of a session's recording says."""
    return RecordingOpening(session.recording, session.id, session.ticket, session.opened_ms)


def recording_leaf(
    opening: RecordingOpening, kind: str, head: RecordingHead, at_ms: int, after_epoch: int = -1
) -> AuditLeaf:
    """Return the leaf that says how far a recording reaches, naming the signers of epochs behind `after_epoch`.

    Kinds: RecordingOpened, RecordingReached (its head, every HEAD_EVERY_MS), RecordingClosed.
    """
    detail = {
        "chain": head.chain.hex(),
        "segments": head.segments,
        "session": opening.session,
        "signers": [
            {"certificate": one.certificate.hex(), "epoch": one.epoch, "public": one.public.hex()}
            for one in head.signers
            if one.epoch > after_epoch
        ],
        "ticket": opening.ticket,
        "until_us": head.until_us,
    }
    text = json.dumps(detail, sort_keys=True, separators=(",", ":"))
    return AuditLeaf(at_ms, kind, "broker", opening.recording, text)


def _without_words(value: dict[str, object]) -> dict[str, object]:
    return {
        key: _without_words(item) if isinstance(item, dict) else item
        for key, item in value.items()
        if key not in _WORDS
    }
