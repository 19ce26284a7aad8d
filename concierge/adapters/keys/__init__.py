"""Keys at rest: what wraps recordings' data keys (KEK from a file, the environment or a KMS), and the pepper.

Wrapped keys go to the key store, a table of the database, and never beside a recording.
"""

from concierge.adapters.keys.files import (
    KEY_BYTES,
    KekLost,
    KeyUnavailable,
    KmsSilent,
    load_or_make,
)
from concierge.adapters.keys.keyring import Keyring
from concierge.adapters.keys.peppered import PepperedSecrets

__all__ = [
    "KEY_BYTES",
    "KekLost",
    "KeyUnavailable",
    "Keyring",
    "KmsSilent",
    "PepperedSecrets",
    "load_or_make",
]
