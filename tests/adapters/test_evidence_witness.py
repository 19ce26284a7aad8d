"""A real log, a real witness on a real port: rollbacks and forks are noticed, and a witness that is down is no harm."""

from __future__ import annotations

import asyncio
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from concierge.adapters.db.audit import LogSealed
from concierge.adapters.db.repositories import Database
from concierge.adapters.evidence_log import SignedLog
from concierge.adapters.evidence_witness import HttpWitness, witnesses
from concierge.adapters.log_anchor import NAME, FileAnchor
from concierge.domain import limits
from concierge.domain.errors import BadInput
from concierge.services.audit_port import LogRolledBack, WitnessSilent
from concierge.services.checkpoints import Checkpoints
from concierge.services.restoring import restore
from recorder.log.cosignature import check_cosignature
from recorder.log.note import SignedNote
from recorder.log.witness import LogWitness
from recorder.log.witness_http import WitnessServer
from tests.adapters.db.samples import leaf
from tests.recorder.log.keys import signing_key
from tests.services.desk import FakeClock

KEY = signing_key(bytes(range(32)))


@contextmanager
def serving(folder: Path, installation: bytes = KEY.public) -> Iterator[WitnessServer]:
    folder.mkdir(exist_ok=True)
    one = LogWitness(folder, "w.example/w", signing_key(bytes(32)), [installation])
    server = WitnessServer(("127.0.0.1", 0), one)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()


def reach(server: WitnessServer, installation: bytes = KEY.public) -> HttpWitness:
    return HttpWitness(f"http://127.0.0.1:{server.server_port}", server.witness.key, installation)


class Node:
    """A broker's log: database and data directory, which can be copied away and put back."""

    def __init__(self, root: Path, template: Path, *seen_by: HttpWitness) -> None:
        self.root = root
        if not root.exists():
            root.mkdir()
            shutil.copy(template, root / "db.sqlite3")
        self.database = Database(f"sqlite:///{root / 'db.sqlite3'}")
        self.log = SignedLog(self.database.audit_tree, KEY, FakeClock())
        self.checkpoints = Checkpoints(self.log, self.database.audit_tree, FileAnchor(root), seen_by)

    async def live(self, *kinds: str) -> None:
        await self.log.start()
        await self.checkpoints.before_serving()
        for kind in kinds:
            await self.database.audit.append(leaf(kind))
            await self.checkpoints.take()

    async def stop(self) -> None:
        await self.database.stop()


async def lived(root: Path, template: Path, *seen_by: HttpWitness) -> Path:
    """A node that was backed up after two leaves, lived on, and was put back from the backup."""
    backup = root.with_name("backup")
    node = Node(root, template, *seen_by)
    await node.live("One", "Two")
    await node.stop()
    shutil.copytree(root, backup)
    node = Node(root, template, *seen_by)
    await node.live("Three", "Four")
    await node.stop()
    return backup


async def test_cosignatures_are_kept_with_the_checkpoint(tmp_path: Path, migrated_file: Path) -> None:
    with serving(tmp_path / "w") as server:
        node = Node(tmp_path / "a", migrated_file, reach(server))
        await node.live("One", "Two", "Three")
        note = SignedNote.parse(await node.log.newest())
        assert check_cosignature(note, server.witness.key) > 0
        await node.stop()
        again = Node(tmp_path / "a", migrated_file, reach(server))
        await again.live("Four")
        assert "\n4\n" in (await reach(server).held())[0].decode()
        await again.stop()


async def test_a_rollback_of_database_and_files_is_noticed_with_a_witness(
    tmp_path: Path, migrated_file: Path
) -> None:
    with serving(tmp_path / "w") as server:
        backup = await lived(tmp_path / "a", migrated_file, reach(server))
        node = Node(backup, migrated_file, reach(server))
        with pytest.raises(LogRolledBack, match=r"witness w.example/w holds a checkpoint of 4 leaves.*has 2"):
            await node.live()
        with pytest.raises(LogSealed):
            await node.database.audit.append(leaf())
        held = [note for _holder, note in await node.checkpoints.held()]
        done = await restore(node.log, node.database.audit_tree, FakeClock(), held, "Kim Ops", "Monday's")
        assert (done.number, done.kept, done.lost_until) == (3, 2, 4)
        await node.live("Five")
        assert node.checkpoints.silent == frozenset()
        assert len(await reach(server).held()) == 2
        await node.stop()
        shutil.rmtree(backup)
        shutil.copytree(tmp_path / "a", backup)
        old = Node(backup, migrated_file, reach(server))
        with pytest.raises(LogRolledBack, match="from before that"):
            await old.live()
        await old.stop()


async def test_without_a_witness_only_the_database_put_back_alone_is_noticed(
    tmp_path: Path, migrated_file: Path
) -> None:
    backup = await lived(tmp_path / "a", migrated_file)
    node = Node(backup, migrated_file)
    await node.live()
    await node.stop()
    shutil.copy(tmp_path / "a" / NAME, backup / NAME)
    node = Node(backup, migrated_file)
    with pytest.raises(LogRolledBack, match="the data directory holds a checkpoint of 4"):
        await node.live()
    await node.stop()


async def test_two_that_go_on_from_one_backup_are_a_fork(tmp_path: Path, migrated_file: Path) -> None:
    with serving(tmp_path / "w") as server:
        first = Node(tmp_path / "a", migrated_file, reach(server))
        await first.live("One")
        await first.stop()
        shutil.copytree(tmp_path / "a", tmp_path / "b")
        first, second = (Node(tmp_path / name, migrated_file, reach(server)) for name in ("a", "b"))
        await first.live()
        await second.live()
        await first.live("Mine")
        await second.database.audit.append(leaf("Other"))
        await second.database.audit.append(leaf("Other"))
        with pytest.raises(LogRolledBack, match="with other contents"):
            await second.checkpoints.take()
        with pytest.raises(LogSealed):
            await second.database.audit.append(leaf())
        await first.stop()
        await second.stop()


async def test_a_witness_that_is_down_delays_nothing_and_is_caught_up_with(
    tmp_path: Path, migrated_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "WITNESS_RETRY_MS", 1)
    with serving(tmp_path / "w") as server:
        witness = reach(server)
    node = Node(tmp_path / "a", migrated_file, witness)
    await node.live("One", "Two")
    assert node.checkpoints.silent == {"w.example/w"}
    with serving(tmp_path / "w") as server:
        witness._url = f"http://127.0.0.1:{server.server_port}"
        await node.live("Three")
    assert node.checkpoints.silent == frozenset()
    await node.stop()


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n" + b"x" * 200_000,
        b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
        b"rubbish\r\n\r\n",
        b"",
    ],
)
async def test_a_witness_that_talks_nonsense_is_silent(
    answer: bytes, tmp_path: Path, migrated_file: Path
) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        await writer.drain()
        writer.close()

    node = Node(tmp_path / "a", migrated_file)
    await node.live("One")
    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    key = witness_key()
    port = server.sockets[0].getsockname()[1]
    (one,) = witnesses([(f"http://127.0.0.1:{port}/", key)], KEY.public)
    with pytest.raises(WitnessSilent):
        await one.cosign(await node.log.newest(), node.log)
    with pytest.raises(WitnessSilent):
        await one.held()
    server.close()
    await node.stop()


def witness_key() -> str:
    return LogWitness(Path("nowhere"), "w.example/w", signing_key(bytes(32)), []).key.text()


def test_a_key_that_is_none_is_told_by_its_witness() -> None:
    with pytest.raises(BadInput, match=r"https://w\.example"):
        witnesses([("https://w.example", "rubbish")], KEY.public)
