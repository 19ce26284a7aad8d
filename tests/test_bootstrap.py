"""The whole broker put together on a folder, and taken down again."""

from __future__ import annotations

import asyncio
import gc
import shutil
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from concierge import bootstrap, shipped
from concierge.adapters.cedar import PolicyError
from concierge.adapters.keys import KeyUnavailable
from concierge.adapters.state_folder import StateFolder
from concierge.bootstrap import Broker, database_url, media_settings, running, server_settings
from concierge.config import Config, load
from concierge.domain.reasons import PauseReason
from concierge.domain.session import State
from concierge.services.opening import open_session
from concierge.wire.messages import IceServer
from tests.services.crashing import desk_of
from tests.services.desk import found
from tests.services.fakes import FakePlane


def configured(folder: Path, **given: str) -> Config:
    return load({"data_dir": str(folder), **given}, {})


@asynccontextmanager
async def broker_on(config: Config) -> AsyncIterator[Broker]:
    with StateFolder(config.data_dir) as data:
        async with running(config, data) as broker:
            yield broker


def descriptors() -> set[str]:
    """What this process has open, by name; event loops and pipes come and go."""
    names = set()
    for entry in Path("/proc/self/fd").iterdir():
        try:
            names.add(str(entry.readlink()))
        except OSError:
            continue
    return {name for name in names if name.startswith("/") and not name.startswith(("/dev", "/proc"))}


async def test_a_broker_beats_and_is_gone_without_a_trace(tmp_path: Path) -> None:
    before, tasks = descriptors(), asyncio.all_tasks()
    async with broker_on(configured(tmp_path / "state")) as broker:
        names = {task.get_name() for task in asyncio.all_tasks()}
        assert {"heartbeat", "clock mark"} <= names
        assert broker.registry.all() == []
        await broker.database.alive()
    await asyncio.sleep(0)
    assert {task.get_name() for task in asyncio.all_tasks() - tasks if not task.done()} == set()
    # The database's own threads close their files a moment later.
    async with asyncio.timeout(10):
        while {name for name in descriptors() - before if str(tmp_path) in name}:
            gc.collect()
            await asyncio.sleep(0.05)


async def test_keys_are_made_once_for_the_owner_alone_and_found_again(tmp_path: Path) -> None:
    kept: dict[str, bytes] = {}
    trusts = []
    for _ in range(2):
        async with broker_on(configured(tmp_path)) as broker:
            trusts.append(broker.evidence.trust)
            found_now = {path.name: path.read_bytes() for path in (tmp_path / "keys").iterdir()}
            kept = kept or found_now
            assert found_now == kept
    assert set(kept) >= {"kek", "pepper", "totp", "installation.pem", "installation.pub.pem"}
    assert trusts[0] == trusts[1]
    for name in set(kept) - {"installation.pub.pem"}:
        assert stat.S_IMODE((tmp_path / "keys" / name).stat().st_mode) == 0o600


async def test_a_clean_stop_leaves_a_live_session_that_comes_back_paused(tmp_path: Path) -> None:
    config = configured(tmp_path)
    async with broker_on(config) as broker:
        desk = desk_of(broker, FakePlane())
        await found(broker.tools, (desk.anna, desk.ben), desk.ticket, desk.company)
        live = await open_session(
            broker.tools, broker.registry, desk.principal(desk.anna), desk.anna, desk.ticket.id
        )
        desk.pages.clear()
        seat = await desk.customer(live)
        await desk.match(live, seat.participant)
    async with broker_on(config) as broker:
        back = broker.registry.get(live.decided.id)
        assert back.decided.state is State.PAUSED
        assert PauseReason.BROKER_RESTARTED in back.decided.pauses
        assert broker.tools.run != ""


async def test_policies_that_do_not_hold_keep_the_broker_from_starting(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(shipped.POLICIES, tmp_path / "policies"))
    (folder / "broken.cedar").write_text("permit(", encoding="utf-8")
    with pytest.raises(PolicyError):
        async with broker_on(configured(tmp_path / "state", policies_dir=str(folder))):
            pass


async def test_a_key_others_may_read_keeps_the_broker_from_starting(tmp_path: Path) -> None:
    async with broker_on(configured(tmp_path)):
        pass
    (tmp_path / "keys" / "kek").chmod(0o644)
    with pytest.raises(KeyUnavailable, match="0600"):
        async with broker_on(configured(tmp_path)):
            pass


async def test_a_start_that_fails_halfway_leaves_nothing_running(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_given: Any) -> int:
        raise RuntimeError("a fault while recovering")

    tasks = asyncio.all_tasks()
    monkeypatch.setattr(bootstrap, "recover", broken)
    with pytest.raises(RuntimeError):
        async with broker_on(configured(tmp_path)):
            pass
    await asyncio.sleep(0)
    assert {task.get_name() for task in asyncio.all_tasks() - tasks if not task.done()} == set()


def test_the_database_is_sqlite_in_the_folder_unless_another_is_named(tmp_path: Path) -> None:
    config, data = configured(tmp_path), StateFolder(tmp_path)
    assert database_url(config, data) == f"sqlite:///{data.database}"
    other = replace(config, database_url="postgresql://db/concierge")
    assert database_url(other, data) == "postgresql://db/concierge"


def test_the_front_door_trusts_local_names_only_on_a_local_machine(tmp_path: Path) -> None:
    local = server_settings(configured(tmp_path), demo=True)
    assert (local.trusted_hosts, local.demo) == (("localhost", "127.0.0.1"), True)
    public = configured(tmp_path, public_url="https://desk.example.org/help", host="0.0.0.0")
    assert server_settings(public).trusted_hosts == ()
    assert server_settings(public).public_url == "https://desk.example.org/help"


def test_media_listen_on_loopback_only_on_a_local_machine(tmp_path: Path) -> None:
    assert media_settings(configured(tmp_path)).loopback
    public = configured(
        tmp_path,
        public_url="https://desk.example.org",
        media_public_address="192.0.2.1",
        media_ports="50000-50010",
    )
    settings = media_settings(public)
    assert (settings.loopback, settings.public_address, settings.port_range) == (
        False, "192.0.2.1", (50000, 50010),
    )  # fmt: skip


async def test_ice_servers_reach_the_pages_as_configured(tmp_path: Path) -> None:
    servers = '[{"urls": "stun:a"}, {"urls": ["turn:b", "turns:c"], "username": "u", "credential": "p"}]'
    async with broker_on(configured(tmp_path, ice_servers=servers)) as broker:
        assert broker.tools.installation.ice_servers == (
            IceServer(("stun:a",), "", ""),
            IceServer(("turn:b", "turns:c"), "u", "p"),
        )
