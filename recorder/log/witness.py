"""A witness: remembers the last checkpoint of each log it knows, and cosigns only what goes on from it (c2sp.org/tlog-witness).

Rules: what it cosigned is on disk before anybody is told; it never cosigns two heads of one size, nor a smaller one; a log
that was restored goes on under a later epoch, and its earlier epochs are then over. It holds no leaf and needs none.
"""

from __future__ import annotations

import base64
import json
import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Final

from recorder.errors import RecorderError, VerificationError
from recorder.log.checkpoint import Checkpoint, epoch_of, open_checkpoint, origin_of
from recorder.log.cosignature import cosign
from recorder.log.merkle import EMPTY_ROOT, HASH_BYTES, check_consistency
from recorder.log.note import MAX_NOTE_BYTES, NoteKey, SignatureKind, SignedNote, SigningKey, decoded

MAX_REQUEST_BYTES: Final = MAX_NOTE_BYTES + 8 * 1024
MAX_STEPS: Final = 63
_STATE: Final = "witness.json"
_EPOCH: Final = "restored-"


class WitnessRefusedError(RecorderError):
    """It does not cosign: `status` is the answer's, `body` what tlog-witness puts into it, `str(error)` why."""

    def __init__(self, status: HTTPStatus, reason: str, body: str = "", kind: str = "text/plain") -> None:
        super().__init__(reason)
        self.status = status
        self.body = body or reason + "\n"
        self.kind = kind


@dataclass(frozen=True, slots=True)
class Request:
    """An add-checkpoint request: the size the log believes we hold, the proof from there, the checkpoint."""

    old: int
    proof: tuple[bytes, ...]
    note: SignedNote

    @classmethod
    def parse(cls, raw: bytes) -> Request:
        """Read a request's body. Raises VerificationError."""
        if len(raw) > MAX_REQUEST_BYTES:
            raise VerificationError("the request is too long")
        head, gap, note = raw.partition(b"\n\n")
        lines = head.decode("ascii", "replace").split("\n")
        old = lines[0].removeprefix("old ")
        known = old.isascii() and old.isdecimal() and len(old) <= 19 and str(int(old)) == old
        if not gap or not lines[0].startswith("old ") or not known or len(lines) - 1 > MAX_STEPS:
            raise VerificationError("this is no request to add a checkpoint")
        proof = tuple(decoded(line) for line in lines[1:])
        if any(len(step) != HASH_BYTES for step in proof):
            raise VerificationError("a step of the proof is no SHA-256")
        return cls(int(old), proof, SignedNote.parse(note))

    def encode(self) -> bytes:
        """The request's body."""
        steps = "".join(base64.b64encode(step).decode() + "\n" for step in self.proof)
        return f"old {self.old}\n{steps}\n".encode() + self.note.encode()


class LogWitness:
    """One witness over one folder. `logs` are the installation keys it knows. Its calls may come from any thread."""

    def __init__(
        self,
        folder: Path,
        name: str,
        key: SigningKey,
        logs: Sequence[bytes],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.key = NoteKey(name, SignatureKind.COSIGNATURE, key.public)
        self._folder = folder
        self._signing = key
        self._logs = {origin_of(public): public for public in logs}
        self._clock = clock
        self._one = threading.Lock()
        self._held: dict[str, str] = _read(folder / _STATE)

    def held(self, origin: str) -> list[str]:
        """The last checkpoints cosigned of a log, one for each of its epochs; `origin` is the first epoch's name."""
        if origin not in self._logs:
            return []
        with self._one:
            return [
                note for name, note in self._held.items() if name == origin or name.startswith(origin + "/")
            ]

    def add_checkpoint(self, raw: bytes) -> str:
        """Cosign a checkpoint that goes on from the last; the signature line. Raises WitnessRefusedError."""
        try:
            request = Request.parse(raw)
            origin = Checkpoint.parse(request.note.text).origin
        except VerificationError as error:
            raise WitnessRefusedError(HTTPStatus.BAD_REQUEST, str(error)) from None
        public = self._logs.get("/".join(origin.split("/")[:2]))
        if public is None:
            raise WitnessRefusedError(HTTPStatus.NOT_FOUND, f"this witness does not know the log {origin}")
        try:
            checkpoint, _at_s = open_checkpoint(request.note, public)
        except VerificationError as error:
            raise WitnessRefusedError(HTTPStatus.FORBIDDEN, str(error)) from None
        with self._one:
            self._judge(request, checkpoint, public)
            signature = cosign(request.note.text, self.key.name, self._signing, int(self._clock()))
            cosigned = request.note.with_signatures([signature]).encode().decode()
            held = {**self._held, checkpoint.origin: cosigned}
            _write(self._folder, held)
            self._held = held
        return signature.line() + "\n"

    def _judge(self, request: Request, checkpoint: Checkpoint, public: bytes) -> None:
        self._judge_epoch(checkpoint, public)
        last = self._held.get(checkpoint.origin)
        known = Checkpoint.parse(SignedNote.parse(last.encode()).text) if last else None
        size, root = (known.size, known.root) if known else (0, EMPTY_ROOT)
        if request.old > checkpoint.size:
            raise WitnessRefusedError(HTTPStatus.BAD_REQUEST, "the old size is larger than the checkpoint's")
        if request.old != size:
            reason = f"the last checkpoint cosigned here has {size} leaves"
            raise WitnessRefusedError(HTTPStatus.CONFLICT, reason, f"{size}\n", "text/x.tlog.size")
        if size == checkpoint.size and root != checkpoint.root:
            reason = f"a fork: another head of {size} leaves was cosigned here"
            raise WitnessRefusedError(HTTPStatus.CONFLICT, reason, f"{size}\n", "text/x.tlog.size")
        try:
            check_consistency(size, checkpoint.size, root, checkpoint.root, request.proof)
        except VerificationError as error:
            raise WitnessRefusedError(
                HTTPStatus.UNPROCESSABLE_ENTITY, f"a fork, or a wrong proof: {error}"
            ) from None

    def _judge_epoch(self, checkpoint: Checkpoint, public: bytes) -> None:
        """A log's epochs follow one another; the one before a restore is over."""
        epoch = _restored(epoch_of(checkpoint.origin, public))
        first = origin_of(public)
        for origin in self._held:
            if origin.startswith(first) and _restored(epoch_of(origin, public)) > epoch:
                reason = f"a rollback: this log was restored and goes on as {origin}"
                raise WitnessRefusedError(HTTPStatus.UNPROCESSABLE_ENTITY, reason)


def _restored(label: str) -> int:
    digits = label.removeprefix(_EPOCH)
    if not label:
        return 0
    if not label.startswith(_EPOCH) or not digits.isascii() or not digits.isdecimal() or len(digits) > 12:
        raise WitnessRefusedError(HTTPStatus.BAD_REQUEST, "the log's epoch has a label of another kind")
    return int(digits)


def _read(path: Path) -> dict[str, str]:
    try:
        held = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, RecursionError) as error:
        raise RecorderError(f"the witness's memory {path} cannot be read; it must not begin anew") from error
    if not isinstance(held, Mapping) or not all(isinstance(note, str) for note in held.values()):
        raise RecorderError(f"the witness's memory {path} is not what a witness writes")
    return dict(held)


def _write(folder: Path, held: Mapping[str, str]) -> None:
    aside = folder / (_STATE + ".new")
    with aside.open("w", encoding="utf-8") as file:
        json.dump(held, file)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(folder / _STATE)
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
