"""The installation key: kept to its owner, and its certificates hold for one signer, recording and epoch only."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from recorder.errors import RecorderError, VerificationError
from recorder.installation import InstallationKey, check_certificate, fingerprint, read_public


def test_a_key_is_made_once_and_found_again(tmp_path: Path) -> None:
    path = tmp_path / "installation.pem"
    made = InstallationKey.load_or_generate(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert InstallationKey.load_or_generate(path).public == made.public
    assert InstallationKey.load(path).public == made.public


def test_a_key_that_others_may_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "installation.pem"
    InstallationKey.load_or_generate(path)
    path.chmod(0o640)
    with pytest.raises(RecorderError, match="0600"):
        InstallationKey.load(path)


def test_what_is_no_ed25519_key_is_refused(tmp_path: Path) -> None:
    curve = generate_private_key(SECP256R1())
    for content in (b"", b"rubbish", curve.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())):
        path = tmp_path / "key.pem"
        path.write_bytes(content)
        path.chmod(0o600)
        with pytest.raises(RecorderError, match=r"cannot be read|not an Ed25519"):
            InstallationKey.load(path)
    with pytest.raises(RecorderError, match="cannot be read"):
        InstallationKey.load(tmp_path / "missing.pem")
    public = curve.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    for text in (public, b"zz" * 32, b"short"):
        with pytest.raises(RecorderError, match="public key"):
            read_public(text)


def test_a_certificate_holds_for_one_signer_recording_and_epoch() -> None:
    key, other = InstallationKey.generate(), InstallationKey.generate()
    one = key.signer("rec_1", 2)
    check_certificate(key.public, one.certificate, one.public, "rec_1", 2)
    for arguments in (
        (other.public, one.certificate, one.public, "rec_1", 2),
        (key.public, one.certificate, key.signer("rec_1", 2).public, "rec_1", 2),
        (key.public, one.certificate, one.public, "rec_2", 2),
        (key.public, one.certificate, one.public, "rec_1", 3),
    ):
        with pytest.raises(VerificationError, match="certificate"):
            check_certificate(*arguments)


def test_every_signer_is_fresh() -> None:
    key = InstallationKey.generate()
    assert key.signer("rec_1", 0).public != key.signer("rec_1", 0).public


def test_a_public_key_is_read_as_pem_and_as_hex() -> None:
    key = InstallationKey.generate()
    assert read_public(key.public_pem()) == read_public(key.public.hex().encode() + b"\n") == key.public


def test_a_fingerprint_can_be_read_aloud() -> None:
    assert fingerprint(bytes(32)) == "6668 7aad f862 bd77 6c8f c18b 8e9f 8e20"
