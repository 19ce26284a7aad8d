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


async def test_text_is_compressed_for_whoever_takes_it_so(tmp_path: Path) -> None:
    text = "let legible = true;\n" * 500
    (tmp_path / "a.js").write_text(text)
    (tmp_path / "a.woff2").write_bytes(bytes(5000))
    app = Starlette(routes=[Mount("/static", Assets(tmp_path))])
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://x") as http:
        packed = await http.get("/static/a.js?v=1", headers={"Accept-Encoding": "gzip"})
        assert packed.text == text
        assert packed.headers["content-encoding"] == "gzip"
        assert int(packed.headers["content-length"]) < len(text) / 10
        assert packed.headers["content-type"].startswith("text/javascript")
        assert packed.headers["cache-control"].endswith("immutable")
        plain = await http.get("/static/a.js?v=1", headers={"Accept-Encoding": "identity"})
        assert "content-encoding" not in plain.headers
        assert plain.headers["vary"] == packed.headers["vary"] == "Accept-Encoding"
        part = await http.get("/static/a.js", headers={"Accept-Encoding": "gzip", "Range": "bytes=0-2"})
        assert part.text == "let"
        again = await http.get(
            "/static/a.js", headers={"Accept-Encoding": "gzip", "If-None-Match": packed.headers["etag"]}
        )
        assert again.status_code == 304
        font = await http.get("/static/a.woff2", headers={"Accept-Encoding": "gzip"})
        assert "content-encoding" not in font.headers


async def test_a_file_that_changed_is_compressed_anew(tmp_path: Path) -> None:
    (tmp_path / "a.css").write_text("old " * 100)
    app = Starlette(routes=[Mount("/static", Assets(tmp_path))])
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app), base_url="http://x") as http:
        assert (await http.get("/static/a.css")).text.startswith("old")
        (tmp_path / "a.css").write_text("newer " * 100)
        assert (await http.get("/static/a.css")).text.startswith("newer")
