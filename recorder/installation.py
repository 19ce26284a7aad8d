"""The installation key: the long-lived Ed25519 key an auditor pins, and the short-lived signers it certifies.

A signer's private half lives only in memory and is dropped when its recording closes, so that a later theft of the
installation key cannot re-sign what was recorded under signers that are gone and are known by their certificates.
This file refuses a private key that others may read.
"""

from __future__ import annotations

import hashlib
import os
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from recorder.chain import check
from recorder.errors import RecorderError
from recorder.generation import labels
from recorder.limits import GENERATION

PUBLIC_BYTES: Final = 32


@dataclass(frozen=True, slots=True)
class Signer:
    """What signs one epoch: an ephemeral private key, and the installation's word for its public half."""

    private: Ed25519PrivateKey
    public: bytes
    certificate: bytes
    installation: bytes


SignerSource = Callable[[str, int], Signer]
"""Given a recording id and an epoch number, a fresh signer certified for exactly these."""


def certificate_message(public: bytes, recording_id: str, epoch: int, generation: int = GENERATION) -> bytes:
    """What a certificate signs: label, u16 generation, u32 epoch, the signer's public key, the recording's id."""
    return (
        labels(generation).certificate
        + struct.pack(">HI", generation, epoch)
        + public
        + recording_id.encode()
    )


def check_certificate(
    installation: bytes,
    certificate: bytes,
    public: bytes,
    recording_id: str,
    epoch: int,
    generation: int = GENERATION,
) -> None:
    """Raises VerificationError unless `installation` certified this signer for this recording and epoch."""
    check(
        installation,
        certificate,
        certificate_message(public, recording_id, epoch, generation),
        "the signer's certificate",
    )


def fingerprint(public: bytes) -> str:
    """The name people compare: SHA-256 of the raw public key, first 32 hex digits in groups of four."""
    digits = hashlib.sha256(public).hexdigest()[:32]
    return " ".join(digits[n : n + 4] for n in range(0, 32, 4))


class InstallationKey:
    """The private installation key. `public` is its raw 32-byte public half."""

    def __init__(self, private: Ed25519PrivateKey) -> None:
        self._private = private
        self.public = raw_public(private)

    @classmethod
    def generate(cls) -> InstallationKey:
        """A new key, in memory only."""
        return cls(Ed25519PrivateKey.generate())

    @classmethod
    def load(cls, path: Path) -> InstallationKey:
        """Read a PEM file. Raises RecorderError when it is missing, readable by others, or no Ed25519 key."""
        try:
            if path.stat().st_mode & 0o077:
                raise RecorderError("the installation key can be read by others: set its mode to 0600")
            key = load_pem_private_key(path.read_bytes(), password=None)
        except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise RecorderError("the installation key cannot be read") from error
        if not isinstance(key, Ed25519PrivateKey):
            raise RecorderError("the installation key is not an Ed25519 key")
        return cls(key)

    @classmethod
    def load_or_generate(cls, path: Path) -> InstallationKey:
        """Load the key at `path`, or write a new one there first, durably, mode 0600, never over another file."""
        if path.exists():
            return cls.load(path)
        private = Ed25519PrivateKey.generate()
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
            file.flush()
            os.fsync(file.fileno())
        directory = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)
        return cls(private)

    def certify(self, public: bytes, recording_id: str, epoch: int, generation: int = GENERATION) -> bytes:
        """The certificate (64-byte signature) of an ephemeral public key for one epoch of one recording."""
        return self._private.sign(certificate_message(public, recording_id, epoch, generation))

    def sign(self, message: bytes) -> bytes:
        """A 64-byte signature. The caller's message begins with a label of its own, so that it passes for nothing else."""
        return self._private.sign(message)

    def signer(self, recording_id: str, epoch: int) -> Signer:
        """A fresh ephemeral signer, certified: pass this method wherever a `SignerSource` is asked for."""
        private = Ed25519PrivateKey.generate()
        public = raw_public(private)
        return Signer(private, public, self.certify(public, recording_id, epoch), self.public)

    def public_pem(self) -> bytes:
        """The public half as PEM, to hand to auditors."""
        return self._private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def raw_public(private: Ed25519PrivateKey) -> bytes:
    """The 32-byte public half."""
    return private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def read_public(text: bytes) -> bytes:
    """The raw public key in a PEM file or as 64 hex digits. Raises RecorderError for anything else."""
    stripped = text.strip()
    try:
        if len(stripped) == 2 * PUBLIC_BYTES:
            return bytes.fromhex(stripped.decode())
        key = load_pem_public_key(stripped)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise RecorderError("the public key is neither PEM nor 64 hex digits") from error
    if not isinstance(key, Ed25519PublicKey):
        raise RecorderError("the public key is not an Ed25519 key")
    return key.public_bytes(Encoding.Raw, PublicFormat.Raw)
