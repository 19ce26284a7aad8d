"""One recording as the writer thread sees it: the epoch being written, and how to go on after a failure.

Invariants: nothing is appended behind a failed write or sync; going on always means a new epoch with a fresh salt and
a fresh signer, begun where the last *durable* segment ended, whatever the page cache claims to hold behind it.
Everything here blocks on the disk and raises OSError; no threads, no clocks.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from recorder import events
from recorder.envelope import SALT_BYTES, ContentKeys, content_key
from recorder.errors import RecordingUnavailableError, WrongKeyError
from recorder.installation import SignerSource
from recorder.limits import MAX_EPOCHS, MAX_FOUND, MAX_SEGMENTS, SEGMENTS_RESERVE
from recorder.manifest import REPAIRS, Header, Opening
from recorder.records import Record
from recorder.segment import SegmentFlag
from recorder.store import EpochFile, Files, clear_unfinished, cut_tail, epoch_numbers, new_pieces, set_aside
from recorder.writer import ALL_CLASSES, BEGINNING, ChainEnd, EpochWriter, batches


@dataclass(frozen=True, slots=True)
class Footing:
    """Safe ground: the last epoch with a durable head, its durable bytes, its chain end, and the pieces named."""

    epoch: int
    size: int
    end: ChainEnd
    named: frozenset[str]


@dataclass(slots=True)
class _Epoch:
    """The epoch being written."""

    number: int
    writer: EpochWriter
    file: EpochFile


class Tape:
    """Writes one recording. `footing` None: a recording that does not exist yet. Raises WrongKeyError for a missing key."""

    def __init__(
        self,
        directory: Path,
        header: Header,
        dek: ContentKeys,
        *,
        signers: SignerSource,
        files: Files,
        footing: Footing | None = None,
    ) -> None:
        self.directory = directory
        self.header = header
        if any(content_key(dek, cls) is None for cls in ALL_CLASSES):
            raise WrongKeyError("a class without a content key cannot be recorded")
        self._dek: ContentKeys | None = dek
        self._signers = signers
        self._files = files
        self._footing = footing
        self._epoch: _Epoch | None = None

    @property
    def durable(self) -> ChainEnd:
        """Where the durable chain ends."""
        return self._footing.end if self._footing else BEGINNING

    @property
    def durable_bytes(self) -> tuple[int, int] | None:
        """The last epoch with a durable head and how many bytes of its file are durable; for any thread."""
        footing = self._footing
        return (footing.epoch, footing.size) if footing else None

    def create(self) -> None:
        """Make the directory and the first epoch, durably. Refuses a directory that already holds a recording."""
        try:
            self._files.make_directory(self.directory)
        except FileExistsError:
            if epoch_numbers(self.directory):
                self.forget()  # so that no later attempt to resume moves another's evidence aside
                raise
        self._files.fsync_dir(self.directory.parent)
        self._open(Opening.OPENED)

    def go_on(
        self, opening: Opening, at_us: int, reason: str, restore: tuple[str, str] | None = None
    ) -> None:
        """Open a new epoch behind the durable end, and make a signed gap its first segment, durably.

        `at_us` is now; the gap reaches back to the last time recorded. `restore` is who put which backup back.
        """
        if not self.directory.exists():
            self._files.make_directory(self.directory)
            self._files.fsync_dir(self.directory.parent)
        since = self.durable.until_us
        self._open(opening)
        flags = SegmentFlag.GAP | (SegmentFlag.RECOVERED if opening in REPAIRS else SegmentFlag.NONE)
        now = max(since, at_us)
        said = [] if restore is None else [events.restored(now, *restore, lost_from_us=since)]
        self.write([events.gap(since, now, reason), *said], flags)
        self.sync()

    def write(self, records: Sequence[Record], flags: SegmentFlag = SegmentFlag.NONE) -> None:
        """Seal and append records; they count only after `sync`."""
        epoch = self._writing()
        room = MAX_SEGMENTS if flags else MAX_SEGMENTS - SEGMENTS_RESERVE
        for batch in batches(records):
            if epoch.writer.end.next_segment >= room:
                raise RecordingUnavailableError("this recording takes no further segment")
            epoch.file.append(epoch.writer.seal(batch, flags).data)

    def sync(self) -> None:
        """Make everything appended durable, and with it the new `durable` end."""
        epoch = self._writing()
        epoch.file.sync()
        named = self._footing.named if self._footing else frozenset()
        self._footing = Footing(epoch.number, epoch.file.durable, epoch.writer.end, named)

    def give_up(self) -> None:
        """Drop the epoch being written, and with it its keys and its signer. Raises nothing."""
        epoch, self._epoch = self._epoch, None
        if epoch is not None:
            epoch.file.give_up()

    def forget(self) -> None:
        """Give up, and drop the data key too: nothing can be written or resumed any more."""
        self.give_up()
        self._dek = None

    def _writing(self) -> _Epoch:
        if self._epoch is None:
            raise RecordingUnavailableError("no epoch is open")
        return self._epoch

    def _open(self, opening: Opening) -> None:
        self.give_up()
        if self._dek is None:
            raise RecordingUnavailableError("the data key was dropped")
        number = self._clear_ground()
        if number > MAX_EPOCHS:
            raise RecordingUnavailableError("this recording takes no further epoch")
        named = self._footing.named if self._footing else frozenset()
        found = new_pieces(self.directory, named)
        if len(found) > MAX_FOUND:
            raise RecordingUnavailableError("more torn pieces than a head can name")
        signer = self._signers(self.header.recording_id, number)
        writer = EpochWriter(
            self.header,
            self._dek,
            signer,
            secrets.token_bytes(SALT_BYTES),
            epoch=number,
            opening=opening,
            after=self.durable,
            found=found,
        )
        file = EpochFile(self.directory, number, self._files)
        self._epoch = _Epoch(number, writer, file)
        try:
            file.append(writer.head)
            file.sync()
            self._files.fsync_dir(self.directory)
        except OSError:
            # Nothing was sealed under this head, so it is no evidence; kept, every retry would leave another behind.
            self.give_up()
            self._files.remove(file.path)
            raise
        named |= {piece.file for piece in found}
        self._footing = Footing(number, file.durable, writer.end, named)

    def _clear_ground(self) -> int:
        """Move whatever stands behind the durable end out of the way; the number of the next epoch."""
        last = self._footing.epoch if self._footing else -1
        clear_unfinished(self.directory, self._files)
        for number in epoch_numbers(self.directory):
            if number > last:
                set_aside(self.directory, number, self._files)
        if self._footing:
            cut_tail(self.directory, last, self._footing.size, self._files)
        return last + 1
