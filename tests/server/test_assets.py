from __future__ import annotations

from pathlib import Path

import httpx2
from starlette.applications import Starlette
from starlette.routing import Mount

from concierge.server.assets import Assets, VersionedLinks


def test_the_address_changes_with_the_content(tmp_path: Path) -> None:
    (tmp_path / "a.css").write_text("one")
    links = VersionedLinks("/help", tmp_path)
    first = links.static("a.css")
    assert first.startswith("/help/static/a.css?v=")
    (tmp_path / "a.css").write_text("two")
    links._known.clear()
    assert links.static("a.css") != first
    assert links.static("not-built.js") == "/help/static/not-built.js"
    assert links.url("desk") == "/help/desk"


async def test_only_files_below_the_folder_are_served(tmp_path: Path) -> None:
    inside = tmp_path / "static"
    inside.mkdir()
    (inside / "a.js").write_text("1")
    (tmp_path / "secret").write_text("secret")
    app = Starlette(routes=[Mount("/static", Assets(inside))])
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://x") as http:
        kept = await http.get("/static/a.js?v=1")
        assert kept.headers["cache-control"].endswith("immutable")
        assert (await http.get("/static/a.js")).headers["cache-control"] == "no-cache"
        for path in ("../secret", "%2e%2e/secret", "..%2fsecret", "%252e%252e/secret", "a.js%00", "//secret"):
            assert (await http.get(f"/static/{path}")).status_code == 404
