"""Static files: addresses that name a version, so that browsers may keep what cannot change.

Rule: only files below web/static are served; `?v=` is the first half of the file's SHA-256.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from concierge.server.views.links import Links

VERSION_CHARS = 16


@dataclass(frozen=True, slots=True)
class VersionedLinks(Links):
    """Addresses of pages, and of static files with their version."""

    folder: Path = Path()
    _known: dict[str, tuple[float, str]] = field(default_factory=dict)

    def static(self, file: str) -> str:
        """Return the versioned path of a static file; a file that is not there (not built yet) has no version."""
        version = self.version(file)
        # Not super(): a frozen dataclass with slots is another class than the one the call was compiled in.
        path = Links.static(self, file)
        return f"{path}?v={version}" if version else path

    def version(self, file: str) -> str:
        """Return the version of a file, or "" when there is none."""
        path = self.folder / file
        try:
            changed = path.stat().st_mtime
            known = self._known.get(file)
            if known is None or known[0] != changed:
                digest = hashlib.sha256(path.read_bytes()).hexdigest()[:VERSION_CHARS]
                known = self._known[file] = (changed, digest)
        except (OSError, ValueError):
            return ""
        return known[1]


class Assets(StaticFiles):
    """The files below web/static."""

    def __init__(self, folder: Path) -> None:
        super().__init__(directory=folder, check_dir=False)

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return the file; one asked for by its version may be kept for good, any other is asked for again."""
        response = await super().get_response(path, scope)
        versioned = b"v=" in scope.get("query_string", b"")
        kept = "public, max-age=31536000, immutable" if versioned else "no-cache"
        response.headers["Cache-Control"] = kept
        return response
