"""The auditor's pages: finding recordings, and replaying one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from concierge.server.views.custody import Tombstone
from concierge.server.views.desk import Verdict
from concierge.server.views.frame import Moment, Piece, View


@dataclass(frozen=True, slots=True)
class RecordingRow:
    """One recording in the list. `found` is the place the words were found in, when words were searched for."""

    recording_id: str
    title: str
    ticket_number: str
    host: str
    customer: str
    vendors: tuple[str, ...]
    started: Moment
    duration: str
    verdict: Verdict
    found: tuple[Piece, ...] = ()
    on_hold: bool = False
    erased: bool = False


@dataclass(frozen=True, slots=True)
class RecordingFilter:
    """What the list is narrowed by; dates are `YYYY-MM-DD`."""

    ticket: str = ""
    person: str = ""
    company: str = ""
    since: str = ""
    until: str = ""
    words: str = ""

    @property
    def active(self) -> bool:
        """Whether anything is asked for."""
        return any((self.ticket, self.person, self.company, self.since, self.until, self.words))


@dataclass(frozen=True, slots=True)
class RecordingsView(View):
    """`/recordings`."""

    template: ClassVar[str] = "recordings.html"
    asked: RecordingFilter
    recordings: tuple[RecordingRow, ...]
    total: int = 0
    earlier_path: str | None = None
    later_path: str | None = None
    fault: str | None = None
    may_report: bool = False


@dataclass(frozen=True, slots=True)
class ReplayView(View):
    """`/recordings/{recording_id}`. The page's script fetches `events_path` and the recording's own bytes
    from `sealed_path`, which it verifies itself; `media_path` where the bytes cannot be opened there.

    `verdict_words` is the sentence for people; `bad_segment` the first segment that failed, `doubt` the sentence that
    says which time it covers.
    """

    template: ClassVar[str] = "replay.html"
    recording_id: str
    title: str
    ticket_id: str
    ticket_number: str
    host: str
    customer: str
    vendors: tuple[str, ...]
    started: Moment
    duration: str
    duration_ms: int
    verdict: Verdict
    verdict_words: str
    segments: int
    signer: str
    kept_until: Moment | None
    media_path: str
    events_path: str
    sealed_path: str = ""
    start_ms: int = 0
    bad_segment: int | None = None
    doubt: str = ""
    may_export: bool = True
    may_share: bool = False
    live: bool = False
    on_hold: bool = False
    tombstones: tuple[Tombstone, ...] = ()
    backups: str = ""


@dataclass(frozen=True, slots=True)
class ExportView(View):
    """`/recordings/{recording_id}/export`: why is it taken out. `stamped`: an authority will say when."""

    template: ClassVar[str] = "export.html"
    recording_id: str
    title: str
    ticket_number: str
    open: bool
    stamped: bool
    reason: str = ""
    fault: str | None = None
