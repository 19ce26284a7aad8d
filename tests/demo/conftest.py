"""One demonstration, founded once; every test gets a broker on its own copy of the data."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from concierge.adapters.state_folder import StateFolder
from concierge.bootstrap import Broker, running
from concierge.config import Config
from concierge.demo.organisation import as_demonstration, found


@asynccontextmanager
async def broker_on(folder: Path) -> AsyncIterator[Broker]:
    config = as_demonstration(Config(data_dir=folder))
    with StateFolder(folder) as data:
        async with running(config, data) as broker:
            yield broker


async def _found(folder: Path) -> None:
    async with broker_on(folder) as broker:
        await found(broker)


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a data directory in which the demonstration was founded; not to be changed."""
    folder = tmp_path_factory.mktemp("demonstration") / "data"
    asyncio.run(_found(folder))
    return folder


@pytest.fixture
async def broker(founded: Path, tmp_path: Path) -> AsyncIterator[Broker]:
    folder = tmp_path / "data"
    shutil.copytree(founded, folder)
    async with broker_on(folder) as broker:
        yield broker
