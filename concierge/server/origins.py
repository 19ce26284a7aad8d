"""Whether a WebSocket was opened by a page of ours. Browsers let any site open one, with our cookies' blessing.

Rule: exact comparison with the one public origin, before accept (RFC 6455 section 10.2). No lists, no patterns, no
leniency for a missing header.
"""

from __future__ import annotations

from starlette.datastructures import Headers


def is_own_origin(headers: Headers, origin: str) -> bool:
    """Return whether the request names exactly our origin, once."""
    given = headers.getlist("origin")
    return len(given) == 1 and given[0] == origin
