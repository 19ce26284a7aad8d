"""The front door: every address there is, what it needs, and the application made of them.

Read DOORS: that is all of it. A route that is not in the table does not exist, and one that says nothing of what it
needs stops the start (routing.check_declared). The table is compared with a reviewed one (tests/server/routes.golden).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from asgi_cross_origin_protection import CrossOriginProtection
from fastapi import Depends, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket

from concierge.domain.access import Act
from concierge.domain.errors import ConciergeError, Refused
from concierge.server import (
    alarms,
    api_desk,
    api_evidence,
    api_invites,
    api_sessions,
    api_words,
    auditor_link_routes,
    between_routes,
    custody_routes,
    finding,
    invite_tending,
    leaving,
    own_routes,
    pages_account,
    pages_api,
    pages_console,
    pages_desk,
    pages_evidence,
    pages_invites,
    pages_public,
    pages_session,
    pages_sign_in,
    pages_ticket,
    people,
    phone_routes,
    portraits,
    probes,
    replay_routes,
    report_routes,
    watching_routes,
)
from concierge.server.assets import Assets, VersionedLinks
from concierge.server.connection_probe import connection_test
from concierge.server.cookies import Cookies
from concierge.server.entering import come_again, enter, keep_visit, to_sign_in
from concierge.server.errors import Elsewhere, answer, shut_of
from concierge.server.headers import SecureHeaders
from concierge.server.house import PRODUCT, House
from concierge.server.limits import Limits, OwnPlace
from concierge.server.routing import Door, Open, check_declared
from concierge.server.settings import ServerSettings
from concierge.server.sockets import session_socket
from concierge.server.throttles import Gate
from concierge.services.accounts import Accounts
from concierge.services.api_keys import ApiKeys
from concierge.services.auditor_links import AuditorLinks
from concierge.services.checkpoints import Checkpoints
from concierge.services.exporting import Exports
from concierge.services.keeping import Keeping
from concierge.services.key_watch import KeyWatch
from concierge.services.phones import Phones
from concierge.services.portraits import Portraits
from concierge.services.registry import Registry
from concierge.services.replays import Replays
from concierge.services.reporting import Reporting
from concierge.services.shift_port import Cares
from concierge.services.shifts import Shifts
from concierge.services.storing import Storing
from concierge.services.throttle_port import Throttle
from concierge.services.tools import Tools
from concierge.services.watching import Watching
from concierge.shipped import STATIC

VERSION = "1"

PAGES: tuple[Door, ...] = (
    # --- anybody: the customer's and the vendor's way in ---
    Door("GET", "/", pages_public.portal, Open.ANYONE),
    Door("GET", "/join", pages_public.to_portal, Open.ANYONE),
    Door("POST", "/join", pages_public.join_code, Open.ANYONE, rest=("POST /api/v1/join",)),
    Door("GET", "/join/{secret}", pages_public.join_landing, Open.LINK),
    Door("POST", "/join/{secret}", pages_public.join_link, Open.LINK, rest=("POST /api/v1/join",)),
    Door("GET", "/session/{session_id}", pages_session.customer, Open.SEAT),
    *phone_routes.PAGES,
    Door("GET", "/vendor/{session_id}", pages_session.vendor, Open.SEAT),
    Door("GET", "/receipts/{secret}", pages_session.receipt, Open.LINK),
    Door("GET", "/receipts/{secret}/signed", pages_session.signed_receipt, Open.LINK),
    Door("GET", "/invite/{secret}", pages_invites.landing, Open.LINK),
    Door("POST", "/invite/{secret}/redeem", pages_invites.redeem, Open.LINK, rest=("POST /api/v1/redeem",)),
    Door("POST", "/language", pages_account.language, Open.ANYONE, rest=("PUT /api/v1/preferences",)),
    # --- signing in and out ---
    Door("GET", "/sign-in", pages_sign_in.sign_in_form, Open.ANYONE),
    Door("POST", "/sign-in", pages_sign_in.sign_in, Open.ANYONE, rest=("POST /api/v1/sign-in",)),
    Door("POST", "/sign-in/totp", pages_sign_in.sign_in_totp, Open.ANYONE, rest=("POST /api/v1/sign-in",)),
    Door("GET", "/enter/{secret}", pages_sign_in.enter_landing, Open.LINK),
    Door("POST", "/enter/{secret}", pages_sign_in.enter, Open.LINK, rest=("POST /api/v1/sign-in/link",)),
    Door("POST", "/sign-out", pages_sign_in.sign_out, Open.ANYONE, rest=("DELETE /api/v1/sign-in",)),
    # --- the desk ---
    Door("GET", "/desk", pages_desk.desk, Act.VIEW_DESK),
    Door(
        "POST",
        "/desk/help-now",
        pages_desk.help_now,
        Act.CREATE_TICKET,
        rest=("POST /api/v1/tickets", "POST /api/v1/sessions"),
    ),
    Door("GET", "/tickets/{ticket_id}", pages_ticket.ticket, Act.VIEW_TICKET, finding.ticket),
    Door(
        "POST",
        "/tickets/{ticket_id}/notes",
        pages_ticket.note,
        Act.NOTE_TICKET,
        finding.ticket,
        rest=("POST /api/v1/tickets/{ticket_id}/notes",),
    ),
    Door(
        "POST",
        "/tickets/{ticket_id}/sessions",
        pages_ticket.start,
        Act.OPEN_SESSION,
        finding.ticket,
        rest=("POST /api/v1/sessions",),
    ),
    Door("GET", "/search", pages_desk.search, Act.SEARCH),
    Door(
        "GET", "/sessions/{session_id}", pages_console.console, Act.JOIN_SESSION, finding.console, hidden=True
    ),
    *between_routes.PAGES,
    # --- invites ---
    Door("GET", "/invites", pages_invites.invites, Act.VIEW_INVITES),
    Door("GET", "/invites/new", pages_invites.new, Act.VIEW_INVITES),
    Door(
        "POST",
        "/invites",
        pages_invites.create,
        Act.CREATE_INVITE,
        finding.ticket_named,
        rest=("POST /api/v1/invites",),
    ),
    Door(
        "POST",
        "/invites/{invite_id}/revoke",
        pages_invites.revoke,
        Act.REVOKE_INVITE,
        finding.invite,
        rest=("POST /api/v1/invites/{invite_id}/revoke",),
    ),
    # --- evidence ---
    Door("GET", "/recordings", pages_evidence.recordings, Act.FIND_RECORDINGS),
    Door(
        "GET",
        "/recordings/{recording_id}",
        pages_evidence.replay,
        Act.REPLAY_RECORDING,
        finding.recording,
        hidden=True,
    ),
    *auditor_link_routes.PAGES,
    *report_routes.PAGES,
    *replay_routes.PAGES,
    *watching_routes.PAGES,
    *alarms.PAGES,
    *invite_tending.PAGES,
    *leaving.PAGES,
    *custody_routes.PAGES,
    # --- oneself ---
    Door("GET", "/account", pages_account.account, Act.MANAGE_OWN_ACCOUNT, finding.account),
    Door("POST", "/account/theme", pages_account.theme, Open.SIGNED_IN, rest=("PUT /api/v1/preferences",)),
    Door(
        "POST",
        "/account/sign-ins/end-others",
        pages_account.end_others,
        Act.MANAGE_OWN_ACCOUNT,
        finding.account,
        rest=("DELETE /api/v1/account/sign-ins",),
    ),
    Door(
        "POST",
        "/account/sign-ins/{sign_in_id}/end",
        pages_account.end_sign_in,
        Act.MANAGE_OWN_ACCOUNT,
        finding.account,
        rest=("DELETE /api/v1/account/sign-ins/{sign_in_id}",),
    ),
    Door(
        "POST",
        "/account/password",
        pages_account.change_password,
        Act.MANAGE_OWN_ACCOUNT,
        finding.account,
        rest=("PUT /api/v1/account/password",),
    ),
    Door(
        "POST",
        "/account/totp/start",
        pages_account.totp_start,
        Act.MANAGE_OWN_ACCOUNT,
        finding.account,
        rest=("POST /api/v1/account/totp/start",),
    ),
    Door(
        "POST",
        "/account/totp/confirm",
        pages_account.totp_confirm,
        Act.MANAGE_OWN_ACCOUNT,
        finding.account,
        rest=("POST /api/v1/account/totp/confirm",),
    ),
    Door(
        "POST",
        "/account/totp/remove",
        pages_account.totp_remove,
        Act.MANAGE_OWN_ACCOUNT,
        finding.account,
        rest=("POST /api/v1/account/totp/remove",),
    ),
    Door(
        "POST",
        "/account/keys",
        pages_account.issue_key,
        Act.ISSUE_API_KEY,
        finding.account,
        rest=("POST /api/v1/account/keys",),
    ),
    Door(
        "POST",
        "/account/keys/{key_id}/revoke",
        pages_account.revoke_key,
        Act.ISSUE_API_KEY,
        finding.account,
        rest=("DELETE /api/v1/account/keys/{key_id}",),
    ),
    *portraits.PAGES,
    # --- the people of the desk ---
    *people.PAGES,
    # --- machines ---
    Door("GET", "/api/docs", pages_api.docs, Open.ANYONE),
    Door("GET", "/api/openapi.json", pages_api.openapi, Open.ANYONE),
    Door("GET", "/healthz", probes.healthz, Open.PROBE),
    Door("GET", "/readyz", probes.readyz, Open.PROBE),
    Door("GET", "/metrics", probes.metrics, Open.PROBE),
)

API: tuple[Door, ...] = (
    Door("GET", "/api/v1/me", api_desk.me, Open.IDENTITY),
    Door("GET", "/api/v1/tickets", api_desk.tickets, Act.VIEW_DESK),
    Door("POST", "/api/v1/tickets", api_desk.create_ticket, Act.CREATE_TICKET, status=201),
    Door("GET", "/api/v1/tickets/{ticket_id}", api_desk.ticket, Act.VIEW_TICKET, finding.ticket),
    Door(
        "POST",
        "/api/v1/tickets/{ticket_id}/notes",
        api_desk.note,
        Act.NOTE_TICKET,
        finding.ticket,
        status=201,
    ),
    Door("GET", "/api/v1/search", api_desk.search, Act.SEARCH),
    Door("GET", "/api/v1/hosts", api_desk.hosts, Act.VIEW_DESK),
    Door("GET", "/api/v1/companies", api_desk.companies, Act.VIEW_INVITES),
    Door("GET", "/api/v1/sessions", api_sessions.sessions, Act.VIEW_SESSIONS),
    Door(
        "POST", "/api/v1/sessions", api_sessions.open_one, Act.OPEN_SESSION, finding.ticket_named, status=201
    ),
    Door("GET", "/api/v1/sessions/{session_id}", api_sessions.session, Act.VIEW_SESSIONS),
    Door(
        "POST",
        "/api/v1/sessions/{session_id}/code",
        api_sessions.code,
        Act.HOST_SESSION,
        finding.session,
        hidden=True,
    ),
    Door(
        "POST",
        "/api/v1/sessions/{session_id}/messages",
        api_sessions.message,
        Act.JOIN_SESSION,
        finding.session,
        hidden=True,
    ),
    Door("GET", "/api/v1/invites", api_invites.invites, Act.VIEW_INVITES),
    Door("POST", "/api/v1/invites", api_invites.create, Act.CREATE_INVITE, finding.ticket_named, status=201),
    Door("GET", "/api/v1/invites/{invite_id}", api_invites.invite, Act.VIEW_INVITES),
    Door("POST", "/api/v1/invites/{invite_id}/revoke", api_invites.revoke, Act.REVOKE_INVITE, finding.invite),
    Door("GET", "/api/v1/recordings", api_evidence.recordings, Act.FIND_RECORDINGS),
    Door(
        "GET",
        "/api/v1/recordings/{recording_id}",
        api_evidence.recording,
        Act.REPLAY_RECORDING,
        finding.recording,
        hidden=True,
    ),
    *between_routes.API,
    *auditor_link_routes.API,
    *report_routes.API,
    *replay_routes.API,
    *watching_routes.API,
    *alarms.API,
    *invite_tending.API,
    *leaving.API,
    *custody_routes.API,
    *portraits.API,
    *people.API,
    *own_routes.API,
    Door("GET", "/api/v1/audit", api_evidence.audit, Act.VIEW_AUDIT_LOG),
)

SOCKETS: tuple[Door, ...] = (
    Door("WS", "/ws/sessions/{session_id}", session_socket, Open.SOCKET),
    Door("WS", "/ws/connection-test", connection_test, Open.LINK),
    *phone_routes.SOCKETS,
)
MOUNTS = ("/static",)
DOORS: tuple[Door, ...] = (*PAGES, *API, *SOCKETS)


def build_app(
    tools: Tools,
    registry: Registry,
    accounts: Accounts,
    settings: ServerSettings,
    *,
    api_keys: ApiKeys,
    portraits: Portraits,
    throttle: Throttle,
    replays: Replays,
    watching: Watching,
    keeping: Keeping,
    cares: Cares,
    exports: Exports,
    reporting: Reporting,
    auditor_links: AuditorLinks,
    key_watch: KeyWatch,
    storing: Storing | None = None,
    checkpoints: Checkpoints | None = None,
    more_pages: Sequence[Door] = (),
) -> FastAPI:
    """Return the application. Raises UndeclaredRoute. It starts nothing: registry and ports are the caller's."""
    links = VersionedLinks(settings.base, STATIC)
    house = House(
        tools=tools,
        registry=registry,
        accounts=accounts,
        keys=api_keys,
        portraits=portraits,
        replays=replays,
        watching=watching,
        keeping=keeping,
        exports=exports,
        reporting=reporting,
        auditor_links=auditor_links,
        key_watch=key_watch,
        gate=Gate(throttle, tools.clock),
        settings=settings,
        links=links,
        cookies=Cookies(settings),
        storing=storing,
        checkpoints=checkpoints,
        phones=Phones(tools, registry),
        shifts=Shifts(tools, registry, cares),
    )
    app = FastAPI(title=PRODUCT, version=VERSION, openapi_url=None, docs_url=None, redoc_url=None)
    app.state.house = house
    # It would answer with an address made of the Host header.
    app.router.redirect_slashes = False
    _add_faults(app)
    for door in (*PAGES, *more_pages):
        app.router.routes.append(Route(door.path, _page(house, door), methods=[door.method]))
    for door in API:
        _add_api(app, house, door)
    for door in SOCKETS:
        app.router.routes.append(WebSocketRoute(door.path, _socket(house, door)))
    app.router.routes.append(Mount("/static", Assets(STATIC)))
    check_declared(app.routes, (*DOORS, *more_pages), MOUNTS)
    _wrap(app, settings)
    return app


