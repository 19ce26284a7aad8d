from __future__ import annotations

from typing import Literal

import pytest
from playwright.sync_api import ViewportSize, sync_playwright

from tests.gallery.gallery import AXE, NARROW, WIDE, axe, faults_of, open_shot, pages, serve, shots


@pytest.mark.e2e
@pytest.mark.timeout(300)
@pytest.mark.parametrize(
    ("size", "ink"), [(WIDE, "light"), (NARROW, "dark")], ids=["wide-light", "narrow-dark"]
)
def test_every_state_of_every_page_is_accessible_and_fits(
    size: ViewportSize, ink: Literal["light", "dark"]
) -> None:
    assert AXE.is_file(), "axe-core comes with web/package.json"
    refused: list[str] = []
    with serve(pages()) as base, sync_playwright() as play:
        browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        page = browser.new_page(viewport=size, color_scheme=ink)
        page.on(
            "console",
            lambda said: refused.append(said.text) if "Content Security Policy" in said.text else None,
        )
        page.on("pageerror", lambda error: refused.append(str(error)))
        for shot in shots():
            open_shot(page, base, shot)
            assert faults_of(page) is None, shot.name
            assert axe(page) == [], shot.name
        browser.close()
    assert refused == []
