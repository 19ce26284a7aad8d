"""Time-based one-time codes (RFC 6238: SHA-1, 6 digits, 30 s) through pyotp; their secrets are sealed with AES-256-GCM.

Rule: a step is good once. A secret at rest is useless without the key, which never lies in the database.
"""

from __future__ import annotations

import secrets

import pyotp
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from concierge.domain import limits
from concierge.services.digests import same

_NONCE_BYTES = 12
_PURPOSE = b"concierge totp 1"


class SealedTotp:
    """The OneTimeCodes port. `key` is 32 bytes, kept apart from the database; `issuer` is the organisation's name."""

    def __init__(self, key: bytes, issuer: str) -> None:
        self._cipher = AESGCM(key)
        self._issuer = issuer

    def offer(self, sign_in_name: str) -> tuple[bytes, str]:
        """Return a new sealed secret, and the otpauth:// address that an authenticator reads."""
        secret = pyotp.random_base32()
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = nonce + self._cipher.encrypt(nonce, secret.encode(), _PURPOSE)
        return sealed, pyotp.TOTP(secret).provisioning_uri(name=sign_in_name, issuer_name=self._issuer)

    def verify(self, sealed: bytes, code: str, wall_ms: int, last_step: int) -> int | None:
        """Return the step whose code this is, if it is later than `last_step` and near `wall_ms`; None otherwise."""
        try:
            secret = self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], _PURPOSE)
        except InvalidTag:
            return None
        typed = "".join(code.split())
        codes = pyotp.TOTP(secret.decode())
        now_step = wall_ms // limits.TOTP_STEP_MS
        nearby = range(now_step - limits.TOTP_STEPS_ASIDE, now_step + limits.TOTP_STEPS_ASIDE + 1)
        fitting = [step for step in nearby if same(codes.generate_otp(step), typed) and step > last_step]
        return fitting[0] if fitting else None
