from __future__ import annotations

from concierge.server.app import API
from concierge.server.entering import STRANGERS
from concierge.server.pages_api import FAULTS, security_of
from tests.server.front import Front


async def test_the_document_names_every_call_with_its_act(front: Front) -> None:
    document = (await front.browser().get("/api/openapi.json")).json()
    assert document["openapi"].startswith("3.1")
    said = {
        (method.upper(), path, operation["x-act"])
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    }
    assert said == {(door.method, door.path, door.need.value) for door in API}
    schemes = document["components"]["securitySchemes"]
    assert schemes["key"]["scheme"] == "bearer"
    assert (schemes["sign_in"]["name"], schemes["csrf"]["name"]) == ("concierge_sign_in", "X-CSRF")
    for door in API:
        shown = document["paths"][door.path][door.method.lower()]["security"]
        assert shown == security_of(door)
        assert {name for way in shown for name in way} <= set(schemes)
        assert shown or door.need in STRANGERS


def test_what_a_call_shows_follows_from_its_door() -> None:
    shown = {f"{door.method} {door.path}": security_of(door) for door in API}
    assert shown["GET /api/v1/tickets"] == [{"key": []}, {"sign_in": []}]
    assert shown["POST /api/v1/tickets"] == [{"key": []}, {"sign_in": [], "csrf": []}]
    assert shown["POST /api/v1/account/keys"] == [{"sign_in": [], "csrf": []}]
    assert shown["GET /api/v1/receipt"] == [{"receipt": []}]
    assert shown["POST /api/v1/join"] == []


async def test_every_call_says_what_it_takes_gives_and_refuses(front: Front) -> None:
    document = (await front.browser().get("/api/openapi.json")).json()
    for door in API:
        operation = document["paths"][door.path][door.method.lower()]
        answers = operation["responses"]
        assert str(door.status) in answers, door.line
        if door.status == 204:
            assert "content" not in answers["204"], door.line
        for code in FAULTS:
            assert answers[str(code)]["content"]["application/json"]["schema"]["$ref"].endswith("/Fault")
        if "requestBody" in operation:
            assert operation["requestBody"]["required"], door.line


async def test_people_can_read_it_without_scripts_from_elsewhere(front: Front) -> None:
    page = await front.browser().get("/api/docs")
    assert "POST /api/v1/invites" in page.text
    assert "https://" not in page.text
