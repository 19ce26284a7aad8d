from __future__ import annotations

import pytest
from fastapi import FastAPI
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.websockets import WebSocket

from concierge.domain.access import Act
from concierge.domain.errors import Refused
from concierge.server import finding
from concierge.server.app import DOORS
from concierge.server.asked import Asked
from concierge.server.errors import Shut
from concierge.server.routing import Door, Open, UndeclaredRoute, check_declared, table
from tests.server.front import Front


async def endpoint(asked: Asked) -> Response:
    return PlainTextResponse(asked.person.name)


async def socket(websocket: WebSocket) -> None:
    await websocket.close()


def test_a_route_nobody_declared_stops_the_start() -> None:
    stray = [Route("/stray", endpoint), WebSocketRoute("/stray", socket), Mount("/stray", FastAPI())]
    for route in stray:
        with pytest.raises(UndeclaredRoute, match="/stray"):
            check_declared([route], DOORS, ("/static",))


def test_a_further_method_has_to_be_declared_too() -> None:
    doors = [Door("GET", "/x", endpoint, Open.ANYONE)]
    check_declared([Route("/x", endpoint, methods=["GET"])], doors, ())
    with pytest.raises(UndeclaredRoute, match="DELETE /x"):
        check_declared([Route("/x", endpoint, methods=["GET", "DELETE"])], doors, ())


def test_frameworks_own_pages_are_no_exception() -> None:
    with pytest.raises(UndeclaredRoute):
        check_declared(FastAPI().routes, DOORS, ("/static",))


def test_a_line_of_the_table_says_what_is_needed() -> None:
    assert Door("GET", "/desk", endpoint, Act.VIEW_DESK).line.split() == [
        "GET",
        "/desk",
        "view_desk",
        "on",
        "desk",
    ]
    assert table([Door("GET", "/x", endpoint, Open.ANYONE)]).endswith("(anyone)\n")


async def test_a_door_lets_nobody_in_whom_the_policy_refuses(front: Front) -> None:
    auditor = await front.signed_in(front.auditor)
    assert (await auditor.get("/desk")).status_code == 403
    assert (await auditor.get("/recordings")).status_code == 200


async def test_a_hidden_door_is_not_there_for_whom_it_is_not_open(front: Front) -> None:
    live = await front.desk.open()
    ben = await front.signed_in(front.desk.ben)
    absent = await ben.get("/sessions/ses_" + "z" * 26)
    foreign = await ben.get(f"/sessions/{live.decided.id}")
    assert (foreign.status_code, absent.status_code) == (404, 404)
    assert foreign.text == absent.text


async def test_a_missing_identity_is_asked_to_sign_in() -> None:
    door = Door("GET", "/desk", endpoint, Act.VIEW_DESK, finding.desk)

    class Nobody:
        identity = None

        def require(self, *, browser: bool) -> None:
            raise Shut(401 if not browser else 403)

    for need, status in ((Act.VIEW_DESK, 401), (Open.SIGNED_IN, 403), (Open.IDENTITY, 401)):
        with pytest.raises(Shut) as raised:
            await Door(door.method, door.path, endpoint, need).check(Nobody())  # type: ignore[arg-type]
        assert raised.value.status == status
    assert Refused("x", "y").code == "x"
