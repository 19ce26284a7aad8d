"""The import contracts hold, and each of them really catches what it forbids."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT, imports, product

COPIED = shutil.ignore_patterns("__pycache__", "*.mo")


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()"]
    return subprocess.run(
        [*command, "--no-logo", "--no-cache"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.fixture
def house(tmp_path: Path) -> Path:
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for package in ("concierge", "recorder"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=COPIED)
    return tmp_path


def test_the_contracts_are_kept() -> None:
    result = lint_imports(ROOT)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize(
    ("file", "line", "contract"),
    [
        ("concierge/domain/planted.py", "import time", "The domain is pure"),
        ("concierge/domain/planted.py", "import concierge.services", "Floors"),
        ("concierge/wire/planted.py", "import asyncio", "The wire is pure"),
        ("concierge/services/planted.py", "import sqlalchemy", "The use cases see only their ports"),
        ("concierge/media/planted.py", "import concierge.server", "Floors"),
        ("concierge/planted.py", "import json", "Floors"),
        ("recorder/planted.py", "import concierge.domain", "The recorder knows nothing of the broker"),
        ("recorder/planted.py", "import pydantic", "The recorder needs cryptography alone"),
    ],
)
def test_a_planted_fault_is_caught(house: Path, file: str, line: str, contract: str) -> None:
    (house / file).write_text(f'"""Planted."""\n{line}\n', encoding="utf-8")
    result = lint_imports(house)
    assert result.returncode == 1, result.stdout
    broken = [row for row in result.stdout.splitlines() if row.startswith(contract)]
    assert broken, result.stdout


def test_only_the_evidence_adapters_and_the_recorder_import_the_recorder() -> None:
    strangers = [
        f"{name}:{line}"
        for name in product()
        if not name.startswith(("recorder/", "concierge/adapters/evidence"))
        for line, module in imports(name)
        if module.split(".")[0] == "recorder"
    ]
    assert strangers == []


def test_the_recorder_imports_pyav_only_where_it_muxes() -> None:
    allowed = {"recorder/mux.py"}
    strangers = [
        f"{name}:{line}"
        for name in product()
        if name.startswith("recorder/") and name not in allowed
        for line, module in imports(name)
        if module.split(".")[0] == "av"
    ]
    assert strangers == []
