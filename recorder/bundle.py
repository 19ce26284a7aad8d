"""What makes an export checkable with sha256sum and openssl alone: a signed statement over its files.

The statement is in-toto's (Statement v1) in a DSSE envelope (DSSE protocol v1.0), signed with Ed25519 by the installation
key. openssl reads neither JSON nor base64, so the bytes that are signed and the raw signature lie beside the envelope.

Rule: what lies in the folder when the statement is made is what is signed for. Nothing is added later but a time stamp, and
that is over the signature. The sealed files are named by their hashes and are not in the folder.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from recorder.errors import UnreadableRecordingError
from recorder.events import canonical
from recorder.installation import InstallationKey
from recorder.verdict import Verdict

PAYLOAD_TYPE: Final = "application/vnd.in-toto+json"
STATEMENT_TYPE: Final = "https://in-toto.io/Statement/v1"
PREDICATE_TYPE: Final = "urn:concierge:recording-export:1"

SUMS: Final = "SHA256SUMS"
PUBLIC: Final = "installation.pub.pem"
STATEMENT: Final = "statement.json"
PAE: Final = "statement.pae"
SIGNATURE: Final = "statement.sig"
ENVELOPE: Final = "statement.dsse.json"
STAMP: Final = "statement.tsr"
SEALED: Final = "sealed/"
"""Begins the name of a subject that stays in the organisation's keeping."""


def pae(payload_type: str, payload: bytes) -> bytes:
    """The bytes a DSSE signature is made over: "DSSEv1", then length and bytes of type and payload (DSSE, protocol.md)."""
    kind = payload_type.encode()
    return b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)


def attest(
    folder: Path, sealed: Path, about: Mapping[str, Any], verdict: Verdict, key: InstallationKey
) -> bytes:
    """Sign for every file in `folder` and for the sealed files in `sealed`; return the signature, 64 bytes.

    `about` says who exported what, when and why; the verdict goes with it. Raises OSError, and ValueError for an `about`
    that is no canonical JSON.
    """
    (folder / PUBLIC).write_bytes(key.public_pem())
    sums = dict(_sums(folder))
    listed = "".join(f"{digest}  {name}\n" for name, digest in sorted(sums.items()))
    (folder / SUMS).write_text(listed, encoding="ascii")
    sums[SUMS] = hashlib.sha256(listed.encode()).hexdigest()
    sums.update((SEALED + name, digest) for name, digest in _sums(sealed))
    payload = statement(sums, {**about, "verdict": judged(verdict)})
    message = pae(PAYLOAD_TYPE, payload)
    signature = key.sign(message)
    (folder / STATEMENT).write_bytes(payload)
    (folder / PAE).write_bytes(message)
    (folder / SIGNATURE).write_bytes(signature)
    (folder / ENVELOPE).write_bytes(_envelope(payload, signature, key.public))
    return signature


def statement(sums: Mapping[str, str], predicate: Mapping[str, Any]) -> bytes:
    """The in-toto statement: subjects by SHA-256 in hex, and the predicate. Canonical JSON."""
    subjects = [{"digest": {"sha256": digest}, "name": name} for name, digest in sorted(sums.items())]
    return canonical(
        {
            "_type": STATEMENT_TYPE,
            "predicate": dict(predicate),
            "predicateType": PREDICATE_TYPE,
            "subject": subjects,
        }
    )


def judged(verdict: Verdict) -> dict[str, Any]:
    """What a statement says of the verification: the verdict, and the head of the chain it covers."""
    return {
        "chain": verdict.chain.hex(),
        "closed": verdict.closed,
        "gaps": verdict.gaps,
        "segments": verdict.segments,
        "signer": verdict.signer.value,
        "status": verdict.status.value,
        "until_us": verdict.until_us,
    }


def _sums(folder: Path) -> Iterable[tuple[str, str]]:
    """Each plain file below a folder with its SHA-256. Raises UnreadableRecordingError for anything but files."""
    for path in sorted(folder.rglob("*")):
        if path.is_symlink():
            raise UnreadableRecordingError(f"{path.name} is a link")
        if path.is_file():
            with path.open("rb") as file:
                yield path.relative_to(folder).as_posix(), hashlib.file_digest(file, "sha256").hexdigest()


def _envelope(payload: bytes, signature: bytes, public: bytes) -> bytes:
    document = {
        "payload": base64.b64encode(payload).decode(),
        "payloadType": PAYLOAD_TYPE,
        "signatures": [
            {"keyid": hashlib.sha256(public).hexdigest(), "sig": base64.b64encode(signature).decode()}
        ],
    }
    return json.dumps(document, indent=2, sort_keys=True).encode() + b"\n"
