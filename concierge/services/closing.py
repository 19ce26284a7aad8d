"""What follows the end of a session: the recording is closed and its row says so."""

from __future__ import annotations

import dataclasses
import json

import structlog

from concierge.domain.errors import EvidenceUnavailable
from concierge.domain.recording import RecordingState
from concierge.domain.session import Session
from concierge.services.ports import StoreUnavailable
from concierge.services.tools import Tools

_log = structlog.get_logger(__name__)


async def close_recording(tools: Tools, session: Session) -> None:
    """Write the final segment and close the row. What fails here is finished by recovery at the next start."""
    summary = json.dumps(
        {"reason": session.end_reason, "events": session.last_seq, "ended_ms": session.ended_ms},
        sort_keys=True,
    )
    try:
        await tools.evidence.close(session.recording, summary)
        row = await tools.recordings.get(session.recording)
        if row is not None:
            closed = dataclasses.replace(
                row, state=RecordingState.CLOSED, closed_ms=session.ended_ms, outcome=session.outcome
            )
            await tools.recordings.close(closed)
        await tools.pairings.drop(session.id)
    except (EvidenceUnavailable, StoreUnavailable) as error:
        _log.error("recording_not_closed", recording=session.recording, reason=str(error))
