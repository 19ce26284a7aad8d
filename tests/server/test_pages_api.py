from __future__ import annotations

from concierge.server.app import API
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
    assert document["components"]["securitySchemes"]["key"]["scheme"] == "bearer"
    assert all(
        operation["security"]
        for operations in document["paths"].values()
        for operation in operations.values()
    )


async def test_people_can_read_it_without_scripts_from_elsewhere(front: Front) -> None:
    page = await front.browser().get("/api/docs")
    assert "POST /api/v1/invites" in page.text
    assert "https://" not in page.text