def _wrap(app: FastAPI, settings: ServerSettings) -> None:
    """What a request passes before it meets a route; the last one added is the first one met."""
    app.add_middleware(CrossOriginProtection, allowed_origins=[settings.origin], deny_app=_foreign)
    app.add_middleware(OwnPlace, settings=settings)
    app.add_middleware(Limits)
    app.add_middleware(SecureHeaders, settings=settings)


async def _foreign(scope: Scope, receive: Receive, send: Send) -> None:
    """A form sent from another site changes nothing; whoever was sent here reads that in words."""
    response = await answer(Request(scope, receive), Refused("cross_site", "sent from another site"))
    await response(scope, receive, send)


def _page(house: House, door: Door) -> Callable[[Request], Awaitable[Response]]:
    async def page(request: Request) -> Response:
        try:
            again = come_again(house, door, request)
            if again is not None:
                return again
            response: Response = await door.endpoint(await enter(house, door, request))
        except Elsewhere as elsewhere:
            return RedirectResponse(elsewhere.path, 303)
        except Exception as error:  # noqa: BLE001 - answered here, so that no server page or log shows it raw
            shut = shut_of(error)
            if shut is not None and shut.status == 401:
                return to_sign_in(house, request)
            return await answer(request, error)
        finally:
            # A form's file lies on the disk until it is closed.
            await request.close()
        keep_visit(request, house, response)
        return response

    return page


