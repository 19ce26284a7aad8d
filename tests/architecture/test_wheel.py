"""An installed wheel finds everything it ships, with no checkout beside it."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT, files

ASK = """
import sys
sys.path.insert(0, sys.argv[1])
from concierge import shipped
print(shipped.__file__, shipped.TEMPLATES, shipped.STATIC, shipped.POLICIES, shipped.LOCALE, sep="\\n")
"""


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    built = subprocess.run(command, cwd=ROOT, check=False, timeout=110, capture_output=True, text=True)
    assert built.returncode == 0, built.stdout + built.stderr
    (wheel,) = folder.glob("concierge-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def left_out(unpacked: Path, *folders: str) -> set[str]:
    """Return the files of the checkout that must be in the wheel but are not."""
    return {
        name
        for name in files()
        if name.startswith(folders) and not (unpacked / "concierge" / "_shipped" / name).is_file()
    }


def test_every_page_file_and_policy_is_inside(unpacked: Path) -> None:
    assert left_out(unpacked, "web/templates/", "web/static/", "policies/") == set()


def test_every_python_file_and_migration_is_inside(unpacked: Path) -> None:
    packages = [
        name for name in files() if name.startswith(("concierge/", "recorder/")) and not name.endswith(".mo")
    ]
    assert [name for name in packages if not (unpacked / name).is_file()] == []


def test_what_is_built_is_inside(unpacked: Path) -> None:
    build = unpacked / "concierge" / "_shipped" / "web" / "static" / "build"
    pages = [
        Path(name).stem for name in files() if name.startswith("web/src/pages/") and name.endswith(".ts")
    ]
    assert [page for page in pages if not (build / f"{page}.js").is_file()] == []
    assert (build / "messages" / "de.json").is_file()
    for package, catalogue in (("concierge", "messages.mo"), ("recorder", "recorder.mo")):
        assert (unpacked / package / "locale" / "de" / "LC_MESSAGES" / catalogue).is_file()


def test_the_program_looks_inside_the_wheel(unpacked: Path) -> None:
    command = [sys.executable, "-P", "-c", ASK, str(unpacked)]
    asked = subprocess.run(command, cwd=unpacked, capture_output=True, text=True, check=True, timeout=30)
    places = [Path(line) for line in asked.stdout.splitlines()]
    assert len(places) == 5
    assert [place for place in places if not (place.is_relative_to(unpacked) and place.exists())] == []
