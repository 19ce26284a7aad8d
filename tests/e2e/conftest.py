from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.e2e.house import House, any_port

EXPECT_MS = 20_000
JOURNEY_S = 300


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A journey takes longer than a test of one thing, but never for ever."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent) and item.get_closest_marker("timeout") is None:
            item.add_marker(pytest.mark.timeout(JOURNEY_S))


@pytest.fixture(autouse=True, scope="session")
def patience() -> None:
    """Two cores carry a server and several browsers: what is expected may take a while, and is a fault only then."""
    expect.set_options(timeout=EXPECT_MS)


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a data directory with the demonstration organisation in it, to be copied."""
    folder = tmp_path_factory.mktemp("founded")
    house = House(folder / "var", any_port(), folder / "server.log")
    house.start_and_wait()
    house.stopped_well()
    return house.data


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """Return a server with a fresh demonstration organisation, stopped cleanly afterwards."""
    house = House(tmp_path / "var", any_port(), tmp_path / "server.log")
    house.start_and_wait()
    yield house
    house.stopped_well()


@pytest.fixture(scope="module")
def shared_house(tmp_path_factory: pytest.TempPathFactory, founded: Path) -> Iterator[House]:
    """Return one server for all tests of a file, each with sessions of its own."""
    folder = tmp_path_factory.mktemp("house")
    shutil.copytree(founded, folder / "var")
    house = House(folder / "var", any_port(), folder / "server.log")
    house.start_and_wait()
    yield house
    house.stopped_well()
