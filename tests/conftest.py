"""What every test may ask for. Real peers come from tests/peers; nothing here skips when one is missing."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

pytest_plugins = [
    "tests.peers.postgres",
    "tests.peers.seaweed",
    "tests.peers.migrated",
    "tests.peers.display",
    "tests.peers.chromium",
]

# The figures are measured by `python -m tests.bench`, alone on the machine.
collect_ignore = ["bench"]

os.environ["LANGUAGE"] = "en"  # noqa: TID251 - commands speak the language of whoever runs them

TORTURE = os.environ.get("CONCIERGE_TORTURE") == "1"  # noqa: TID251 - the test run's own switch

settings.register_profile(
    "sample", max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile(
    "torture", max_examples=3000, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("torture" if TORTURE else "sample")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what lies in tests/e2e, and run it after everything that is quicker to fail."""
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here / "e2e"):
            item.add_marker(pytest.mark.e2e)
    items.sort(key=lambda item: item.get_closest_marker("e2e") is not None)


@pytest.fixture(scope="session")
def torture() -> bool:
    """Whether the long runs are wanted at their full counts."""
    return TORTURE


@pytest.fixture
def free_port() -> int:
    """Return a TCP port of 127.0.0.1 that nobody listened on a moment ago; prefer port 0 where it can be given."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def artifacts(request: pytest.FixtureRequest) -> Iterator[Path]:
    """Return a folder of this test's own that outlives it unless it stays empty: for screenshots and logs."""
    folder = request.config.rootpath / "test-artifacts" / request.node.name.replace("/", "_")
    folder.mkdir(parents=True, exist_ok=True)
    yield folder
    if not any(folder.iterdir()):
        folder.rmdir()
