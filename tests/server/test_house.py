from __future__ import annotations

from tests.server.front import Front


async def test_each_language_has_its_templates_once(front: Front) -> None:
    house = front.house
    assert house.environment("de") is house.environment("de")
    assert house.environment("de") is not house.environment("en")
