"""Every text for people is known to the translations, and no translation loses a placeholder."""

from __future__ import annotations

import ast
import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file

from tests.architecture.sources import ROOT, product, tree

PLACEHOLDER = re.compile(r"%\([a-z_]+\)[sd]|\{[a-z_]*\}|%[sd]")
TAG = re.compile(r"</?[a-z]+[^>]*>")


@pytest.fixture(scope="module")
def catalogues() -> ModuleType:
    path = ROOT / "deploy" / "dev" / "catalogues.py"
    spec = importlib.util.spec_from_file_location("catalogues", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_catalogues_are_up_to_date(catalogues: ModuleType) -> None:
    """Also where a text stands is current: the browser is given the texts of its own sources and no others."""
    template = catalogues.gather()
    assert catalogues.TEMPLATE.read_text(encoding="utf-8") == catalogues.written(template), (
        "run `make messages`"
    )
    for language in catalogues.LANGUAGES:
        updated = catalogues.written(catalogues.updated(language, template))
        assert catalogues.translation(language).read_text(encoding="utf-8") == updated, "run `make messages`"


def test_every_text_is_translated(catalogues: ModuleType) -> None:
    missing = [
        (language, message.id)
        for language in catalogues.LANGUAGES
        for message in catalogues.read(language)
        if message.id and not catalogues.translated(message)
    ]
    assert missing == []


def forms(text: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)


@pytest.mark.parametrize("mark", [PLACEHOLDER, TAG], ids=["placeholders", "tags"])
def test_translations_keep_what_is_filled_in(catalogues: ModuleType, mark: re.Pattern[str]) -> None:
    wrong = [
        (language, message.id, translation)
        for language in catalogues.LANGUAGES
        for message in catalogues.read(language)
        for translation in filter(None, forms(message.string))
        if message.id and sorted(mark.findall(translation)) != sorted(mark.findall(forms(message.id)[-1]))
    ]
    assert wrong == []


def is_translation(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call):
        return False
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    return name in {"_", "N_", "gettext", "ngettext"}


def test_no_text_hides_in_an_f_string() -> None:
    """What stands between the braces of an f-string is not seen by the extractor."""
    hidden = [
        f"{name}:{inner.lineno}"
        for name in product()
        for outer in ast.walk(tree(name))
        if isinstance(outer, ast.JoinedStr)
        for inner in ast.walk(outer)
        if isinstance(inner, ast.Call) and is_translation(inner)
    ]
    assert hidden == []


def test_the_recorder_gets_its_own_texts(catalogues: ModuleType) -> None:
    german = Catalog(locale="de")
    german.add(
        "Verify and export recordings.", "Aufzeichnungen prüfen und exportieren.", [("recorder/cli.py", 0)]
    )
    german.add("Ticket", "Ticket", [("web/templates/ticket.html", 0)])
    assert [message.id for message in catalogues.for_recorder(german) if message.id] == [
        "Verify and export recordings."
    ]


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
