"""Keys that sign, for tests: the same from the same seed."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from recorder.installation import InstallationKey


def signing_key(seed: bytes | None = None) -> InstallationKey:
    if seed is None:
        return InstallationKey.generate()
    return InstallationKey(Ed25519PrivateKey.from_private_bytes(seed))
