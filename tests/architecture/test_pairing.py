"""Every source file has its test file, in the same place under tests/."""

from __future__ import annotations

from pathlib import PurePosixPath

from tests.architecture.sources import ROOT, product

# Each with its reason; whoever adds one says why here.
EXEMPT: dict[str, str] = {
    "concierge/__main__.py": "calls cli.main",
    "recorder/__main__.py": "calls cli.main",
    "concierge/shipped.py": "constants; tests/architecture/test_wheel.py asks an installed wheel",
}


def test_file_of(source: str) -> str:
    path = PurePosixPath(source)
    folder = path.parent.relative_to("concierge") if path.parts[0] == "concierge" else path.parent
    return (PurePosixPath("tests") / folder / f"test_{path.name}").as_posix()


# A function that computes the name of a test file is no test itself.
test_file_of.__test__ = False  # type: ignore[attr-defined]


def test_every_source_has_its_test() -> None:
    sources = [name for name in product() if not name.endswith("__init__.py") and name not in EXEMPT]
    missing = [
        f"{name} -> {test_file_of(name)}" for name in sources if not (ROOT / test_file_of(name)).is_file()
    ]
    assert missing == []


def test_every_exemption_is_still_needed() -> None:
    conditional = {"concierge/__main__.py", "recorder/__main__.py"}
    stale = [
        name
        for name in EXEMPT
        if (ROOT / test_file_of(name)).is_file() or (name not in conditional and not (ROOT / name).is_file())
    ]
    assert stale == []
