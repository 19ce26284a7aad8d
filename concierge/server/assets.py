"""Static files: addresses that name a version, so that browsers may keep what cannot change.

Rule: only files below web/static are served; `?v=` is the first half of the file's SHA-256. They are the only answers
that are compressed: they are the same for everybody, so their length tells nobody anything (pages carry secrets beside
what a stranger may have chosen: BREACH).
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import cast

from starlette.datastructures import Headers
from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from concierge.server.views.links import Links

VERSION_CHARS = 16
GZIP_LEVEL = 9
TEXT = (".css", ".js", ".json", ".svg")


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
    """The files below web/static; text is sent compressed to whoever takes it so."""

    def __init__(self, folder: Path) -> None:
        super().__init__(directory=folder, check_dir=False)
        self._packed: dict[str, tuple[str, bytes]] = {}

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Return the file; one asked for by its version may be kept for good, any other is asked for again."""
        response = await super().get_response(path, scope)
        versioned = b"v=" in scope.get("query_string", b"")
        kept = "public, max-age=31536000, immutable" if versioned else "no-cache"
        response.headers["Cache-Control"] = kept
        if not path.endswith(TEXT):
            return response
        response.headers["Vary"] = "Accept-Encoding"
        takes = Headers(scope=scope).get("accept-encoding", "")
        plain = isinstance(response, FileResponse) and response.status_code == HTTPStatus.OK
        # A part of a file is a part of the file as it is.
        if not plain or scope["method"] != "GET" or "gzip" not in takes or "range" in Headers(scope=scope):
            return response
        return await self._compressed(cast("FileResponse", response))

    async def _compressed(self, response: FileResponse) -> Response:
        """Return the same answer, compressed; each file is compressed once and kept while it stays as it is."""
        place, tag = str(response.path), response.headers.get("etag", "")
        known = self._packed.get(place)
        if known is None or known[0] != tag:
            content = await asyncio.to_thread(_packed, Path(place))
            known = self._packed[place] = (tag, content)
        headers = {
            name: value
            for name, value in response.headers.items()
            if name in ("cache-control", "last-modified", "vary")
        }
        # Another representation is another entity (RFC 9110 section 8.8.3); a weak tag names both.
        headers |= {"Content-Encoding": "gzip", "ETag": f"W/{tag}"}
        return Response(known[1], headers=headers, media_type=response.media_type)


def _packed(path: Path) -> bytes:
    return gzip.compress(path.read_bytes(), GZIP_LEVEL, mtime=0)
