"""What must not stand in any file: unfinished work, quiet tests, machine paths, download addresses."""

from __future__ import annotations

import re

import pytest

from recorder.manifest import Opening
from tests.architecture.sources import content, ending, files, imports, product

HERE = "tests/architecture/"


def hits(names: list[str], pattern: str) -> list[str]:
    """Return ``file:line`` wherever ``pattern`` matches; these tests quote what they forbid and are left out."""
    wanted = re.compile(pattern)
    return [
        f"{name}:{number} {line.strip()[:80]}"
        for name in names
        if not name.startswith(HERE)
        for number, line in enumerate(content(name).splitlines(), 1)
        if wanted.search(line)
    ]


CODE = [".py", ".ts", ".mjs", ".html", ".css", ".cedar", ".cedarschema", ".sh"]


@pytest.mark.parametrize(
    "pattern", [r"\bTODO\b", r"\bFIXME\b", r"\bXXX\b", r"NotImplementedError", r"^\s*(<<<<<<<|>>>>>>>)"]
)
def test_nothing_is_left_unfinished(pattern: str) -> None:
    assert hits(ending(*CODE), pattern) == []


@pytest.mark.parametrize(
    "pattern",
    [
        r"pytest\.(mark\.)?(skip|skipif|xfail|importorskip)\b",
        r"\.(skip|only)\(",
        r"time\.sleep\(",
        r"asyncio\.sleep\([1-9]",
        r"wait_for_timeout\(",
        r"unittest\.mock|MagicMock|monkeypatch\.setattr\(.*concierge",
    ],
)
def test_tests_neither_skip_nor_sleep_nor_mock(pattern: str) -> None:
    assert hits([name for name in ending(".py", ".ts") if name.startswith("tests/")], pattern) == []


@pytest.mark.parametrize(
    "pattern",
    [
        r"shell=True",
        r"os\.system\(",
        r"pickle\.loads?\(",
        r"yaml\.load\(",
        r"verify=False",
        r"\beval\(|\bexec\(",
    ],
)
def test_nothing_dangerous_is_called(pattern: str) -> None:
    assert hits(product(), pattern) == []


def test_randomness_comes_from_secrets_or_from_an_argument() -> None:
    wrong = [
        f"{name}:{line}" for name in ending(".py") for line, module in imports(name) if module == "random"
    ]
    assert wrong == []


def test_no_file_names_a_place_on_one_machine() -> None:
    # Documentation names places on the reader's server; tests name files that are never opened.
    names = [
        name
        for name in files()
        if not name.endswith((".md", ".po", ".pot")) and not name.startswith("tests/")
    ]
    assert hits(names, r"(?<![\w.:/-])/(tmp|root|home|work|Users)/[A-Za-z]") == []


def test_lock_files_hold_no_download_address() -> None:
    locks = ["requirements.lock", "requirements-dev.lock"]
    assert hits(locks, r"://|--(extra-)?index-url|--find-links") == []
    assert hits(["web/package-lock.json"], r'"resolved"') == []
    configured = [name for name in files() if name.endswith((".npmrc", "pip.conf", "uv.lock", "uv.toml"))]
    assert configured == []


def test_no_built_or_foreign_code_is_committed() -> None:
    wrong = [
        name
        for name in files()
        if name.endswith((".mo", ".min.js", ".map", ".pyc", ".whl", ".so", ".wasm"))
        or name.startswith(("web/static/build/", "web/node_modules/", "var/"))
    ]
    assert wrong == []


def test_templates_have_no_inline_script_or_style() -> None:
    templates = [name for name in ending(".html") if name.startswith("web/templates/")]
    assert (
        hits(
            templates,
            r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")|\son[a-z]+=\"|\sstyle=\"|<style",
        )
        == []
    )
    assert hits(templates, r"(src|href)=\"https?://") == []


def test_every_reason_for_a_gap_has_words_on_the_page() -> None:
    """What recorder and broker write as a gap's reason is told to people in their language, never as it is written."""
    written = {opening.value for opening in Opening} - {Opening.OPENED.value} | {"stopped", ""}
    reason = re.compile(r"_(?:give_up|open_gap|start_anew)\(\"([^\"]+)\"")
    for name in ending(".py"):
        if name.startswith("concierge/media/"):
            written |= set(reason.findall(content(name)))
    words = (
        content("web/src/replay_words.ts")
        .split("export function gapReason", 1)[1]
        .split("return words", 1)[0]
    )
    assert written == set(re.findall(r'^    "([^"]*)": t\(', words, re.MULTILINE))
