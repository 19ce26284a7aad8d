from __future__ import annotations

import dataclasses
import re
from gettext import NullTranslations
from html.parser import HTMLParser
from typing import Any

import pytest

from concierge.server.views.links import PATHS, Links
from concierge.server.views.rendering import environment, render
from tests.gallery.gallery import SCENES, VIEWS, WEB
from tests.gallery.old_tokens import CSS, derive

TEMPLATES = WEB / "templates"
HOSTILE = "<img src=x onerror=alert(1)>\"'{{7*7}}"


class Reader(HTMLParser):
    """Keeps every start tag with its attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def tags_of(page: str) -> list[tuple[str, dict[str, str | None]]]:
    reader = Reader()
    reader.feed(page)
    return reader.tags


def page_of(name: str, base: str = "") -> str:
    return render(environment(TEMPLATES, Links(base), NullTranslations()), VIEWS[name])


def poisoned(value: Any) -> Any:
    """Return a view with HOSTILE in every field that is free text."""
    if isinstance(value, tuple):
        return tuple(poisoned(one) for one in value)
    if not dataclasses.is_dataclass(value) or isinstance(value, type):
        return value
    spared = {"locale", "iso", "area"}
    changed = {
        field.name: HOSTILE + (getattr(value, field.name) or "")
        if field.type in {"str", "str | None"} and field.name not in spared
        else poisoned(getattr(value, field.name))
        for field in dataclasses.fields(value)
    }
    return dataclasses.replace(value, **changed)


@pytest.mark.parametrize("name", VIEWS)
def test_a_page_needs_nothing_that_the_csp_refuses(name: str) -> None:
    for tag, attributes in tags_of(page_of(name)):
        assert "style" not in attributes
        assert not [key for key in attributes if key.startswith("on")]
        assert tag != "style"
        assert tag != "script" or attributes.get("src", "").startswith("/static/build/")  # type: ignore[union-attr]
        for key in ("src", "href", "action"):
            target = attributes.get(key)
            assert target is None or target.startswith(("/", "#")), (tag, key, target)


@pytest.mark.parametrize("name", VIEWS)
def test_text_from_outside_stays_text(name: str) -> None:
    page = render(environment(TEMPLATES, Links(), NullTranslations()), poisoned(VIEWS[name]))
    assert HOSTILE not in page
    assert not [tag for tag, attributes in tags_of(page) if "onerror" in attributes]
    assert "49" not in re.findall(r"onerror=alert\(1\)&gt;&#34;&#39;(\d+)", page)


@pytest.mark.parametrize("name", VIEWS)
def test_every_form_that_changes_something_carries_the_csrf_field(name: str) -> None:
    page = page_of(name)
    for form in re.findall(r'<form[^>]*method="post".*?</form>', page, re.DOTALL):
        assert '<input type="hidden" name="csrf" value="c5rf">' in form


@pytest.mark.parametrize("name", VIEWS)
def test_every_icon_id_and_label_refers_to_something(name: str) -> None:
    tags = tags_of(page_of(name))
    names = [attributes["id"] for _, attributes in tags if attributes.get("id")]
    assert len(names) == len(set(names))
    wanted = {
        one.removeprefix("#")
        for _, attributes in tags
        for key in ("for", "aria-labelledby", "aria-describedby", "data-copy", "href")
        for one in (attributes.get(key) or "").split()
        if key != "href" or one.startswith("#")
    }
    assert wanted <= set(names)


@pytest.mark.parametrize("name", VIEWS)
def test_a_page_works_below_a_base_path(name: str) -> None:
    plain = {
        "/ws/session",
        "/receipts/r3ceipt",
        "/api/recordings/media",
        "/api/recordings/events",
        "/recordings?before=rec_e",
    }
    for _, attributes in tags_of(page_of(name, "/help")):
        for key in ("src", "href", "action"):
            target = attributes.get(key)
            assert target is None or target.startswith(("/help/", "#")) or target in plain


def test_templates_point_only_to_known_places() -> None:
    named = {
        name
        for file in TEMPLATES.rglob("*.html")
        for name in re.findall(r"""url\(["'](\w+)["']""", file.read_text())
    }
    assert named <= set(PATHS)


def test_every_page_template_has_a_sample() -> None:
    shown = {type(view).template for view in VIEWS.values()}
    pages = {
        file.name for file in TEMPLATES.glob("*.html") if not file.name.startswith(("_", "layout_", "base"))
    }
    assert shown == pages


def test_scenes_start_from_pages_that_exist() -> None:
    assert set(SCENES.values()) <= set(VIEWS)


def test_consent_never_focuses_allow() -> None:
    asks = re.findall(r'<template data-item="ask".*?</template>', page_of("join"), re.DOTALL)
    assert len(asks) == 9
    for ask in asks:
        assert "autofocus" not in ask
        assert ask.index('data-answer="no"') < ask.index('data-answer="yes"')


def test_an_observer_gets_no_control() -> None:
    acts = set(re.findall(r'data-act="([\w-]+)"', page_of("console-observer")))
    assert acts <= {
        "ask-opinion",
        "say-to-desk",
        "felt",
        "copy",
        "create-invite",
        "offer-handover",
        "withdraw-handover",
        "decline-handover",
        "accept-handover",
        "end",
    }


def test_old_browsers_get_the_same_light_colours() -> None:
    assert (CSS / "tokens-old.css").read_text() == derive((CSS / "tokens.css").read_text())


def test_colours_are_written_down_in_tokens_alone() -> None:
    for file in CSS.glob("*.css"):
        if file.stem in {"tokens", "tokens-old", "print"}:
            continue
        found = re.findall(
            r"#[0-9a-fA-F]{3,8}\b|rgba?\(|light-dark\(",
            re.sub(r"/\*.*?\*/", "", file.read_text(), flags=re.DOTALL),
        )
        assert not found, (file.name, found)


def test_every_token_in_use_is_defined() -> None:
    sheets = "".join(file.read_text() for file in CSS.glob("*.css"))
    used = set(re.findall(r"var\((--[\w-]+)", sheets))
    assert used <= set(re.findall(r"(--[\w-]+):", sheets))


def test_pages_read_right_to_left_as_well() -> None:
    physical = re.compile(
        r"(?<![\w-])(margin|padding|border)-(left|right|top|bottom)\b|(?<![\w-])(left|right|top|bottom)\s*:|text-align:\s*(left|right)"
    )
    for file in CSS.glob("*.css"):
        assert not physical.search(file.read_text()), file.name
