"""Every text for people is known to the translations, and no translation loses a placeholder."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file

from tests.architecture.sources import ROOT

PLACEHOLDER = re.compile(r"%\([a-z_]+\)[sd]|\{[a-z_]*\}|%[sd]")


@pytest.fixture(scope="module")
def catalogues() -> ModuleType:
    path = ROOT / "deploy" / "dev" / "catalogues.py"
    spec = importlib.util.spec_from_file_location("catalogues", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_text_is_known_to_every_catalogue(catalogues: ModuleType) -> None:
    wanted = {text if isinstance(text, str) else text[0] for _path, text in catalogues.texts()}
    for language in catalogues.LANGUAGES:
        known = {
            message.id if isinstance(message.id, str) else message.id[0]
            for message in catalogues.read(language)
        }
        assert wanted - known == set(), "run `make messages`"


def test_translations_keep_their_placeholders(catalogues: ModuleType) -> None:
    wrong = []
    for language in catalogues.LANGUAGES:
        for message in catalogues.read(language):
            if not message.id or not catalogues.translated(message):
                continue
            plural = isinstance(message.id, tuple | list)
            source, translation = (
                (message.id[-1], message.string[-1]) if plural else (message.id, message.string)
            )
            if sorted(PLACEHOLDER.findall(source)) != sorted(PLACEHOLDER.findall(translation)):
                wrong.append((language, source, translation))
    assert wrong == []


def test_nothing_is_guessed(catalogues: ModuleType) -> None:
    fuzzy = [m.id for language in catalogues.LANGUAGES for m in catalogues.read(language) if m.id and m.fuzzy]
    assert fuzzy == []


TYPESCRIPT = """
import { t, tn } from "./i18n";
export const label = (left: number): Map<string, string> =>
  new Map<string, string>([["end", t("The session has ended.")], ["left", tn("{n} minute left", "{n} minutes left", left)]]);
const shown = html`<p>${t("Nobody is connected.")}</p>`;
const pattern = /t\\("not a text"\\)/;
const cut = <T,>(rows: T[]): T | undefined => rows.at(-1);
"""


def test_texts_are_found_in_typescript(catalogues: ModuleType, tmp_path: Path) -> None:
    source = tmp_path / "page.ts"
    source.write_text(TYPESCRIPT, encoding="utf-8")
    options = {"parse_template_string": "true"}
    found = [row[1] for row in extract_from_file("javascript", source, catalogues.TYPESCRIPT, (), options)]
    assert found == [
        "The session has ended.",
        ("{n} minute left", "{n} minutes left"),
        "Nobody is connected.",
    ]


def test_the_browser_gets_its_own_translated_texts_and_no_others(catalogues: ModuleType) -> None:
    german = Catalog(locale="de")
    browser = [("web/src/pages/console.ts", 0)]
    german.add(("{n} minute left", "{n} minutes left"), ("noch {n} Minute", "noch {n} Minuten"), browser)
    german.add("The session has ended.", "Die Sitzung ist beendet.", browser)
    german.add("Nobody is connected.", "", browser)
    german.add("Ticket", "Ticket", [("web/templates/ticket.html", 0)])
    assert catalogues.for_browser(german) == {
        "locale": "de",
        "plural": "(n != 1)",
        "messages": {
            "{n} minute left": ["noch {n} Minute", "noch {n} Minuten"],
            "The session has ended.": "Die Sitzung ist beendet.",
        },
    }
