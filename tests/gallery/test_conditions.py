"""Every state of every page under the conditions people really have: right to left, enlarged, high contrast, no motion."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from tests.gallery.gallery import NARROW, WIDE, faults_of, open_shot, pages, serve, shots

# WCAG 2.2, 1.4.10 and 1.4.4: 1280 CSS pixels at 200 % are 640, at 400 % they are 320.
ENLARGED, ENLARGED_MOST = ViewportSize(width=640, height=400), ViewportSize(width=320, height=256)

CUT_OFF = """() => [...document.querySelectorAll("button, a, input, select, textarea, label, h1, h2")]
  .filter((one) => one.checkVisibility({ visibilityProperty: true, opacityProperty: true }))
  .filter((one) => {
    if (one.closest(".visually-hidden, .skip, [inert]")) return false;
    const box = one.getBoundingClientRect();
    return box.width > 1 && (box.right < 1 || box.left > document.documentElement.clientWidth - 1);
  })
  .map((one) => `${one.tagName} ${(one.innerText || one.getAttribute("aria-label") || one.name || "").slice(0, 40)}`)"""
# Where the system chooses the colours a background tells nothing: a button is known by its border, a link by its line.
# A span keeps its own colours, and the note is written inside a form that has the border.
WITHOUT_EDGE = """() => [...document.querySelectorAll("button, input:not([type=hidden]), select, textarea, summary")]
  .filter((one) => one.checkVisibility({ visibilityProperty: true, opacityProperty: true }))
  .filter((one) => {
    if (one.closest(".visually-hidden, .chip, .span, .note-form") || one.type === "checkbox" || one.type === "radio" || one.type === "range") return false;
    const style = getComputedStyle(one);
    const edge = parseFloat(style.borderBottomWidth) > 0 && style.borderBottomStyle !== "none";
    return !edge && style.textDecorationLine === "none" && style.outlineStyle === "none";
  })
  .map((one) => `${one.tagName} ${one.className} ${(one.innerText || one.getAttribute("aria-label") || "").slice(0, 30)}`)"""
MOVING = """() => document.getAnimations()
  .filter((one) => one.playState === "running" && one.effect.getComputedTiming().activeDuration > 100)
  .map((one) => `${one.animationName ?? one.transitionProperty} on ${one.effect.target.className}`)"""


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    with serve(pages()) as address:
        yield address


@pytest.fixture(scope="module")
def mirrored() -> Iterator[str]:
    """The pages as a right-to-left language would order them."""
    turned = {name: html.replace('dir="ltr"', 'dir="rtl"', 1) for name, html in pages().items()}
    assert all('dir="rtl"' in html for html in turned.values())
    with serve(turned) as address:
        yield address


def cut_off(page: Page) -> list[str]:
    """Return what can be operated or leads the eye and yet lies beside the window."""
    found: list[str] = page.evaluate(CUT_OFF)
    return found


@pytest.mark.e2e
@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_right_to_left_breaks_no_layout(chromium: Browser, mirrored: str, size: ViewportSize) -> None:
    page = chromium.new_page(viewport=size)
    for shot in shots():
        open_shot(page, mirrored, shot)
        assert faults_of(page) is None, shot.name
        assert cut_off(page) == [], shot.name
    page.close()


@pytest.mark.e2e
@pytest.mark.parametrize("size", [ENLARGED, ENLARGED_MOST], ids=["200", "400"])
def test_enlarged_everything_can_still_be_reached(chromium: Browser, base: str, size: ViewportSize) -> None:
    page = chromium.new_page(viewport=size)
    for shot in shots():
        open_shot(page, base, shot)
        assert faults_of(page) is None, shot.name
        assert cut_off(page) == [], shot.name
    page.close()


@pytest.mark.e2e
def test_in_high_contrast_what_can_be_pressed_has_an_edge(chromium: Browser, base: str) -> None:
    page = chromium.new_page(viewport=WIDE, forced_colors="active")
    for shot in shots():
        open_shot(page, base, shot)
        assert page.evaluate(WITHOUT_EDGE) == [], shot.name
    page.close()


@pytest.mark.e2e
def test_who_asked_for_no_motion_sees_none(chromium: Browser, base: str) -> None:
    page = chromium.new_page(viewport=WIDE, reduced_motion="reduce")
    for shot in shots():
        open_shot(page, base, shot)
        assert page.evaluate(MOVING) == [], shot.name
    page.close()
