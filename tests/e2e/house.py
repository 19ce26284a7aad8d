"""A real server in a process of its own, as `concierge demo --json` gives it to scripts.

It can be frozen, thawed, killed without a word and started again on the same data directory.
"""

from __future__ import annotations

import asyncio
import json
import os
import select
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import IO, Any

READY_S = 90
STOP_S = 20
ANSWER_S = 20
ASK_AGAIN_S = 0.1


def any_port() -> int:
    """Return a TCP port of 127.0.0.1 that nobody listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass(frozen=True, slots=True)
class Opened:
    """A session on a ticket of its own, waiting for its customer."""

    session: str
    ticket: str
    code: str
    link: str


@dataclass
class House:
    """One server on one data directory."""

    data: Path
    port: int
    log: Path
    process: subprocess.Popen[bytes] | None = None
    links: dict[str, Any] | None = None
    _log_file: IO[bytes] | None = None

    @property
    def base(self) -> str:
        return f"http://localhost:{self.port}"

    def link(self, *names: str) -> str:
        """Return one of the printed links, as in link("sign_in", "host")."""
        value: Any = self.links
        for name in names:
            value = value[name]
        return str(value)

    async def start(self, *options: str) -> None:
        """Start and wait until it says that it is ready."""
        await asyncio.to_thread(self.start_and_wait, *options)

    def start_and_wait(self, *options: str) -> None:
        """The same for those without an event loop."""
        self._log_file = self.log.open("ab")
        surroundings = {**os.environ, "CONCIERGE_LOG_FORMAT": "json"}  # noqa: TID251 - handed on to the server
        self.process = subprocess.Popen(
            [sys.executable, "-m", "concierge", "demo", "--json", "--port", str(self.port),
             "--data-dir", str(self.data), *options],
            stdout=subprocess.PIPE, stderr=self._log_file, env=surroundings,
        )  # fmt: skip
        assert self.process.stdout is not None
        ready, _, _ = select.select([self.process.stdout], [], [], READY_S)
        line = self.process.stdout.readline() if ready else b""
        assert line, f"the server is not ready:\n{self.log.read_text(encoding='utf-8')}"
        self.links = json.loads(line)

    def freeze(self) -> None:
        """Stop it dead: it keeps its sockets and answers nobody."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it go on as if nothing had been."""
        self._signal(signal.SIGCONT)

    async def end(self, how: int = signal.SIGINT) -> int:
        """Send a signal and wait; return the exit code."""
        return await asyncio.to_thread(self.end_and_wait, how)

    def end_and_wait(self, how: int = signal.SIGINT) -> int:
        """The same for those without an event loop."""
        assert self.process is not None
        if self.process.poll() is None:
            self._signal(how)
        code = self.process.wait(STOP_S)
        if self.process.stdout is not None:
            self.process.stdout.close()
        if self._log_file is not None:
            self._log_file.close()
        return code

    def stopped_well(self) -> None:
        """End it, and find nothing in its log that should not be there."""
        assert self.end_and_wait() == 0
        assert [line for line in self.logged() if line.get("level") in {"error", "critical"}] == []

    async def until_logged(self, event: str) -> None:
        """Wait until the server has logged an event of that name."""
        async with asyncio.timeout(READY_S):
            while not any(line.get("event") == event for line in self.logged()):  # noqa: ASYNC110 - a file
                await asyncio.sleep(0.05)

    def logged(self) -> list[dict[str, Any]]:
        """Return what the server logged so far."""
        lines = self.log.read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines if line.startswith("{")]

    async def call(self, path: str, given: dict[str, Any] | None = None) -> Any:
        """Ask the API with the printed key: GET, or POST of what is given."""
        return json.loads(await asyncio.to_thread(self._call, path, given))

    async def fetch(self, path: str) -> bytes:
        """Return what the API gives that is not JSON."""
        return await asyncio.to_thread(self._call, path, None)

    async def script(self, session: str) -> dict[str, Any]:
        """Return the script of a session's recording, as soon as it is closed: its last words are still being kept."""
        async with asyncio.timeout(ANSWER_S):
            while (script := await self._script(session)) is None:  # noqa: ASYNC110 - nobody calls back
                await asyncio.sleep(ASK_AGAIN_S)
        return script

    async def _script(self, session: str) -> dict[str, Any] | None:
        recording = (await self.call(f"/api/v1/sessions/{session}"))["recording"]
        try:
            script: dict[str, Any] = await self.call(f"/api/v1/recordings/{recording}/script")
        except urllib.error.HTTPError as refused:
            if refused.code == HTTPStatus.CONFLICT:
                return None
            raise
        return script

    async def ended(self, session: str) -> dict[str, Any]:
        """Return a session once its end is kept: what narrows is seen first and written down right after."""
        async with asyncio.timeout(ANSWER_S):
            while (found := await self.call(f"/api/v1/sessions/{session}"))["state"] != "ended":  # noqa: ASYNC110 - as above
                await asyncio.sleep(ASK_AGAIN_S)
        kept: dict[str, Any] = found
        return kept

    async def opens(self, title: str, customer: str = "Grace Whitfield") -> Opened:
        """Make a ticket and a session on it, hosted by the first host."""
        ticket = await self.call("/api/v1/tickets", {"title": title, "customer_name": customer})
        session = await self.call("/api/v1/sessions", {"ticket": ticket["id"]})
        return Opened(session["id"], ticket["id"], session["code"]["digits"], session["code"]["link"])

    def _call(self, path: str, given: dict[str, Any] | None) -> bytes:
        request = urllib.request.Request(  # noqa: S310 - our own server
            self.base + path,
            data=None if given is None else json.dumps(given).encode(),
            headers={"Authorization": f"Bearer {self.link('api_key')}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=ANSWER_S) as answer:  # noqa: S310 - as above
            content: bytes = answer.read()
            return content

    def _signal(self, number: int) -> None:
        assert self.process is not None
        self.process.send_signal(number)
