"""A session's journal: what was decided, in order, is made durable, then saved, then allowed to take effect.

Rule: entries are handled strictly in order. While the recorder cannot write, decided entries wait here, are recorded
as soon as it can again (behind a signed gap), and only then take effect; nothing decided is forgotten or reordered.
Whatever goes wrong, even by our own fault, the journal goes on trying: a session never freezes without a word.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

import structlog

from concierge.domain.errors import EvidenceUnavailable
from concierge.domain.events import Event
from concierge.domain.ids import RecordingId
from concierge.domain.session import Session
from concierge.services.ports import EvidenceLog, StoreUnavailable

_log = structlog.get_logger(__name__)

RETRY_S = 0.5


@dataclass(slots=True)
class Entry:
    """Events decided together; `after` is the session with them folded in."""

    events: tuple[Event, ...]
    after: Session
    durable: Awaitable[None] | None
    kept: asyncio.Future[None] = field(default_factory=lambda: asyncio.get_running_loop().create_future())


class Journal:
    """One session's journal, with one task that empties it."""

    def __init__(
        self,
        recording: RecordingId,
        evidence: EvidenceLog,
        save: Callable[[Session, Sequence[Event]], Awaitable[None]],
        kept: Callable[[Entry], None],
        retry_s: float = RETRY_S,
    ) -> None:
        self._recording = recording
        self._evidence = evidence
        self._save = save
        self._kept = kept
        self._retry_s = retry_s
        self._entries: asyncio.Queue[Entry | None] = asyncio.Queue()
        self._stalled = False
        self._task = asyncio.create_task(self._run(), name=f"journal {recording}")

    @property
    def stalled(self) -> bool:
        """Whether entries wait for a recorder that cannot write."""
        return self._stalled

    def put(self, events: tuple[Event, ...], after: Session) -> Entry:
        """Hand events to the recorder's queue now, in order, and return the entry to wait on."""
        durable = None if self._stalled else self._commit(events)
        entry = Entry(events, after, durable)
        self._entries.put_nowait(entry)
        return entry

    def _commit(self, events: tuple[Event, ...]) -> Awaitable[None] | None:
        try:
            return self._evidence.commit(self._recording, events)
        except EvidenceUnavailable:
            self._stalled = True
            return None

    async def close(self) -> None:
        """Let what is queued be kept, then stop."""
        self._entries.put_nowait(None)
        await self._task

    def abandon(self) -> None:
        """Stop at once: the process is going down, start-up folds what is missing."""
        self._task.cancel()

    async def _run(self) -> None:
        while (entry := await self._entries.get()) is not None:
            await self._record(entry)
            await self._store(entry)
            self._take_effect(entry)

    def _take_effect(self, entry: Entry) -> None:
        try:
            self._kept(entry)
        except Exception:  # noqa: BLE001 - one effect that fails must not silence the session's journal
            _log.exception("effect_failed", recording=self._recording)
        if not entry.kept.done():
            entry.kept.set_result(None)

    async def _record(self, entry: Entry) -> None:
        while True:
            try:
                if entry.durable is None:
                    await self._evidence.resume(self._recording, "the recorder could not write")
                    entry.durable = self._evidence.commit(self._recording, entry.events)
                await entry.durable
            except Exception as error:  # noqa: BLE001 - as for effects
                if not isinstance(error, EvidenceUnavailable):
                    _log.exception("events_not_recorded_yet", recording=self._recording)
                self._stalled = True
                entry.durable = None
                await asyncio.sleep(self._retry_s)
            else:
                if self._entries.empty():
                    self._stalled = False
                return

    async def _store(self, entry: Entry) -> None:
        while True:
            try:
                await self._save(entry.after, entry.events)
            except StoreUnavailable as error:
                _log.warning("session_not_saved_yet", recording=self._recording, reason=str(error))
            except Exception:  # noqa: BLE001 - as for effects
                _log.exception("session_not_saved_yet", recording=self._recording)
            else:
                return
            await asyncio.sleep(self._retry_s)
