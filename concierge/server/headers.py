"""Response headers: what browsers may do with our pages. One policy for every answer, made with `secure`.

Rules: no inline script, no inline style, nothing from elsewhere; scripts cannot turn text into markup (Trusted Types);
nobody frames us; nothing personal is kept by a cache. A route may set Cache-Control itself (static files).
Addresses are told to nobody but ourselves. "no-referrer" would make a form over plain http say `Origin: null`, like a
form of a stranger (Fetch, "append a request Origin header"), and no form could be sent there.
"""

from __future__ import annotations

from secure import Secure
from secure.headers import (
    CacheControl,
    ContentSecurityPolicy,
    CrossOriginOpenerPolicy,
    CrossOriginResourcePolicy,
    PermissionsPolicy,
    ReferrerPolicy,
    StrictTransportSecurity,
    XContentTypeOptions,
    XFrameOptions,
)
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from concierge.server.settings import ServerSettings

HSTS_S = 365 * 24 * 60 * 60
OFF = ("camera", "geolocation", "payment", "usb", "serial", "bluetooth", "midi", "hid")

CAMERA_ALONE = ", ".join(
    ["camera=(self)", *(f"{feature}=()" for feature in ("microphone", "display-capture", *OFF[1:]))]
)
"""Permissions-Policy of the phone's page: its camera, and neither a microphone nor a screen."""


def headers_of(settings: ServerSettings) -> tuple[tuple[str, str], ...]:
    """Return the headers of every answer."""
    socket = settings.origin.replace("http", "ws", 1)
    policy = (
        ContentSecurityPolicy()
        .default_src("'none'")
        .script_src("'self'")
        .style_src("'self'")
        .img_src("'self'", "data:", "blob:")
        .media_src("'self'", "blob:", "mediastream:")
        .font_src("'self'")
        .connect_src("'self'", socket)
        .worker_src("'self'")
        .manifest_src("'self'")
        .form_action("'self'")
        .base_uri("'none'")
        .frame_ancestors("'none'")
        .require_trusted_types_for("'script'")
        .trusted_types("'none'")
    )
    permissions = (
        PermissionsPolicy().add_directive("display-capture", "self").add_directive("microphone", "self")
    )
    for feature in OFF:
        permissions = permissions.add_directive(feature)
    built = Secure(
        csp=policy,
        permissions=permissions,
        referrer=ReferrerPolicy().same_origin(),
        xcto=XContentTypeOptions().nosniff(),
        xfo=XFrameOptions().deny(),
        coop=CrossOriginOpenerPolicy().same_origin(),
        corp=CrossOriginResourcePolicy().same_origin(),
        cache=CacheControl().no_store(),
        hsts=StrictTransportSecurity().max_age(HSTS_S) if settings.https else None,
    )
    return tuple((name, value) for name, value in built.header_items())


class SecureHeaders:
    """Adds the headers to every answer, also to those of other middleware; what an answer says itself stands."""

    def __init__(self, app: ASGIApp, settings: ServerSettings) -> None:
        self._app = app
        self._headers = headers_of(settings)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers:
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, send_with_headers)
