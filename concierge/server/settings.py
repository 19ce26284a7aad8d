"""What the front door needs to know about the place it stands in. Values only; config.py fills them in once.

Rule: the public URL is the only source of every address we hand out; what a request's Host says is checked, never used.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from concierge.domain.errors import BadInput

_BASE = re.compile(r"\A(/[A-Za-z0-9._~-]+)*\Z")
_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """`public_url` as people type it, with an optional base path and no slash at the end: "https://desk.example/help".

    `listen_port` 0 takes any free port. `trusted_hosts` are further host names under which the server may be asked
    (a health check by address); `time_zone` is shown to readers whose browser has not told its own.
    `demo` says on every page of the desk that nothing here is real. Raises BadInput when the URL is not one.
    """

    public_url: str
    listen_host: str = "127.0.0.1"
    listen_port: int = 8080
    cert_file: Path | None = None
    key_file: Path | None = None
    trusted_hosts: tuple[str, ...] = ()
    proxies: tuple[str, ...] = ()
    time_zone: str = "UTC"
    demo: bool = False

    def __post_init__(self) -> None:
        parts = urlsplit(self.public_url)
        if parts.scheme not in _DEFAULT_PORTS or not parts.hostname or parts.username is not None:
            raise BadInput(f"the public URL must look like https://desk.example.org, not {self.public_url!r}")
        if parts.query or parts.fragment or not _BASE.match(parts.path):
            raise BadInput("the public URL ends with a plain path and no slash")
        if (self.cert_file is None) != (self.key_file is None):
            raise BadInput("a certificate file needs its key file, and the other way round")

    @property
    def base(self) -> str:
        """The base path: "" at the root of a host, else "/help"."""
        return urlsplit(self.public_url).path

    @property
    def https(self) -> bool:
        """Whether people reach us over https."""
        return urlsplit(self.public_url).scheme == "https"

    @property
    def host(self) -> str:
        """The public host name, lower case, without the port."""
        return urlsplit(self.public_url).hostname or ""

    @property
    def origin(self) -> str:
        """The one origin our pages have, as browsers write it (RFC 6454 section 6.2)."""
        parts = urlsplit(self.public_url)
        host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
        port = "" if parts.port in (None, _DEFAULT_PORTS[parts.scheme]) else f":{parts.port}"
        return f"{parts.scheme}://{host}{port}"

    @property
    def local(self) -> bool:
        """Whether the public host is this machine, where browsers share a screen without https."""
        return self.host in ("localhost", "127.0.0.1", "::1") or self.host.endswith(".localhost")

    @property
    def can_share(self) -> bool:
        """Whether browsers will share a screen from our pages: a secure context."""
        return self.https or self.local
