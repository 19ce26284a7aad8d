"""The lock files pin and hash everything that pyproject.toml asks for."""

from __future__ import annotations

import json
import re
import tomllib
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.architecture.sources import ROOT, content

PROJECT: dict[str, Any] = tomllib.loads(content("pyproject.toml"))
EXTRAS: dict[str, list[str]] = PROJECT["project"]["optional-dependencies"]
BASE: list[str] = PROJECT["project"]["dependencies"]
GROUPS: dict[str, list[Any]] = PROJECT["dependency-groups"]


def locked(lock: str) -> dict[str, set[str]]:
    """Return the versions pinned for each package; a universal lock may hold several for different Pythons."""
    found: dict[str, set[str]] = {}
    for name, version in re.findall(
        r"^([a-z0-9][a-z0-9.-]*)(?:\[[^]]*\])?==([^ ;\\]+)", content(lock), re.MULTILINE
    ):
        found.setdefault(canonicalize_name(name), set()).add(version)
    return found


def unmet(wanted: list[str], lock: str) -> list[str]:
    have = locked(lock)
    return [
        text
        for text in wanted
        if not have.get(canonicalize_name(Requirement(text).name))
        or not all(
            Requirement(text).specifier.contains(v, prereleases=True)
            for v in have[canonicalize_name(Requirement(text).name)]
        )
    ]


def test_what_runs_is_locked() -> None:
    assert unmet([*BASE, *EXTRAS["broker"], *EXTRAS["export"], *GROUPS["build"]], "requirements.lock") == []


def test_what_tests_is_locked_at_the_same_versions() -> None:
    tools = [text for text in GROUPS["dev"] if isinstance(text, str)]
    assert unmet([*BASE, *EXTRAS["broker"], *tools], "requirements-dev.lock") == []
    developing = locked("requirements-dev.lock")
    assert {name: developing.get(name) for name in locked("requirements.lock")} == locked("requirements.lock")


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_every_pin_has_a_hash(lock: str) -> None:
    pins = re.split(r"^(?=[a-z0-9])", content(lock), flags=re.MULTILINE)[1:]
    assert pins
    assert [pin.splitlines()[0] for pin in pins if "--hash=sha256:" not in pin] == []


def test_the_base_install_is_the_verifier_alone() -> None:
    assert [Requirement(text).name for text in BASE] == ["cryptography"]


def test_what_media_reaches_into_is_pinned_exactly() -> None:
    pinned = {Requirement(text).name: str(Requirement(text).specifier) for text in EXTRAS["broker"]}
    assert pinned["aiortc"].startswith("==")
    assert pinned["aioice"].startswith("==")


def test_the_browser_tools_are_locked_with_integrity() -> None:
    packages = json.loads((ROOT / "web" / "package-lock.json").read_text())["packages"]
    wanted = json.loads((ROOT / "web" / "package.json").read_text())["devDependencies"]
    assert {name: packages[f"node_modules/{name}"]["version"] for name in wanted} == wanted
    assert [name for name, entry in packages.items() if name and "integrity" not in entry] == []
