"""A witness reached over HTTP (c2sp.org/tlog-witness): the Witness port.

Rule: its word is believed only as far as it is signed: a cosignature by the key that was configured, a head by our own key.
Every answer is bounded in time and size; redirects are not followed. Whatever else it says only means that it is silent.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from typing import Final
from urllib.parse import quote

import httpx2

from concierge.domain import limits
from concierge.domain.errors import BadInput
from concierge.services.audit_port import AuditLog, WitnessSilent
from recorder.errors import VerificationError
from recorder.log.checkpoint import Checkpoint, origin_of
from recorder.log.cosignature import check_cosignature
from recorder.log.note import NoteKey, NoteSignature, SignedNote
from recorder.log.witness import Request

_OK: Final = 200
_CONFLICT: Final = 409


class HttpWitness:
    """One witness. `installation` is our public key, by which its log is named."""

    def __init__(self, url: str, key: NoteKey, installation: bytes) -> None:
        self._url = url.rstrip("/")
        self._key = key
        self._origin = origin_of(installation)
        self._size = 0

    @property
    def name(self) -> str:
        """Its name in its cosignatures."""
        return self._key.name

    async def held(self) -> tuple[bytes, ...]:
        """Return the last checkpoints it cosigned of this log, one for each epoch. Raises WitnessSilent."""
        status, body = await self._ask("GET", f"/held?origin={quote(self._origin, safe='')}", b"")
        try:
            notes = json.loads(body) if status == _OK else None
        except (ValueError, RecursionError):
            notes = None
        if not isinstance(notes, list) or not all(isinstance(note, str) for note in notes):
            raise WitnessSilent(f"it answered {status} to what it holds")
        return tuple(note.encode("utf-8", "replace") for note in notes)

    async def cosign(self, note: bytes, log: AuditLog) -> bytes:
        """Let it cosign a checkpoint; return the signature line, checked. Raises WitnessSilent, LogRolledBack."""
        signed = SignedNote.parse(note)
        size = Checkpoint.parse(signed.text).size
        status, body = await self._add(signed, size, log)
        if status == _CONFLICT and (held := _number(body)) is not None and held <= size:
            self._size = held
            status, body = await self._add(signed, size, log)
        if status == _OK:
            line = self._checked(signed, body)
            self._size = size
            return line
        for other in await self.held():
            await log.check(other, f"the witness {self.name}")
        raise WitnessSilent(f"it answered {status}: {body[:200].decode('utf-8', 'replace').strip()}")

    async def _add(self, signed: SignedNote, size: int, log: AuditLog) -> tuple[int, bytes]:
        old = min(self._size, size)
        request = Request(old, await log.consistency(old, size), signed)
        return await self._ask("POST", "/add-checkpoint", request.encode())

    def _checked(self, signed: SignedNote, body: bytes) -> bytes:
        for line in body.decode("utf-8", "replace").splitlines():
            try:
                signature = NoteSignature.parse(line)
                if signature.by(self._key):
                    check_cosignature(signed.with_signatures([signature]), self._key)
                    return signature.line().encode()
            except VerificationError as error:
                raise WitnessSilent(f"its cosignature does not hold: {error}") from None
        raise WitnessSilent("it answered with no cosignature by its key")

    async def _ask(self, method: str, path: str, content: bytes) -> tuple[int, bytes]:
        """One question with one deadline; a client of its own, so that nothing stays open between the minutes."""
        try:
            async with (
                asyncio.timeout(limits.WITNESS_WAIT_MS / 1000),
                httpx2.AsyncClient(follow_redirects=False, trust_env=False) as client,
                client.stream(method, self._url + path, content=content) as answer,
            ):
                body = b""
                async for piece in answer.aiter_bytes():
                    body += piece
                    if len(body) > limits.WITNESS_ANSWER_MAX_BYTES:
                        raise WitnessSilent("its answer is too long")
                return answer.status_code, body
        except (httpx2.HTTPError, OSError, TimeoutError) as error:
            raise WitnessSilent(str(error) or "it does not answer") from None


def witnesses(places: Sequence[tuple[str, str]], installation: bytes) -> tuple[HttpWitness, ...]:
    """Return the configured witnesses: address and key line of each. Raises BadInput for a key that is none."""
    found = []
    for url, key in places:
        try:
            found.append(HttpWitness(url, NoteKey.parse(key), installation))
        except VerificationError as error:
            raise BadInput(f"witnesses: the key of {url}: {error}") from None
    return tuple(found)


def _number(body: bytes) -> int | None:
    text = body.strip()
    return int(text) if text.isdigit() and len(text) <= 19 else None  # bytes: ASCII digits alone
