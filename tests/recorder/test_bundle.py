from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from recorder.bundle import PAYLOAD_TYPE, attest, pae
from recorder.errors import UnreadableRecordingError
from recorder.installation import InstallationKey
from recorder.reading import read_recording

VECTOR = Path(__file__).parents[1] / "vectors" / "good-closed"
ABOUT = {"exported": {"name": "Dora", "why": "court"}}


def bundle(folder: Path, key: InstallationKey) -> bytes:
    folder.mkdir()
    (folder / "events.jsonl").write_bytes(b"{}\n")
    return attest(folder, VECTOR, ABOUT, read_recording(VECTOR).verdict, key)


def test_what_is_signed_is_spelt_as_dsse_says() -> None:
    """The example of the specification (DSSE, protocol.md, test vectors)."""
    assert pae("http://example.com/HelloWorld", b"hello world") == (
        b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
    )
    assert pae("", b"") == b"DSSEv1 0  0 "


def test_the_envelope_holds_the_statement_and_a_signature_over_it(tmp_path: Path) -> None:
    key = InstallationKey.generate()
    signature = bundle(tmp_path / "out", key)
    envelope = json.loads((tmp_path / "out" / "statement.dsse.json").read_bytes())
    payload = base64.b64decode(envelope["payload"])
    assert payload == (tmp_path / "out" / "statement.json").read_bytes()
    assert envelope["payloadType"] == PAYLOAD_TYPE
    assert base64.b64decode(envelope["signatures"][0]["sig"]) == signature
    Ed25519PublicKey.from_public_bytes(key.public).verify(signature, pae(PAYLOAD_TYPE, payload))


def test_the_statement_names_every_file_and_every_sealed_one(tmp_path: Path) -> None:
    bundle(tmp_path / "out", InstallationKey.generate())
    statement = json.loads((tmp_path / "out" / "statement.json").read_bytes())
    names = {one["name"] for one in statement["subject"]}
    sealed = {f"sealed/{path.name}" for path in VECTOR.iterdir() if path.is_file()}
    assert names == {"SHA256SUMS", "events.jsonl", "installation.pub.pem"} | sealed
    assert all(len(one["digest"]["sha256"]) == 64 for one in statement["subject"])
    assert statement["_type"] == "https://in-toto.io/Statement/v1"
    assert statement["predicate"]["exported"] == ABOUT["exported"]
    assert statement["predicate"]["verdict"]["status"] == "ok"


def test_a_link_among_the_files_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "sealed").mkdir()
    (tmp_path / "sealed" / "epoch").symlink_to("/etc/hostname")
    (tmp_path / "out").mkdir()
    with pytest.raises(UnreadableRecordingError):
        attest(
            tmp_path / "out",
            tmp_path / "sealed",
            ABOUT,
            read_recording(VECTOR).verdict,
            InstallationKey.generate(),
        )