def _add_api(app: FastAPI, house: House, door: Door) -> None:
    async def let_in(request: Request) -> None:
        request.state.asked = await enter(house, door, request)

    app.add_api_route(
        door.path,
        door.endpoint,
        methods=[door.method],
        status_code=door.status,
        dependencies=[Depends(let_in)],
        responses={code: {"model": api_words.Fault} for code in pages_api.FAULTS},
        operation_id=f"{door.endpoint.__module__.rpartition('api_')[2]}_{door.endpoint.__name__}",
        tags=[door.path.split("/")[3]],
        openapi_extra={
            "x-act": door.need.value,
            "security": pages_api.security_of(door),
            **(portraits.TAKEN if door.uploads else {}),
        },
    )
    route = app.router.routes[-1]
    if isinstance(route, APIRoute):
        route.app = _guarded(route.app)


def _guarded(inner: ASGIApp) -> ASGIApp:
    """Answer what nobody expected here, so that no framework page and no second log line shows it."""

    async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def noting_send(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await inner(scope, receive, noting_send)
        except (ConciergeError, HTTPException, RequestValidationError):
            raise
        except Exception as error:
            if begun:
                raise
            await (await answer(Request(scope, receive), error))(scope, receive, send)

    return guarded


def _socket(house: House, door: Door) -> Callable[[WebSocket], Awaitable[None]]:
    async def socket(websocket: WebSocket) -> None:
        await door.endpoint(house, websocket)

    return socket


def _add_faults(app: FastAPI) -> None:
    async def invalid(request: Request, error: Exception) -> Response:
        """Say which field, never what stood in it."""
        if not isinstance(error, RequestValidationError):
            return await answer(request, error)
        places = [".".join(str(part) for part in fault["loc"]) for fault in error.errors()]
        text = ", ".join(
            f"{place}: {fault['msg']}" for place, fault in zip(places, error.errors(), strict=True)
        )
        return JSONResponse({"code": "bad_input", "text": text[:1000]}, 422)

    for kind in (ConciergeError, HTTPException, Exception):
        app.add_exception_handler(kind, answer)
    app.add_exception_handler(RequestValidationError, invalid)
