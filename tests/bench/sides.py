"""A bench's processes: the broker, a publisher and viewers each run alone and answer JSON lines on their standard input.

Rule: one question, one answer, each within ANSWER_S. CPU time can be told apart only between processes.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

ANSWER_S: Final = 90
STOP_S: Final = 10
LINE_BYTES: Final = 1 << 22


async def questions() -> AsyncIterator[dict[str, Any]]:
    """Yield what the bench asks this process, until it has no more questions."""
    reader = asyncio.StreamReader(limit=LINE_BYTES)
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), sys.stdin
    )
    while line := await reader.readline():
        yield json.loads(line)


def answer(reply: object) -> None:
    """Answer the question asked last."""
    print(json.dumps(reply), flush=True)


class Side:
    """A child process in one of the roles of `tests.bench.roles`."""

    def __init__(self, process: asyncio.subprocess.Process, role: str) -> None:
        self._process = process
        self._role = role

    @classmethod
    async def start(cls, role: str) -> Side:
        """Start a process in a role."""
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.bench.roles", role,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=LINE_BYTES,
        )  # fmt: skip
        return cls(process, role)

    async def ask(self, do: str, **what: object) -> Any:
        """Ask and return the answer. Raises RuntimeError when the process has ended, TimeoutError after ANSWER_S."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"do": do, **what}).encode() + b"\n")
        async with asyncio.timeout(ANSWER_S):
            line = await self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the {self._role} side ended when asked to {do}")
        return json.loads(line)

    async def stop(self) -> None:
        """Ask no more, and wait until the process has ended."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            await asyncio.wait_for(self._process.wait(), STOP_S)
        except TimeoutError:
            self._process.kill()
            await self._process.wait()


@asynccontextmanager
async def sides(*roles: str) -> AsyncIterator[list[Side]]:
    """Start a process for each role, and stop them all afterwards."""
    started = [await Side.start(role) for role in roles]
    try:
        yield started
    finally:
        for side in started:
            await side.stop()
