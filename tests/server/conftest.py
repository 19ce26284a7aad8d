from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.server.front import Front, front_in


@pytest.fixture
async def front(tmp_path: Path) -> AsyncIterator[Front]:
    async with front_in(tmp_path) as front:
        yield front
