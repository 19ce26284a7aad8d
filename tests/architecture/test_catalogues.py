"""Every text for people is known to the translations, and no translation loses a placeholder."""

from __future__ import annotations

import importlib.util
import re
from types import ModuleType

import pytest

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
