"""What goes wrong, in plain words: one table from every kind of no to a status, and a page or JSON that says it.

Rule: the same no looks the same whatever is behind it; nothing of ours (a code, a stack, an id that exists) is shown
to somebody who may not know it. What nobody expected gets a reference that finds the line in our log.
"""

from __future__ import annotations

from typing import Literal, cast, get_args

import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from concierge.domain import limits
from concierge.domain.errors import BadIdentifier, BadInput, ConciergeError, EvidenceUnavailable, Refused
from concierge.domain.refusals import N_, UNKNOWN_REFUSAL, sentence_for
from concierge.server.fault_page import fault_page
from concierge.server.throttles import TooManyTries
from concierge.services.ports import StoreUnavailable
from concierge.wire.codec import WireError

_log = structlog.get_logger(__name__)

Status = Literal[400, 403, 404, 409, 410, 413, 422, 429, 500, 503]

CONFLICTS = frozenset(
    {
        "session_open_already",
        "customer_already_here",
        "not_now",
        "session_ended",
        "session_not_open",
        "session_full",
        "handover_open",
        "question_closed",
        "too_many_keys",
        "held_already",
        "not_held",
        "recording_erased",
        "recording_held",
        "recording_open",
        "recording_closed",
        "enough_watchers",
    }
)
WAITS_S = {
    "disk_full": 60,
    "exports_busy": 60,
    "pictures_busy": 60,
    "sign_in_locked": limits.SIGN_IN_LOCK_MS // 1000,
}
WORDS: dict[int, str] = {
    400: N_("We did not understand that"),
    401: N_("Please sign in."),
    403: N_("This is not open to you"),
    404: N_("There is nothing here"),
    405: N_("This address does not take that method."),
    409: N_("Somebody was faster"),
    410: N_("This is over"),
    413: N_("That was too much at once"),
    415: N_("Please send JSON."),
    422: N_("Something is missing"),
    429: N_("A little slower, please"),
    431: N_("Too many or too long headers."),
    500: N_("That is our fault"),
    503: N_("We are not ready yet"),
}


class Shut(ConciergeError):
    """A request that goes no further, with the status that says why. `code` is what the API answers."""

    def __init__(self, status: int, code: str = "", wait_seconds: int | None = None) -> None:
        super().__init__(f"{status} {code}".strip())
        self.status = status
        self.code = code or CODES.get(status, "refused")
        self.wait_seconds = wait_seconds


class Elsewhere(ConciergeError):
    """What is asked for is at another address of ours."""

    def __init__(self, path: str) -> None:
        super().__init__("elsewhere")
        self.path = path


CODES: dict[int, str] = {
    400: "bad_request",
    401: "sign_in_first",
    403: "not_permitted",
    404: "not_found",
    405: "method_not_allowed",
    409: "conflict",
    410: "gone",
    413: "too_large",
    415: "not_json",
    422: "bad_input",
    429: "too_many_tries",
    500: "our_fault",
    503: "not_ready",
}


def shut_of(error: Exception) -> Shut | None:
    """Return how an error of ours is answered; None for one that nobody expected."""
    match error:
        case Shut():
            return error
        case Refused(code=code):
            return Shut(status_of_refusal(code), code, WAITS_S.get(code))
        case BadIdentifier():
            return Shut(404)
        case BadInput() | WireError():
            return Shut(422)
        case StoreUnavailable() | EvidenceUnavailable():
            kind = "store" if isinstance(error, StoreUnavailable) else "evidence"
            return Shut(503, f"{kind}_unavailable", 5)
        case HTTPException(status_code=status):
            return Shut(status)
        case TooManyTries(wait_seconds=wait):
            return Shut(429, wait_seconds=wait)
        case _:
            return None


def status_of_refusal(code: str) -> int:
    """Return the status of a refusal by the core, a use case or a policy."""
    if code.startswith("no_such_") or code in ("invite_unknown", "pairing_unknown", "link_not_good"):
        return 404
    if code in ("invite_expired", "invite_revoked", "invite_redeemed", "invite_locked", "recording_erased"):
        return 410
    if code == "disk_full":
        return 503
    if code in WAITS_S:
        return 429
    if code == "picture_too_large":
        return 413
    if code in ("picture_too_many_pixels", "not_a_picture", "no_picture"):
        return 422
    if code in CONFLICTS or code == "invite_not_yet" or code.startswith("already_"):
        return 409
    return 403


async def answer(request: Request, error: Exception) -> Response:
    """Answer a request that failed: JSON below /api, a page elsewhere."""
    shut = shut_of(error)
    reference = None
    if shut is None:
        reference = reference_of(request)
        _log.exception("request_failed", reference=reference, place=place_of(request), exc_info=error)
        shut = Shut(500)
    headers = {"Retry-After": str(shut.wait_seconds)} if shut.wait_seconds else {}
    if shut.status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="Concierge"'
    if is_api(request):
        return JSONResponse(document_of(request, shut, error, reference), shut.status, headers)
    return page_of(request, shut, reference, headers)


def is_api(request: Request) -> bool:
    """Whether a program asked."""
    path: str = request.scope.get("path", "")
    return path.removeprefix(request.scope.get("root_path", "")).startswith("/api/")


def place_of(request: Request) -> str:
    """Return the beginning of the path: what follows may be a secret (a link), and a log is no place for it."""
    path: str = request.scope.get("path", "")
    return "/" + path.removeprefix(request.scope.get("root_path", "")).split("/")[1] if "/" in path else ""


def reference_of(request: Request) -> str:
    """Return a number that finds this request in the log; it means nothing else."""
    house = getattr(request.app.state, "house", None)
    return house.tools.mint.digits(8) if house is not None else ""


def document_of(request: Request, shut: Shut, error: Exception, reference: str | None) -> dict[str, str]:
    """Return what a program reads: a stable code and a sentence in its language."""
    asked = getattr(request.state, "reader", None)
    sentence = (
        str(error) if isinstance(error, BadInput | WireError) else WORDS.get(shut.status, UNKNOWN_REFUSAL)
    )
    if isinstance(error, Refused):
        sentence = sentence_for(error.code)
    text = asked.gettext(sentence) if asked is not None else sentence
    return {"code": shut.code, "text": text} | ({"reference": reference} if reference else {})


def page_of(request: Request, shut: Shut, reference: str | None, headers: dict[str, str]) -> Response:
    """Return the page that says it."""
    known = cast("Status", shut.status if shut.status in get_args(Status) else 400)
    body = fault_page(request, known, reference, shut.wait_seconds)
    return HTMLResponse(body, shut.status, headers)
