from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import pytest

from recorder.log import witness_http
from recorder.log.checkpoint import origin_of
from recorder.log.note import NoteSignature
from recorder.log.witness_http import WitnessServer
from tests.recorder.log.test_witness import LINES, asked, witness
from tests.recorder.studio import PINNED


@pytest.fixture
def server(tmp_path: Path) -> Iterator[WitnessServer]:
    with serving(WitnessServer(("127.0.0.1", 0), witness(tmp_path))) as server:
        yield server


@contextmanager
def serving(server: WitnessServer) -> Iterator[WitnessServer]:
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield server
    server.shutdown()
    thread.join(10)
    server.server_close()


def call(
    server: WitnessServer, method: str, path: str, body: bytes | None = None, **headers: str
) -> tuple[int, str, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=10)
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.headers["Content-Type"], answer.read()
    finally:
        connection.close()


def test_checkpoints_are_cosigned_and_given_back(server: WitnessServer) -> None:
    status, kind, line = call(server, "POST", "/add-checkpoint", asked(LINES[:9], 0))
    assert (status, kind) == (200, "text/plain; charset=utf-8")
    assert NoteSignature.parse(line.decode().rstrip("\n")).by(server.witness.key)
    origin = origin_of(PINNED.public)
    status, kind, held = call(server, "GET", f"/held?origin={quote(origin)}")
    assert (status, kind) == (200, "application/json")
    assert json.loads(held) == server.witness.held(origin)
    assert json.loads(call(server, "GET", "/held")[2]) == []


def test_refusals_have_the_statuses_of_the_specification(server: WitnessServer) -> None:
    call(server, "POST", "/add-checkpoint", asked(LINES[:9], 0))
    assert call(server, "POST", "/add-checkpoint", asked(LINES, 0)) == (409, "text/x.tlog.size", b"9\n")
    assert call(server, "POST", "/add-checkpoint", b"rubbish")[0] == 400
    assert call(server, "POST", "/elsewhere", b"x")[0] == 404
    assert call(server, "GET", "/elsewhere")[0] == 404
    assert server.witness.key.text().encode() in call(server, "GET", "/")[2]


def test_absurd_lengths_are_refused_before_anything_is_read(server: WitnessServer) -> None:
    for length, status in (("999999", 413), ("9" * 30, 411), ("-1", 411)):
        headers = {"Content-Length": length}
        assert call(server, "POST", "/add-checkpoint", None, **headers)[0] == status


def test_a_peer_without_a_place_is_hung_up_on(tmp_path: Path) -> None:
    with serving(WitnessServer(("127.0.0.1", 0), witness(tmp_path), places=1)) as server:
        hangs_up(server)


def hangs_up(server: WitnessServer) -> None:
    holding = http.client.HTTPConnection("127.0.0.1", server.server_port, timeout=10)
    holding.connect()
    holding.send(b"POST /add-checkpoint HTTP/1.1\r\nHost: w\r\nContent-Length: 5\r\n\r\n")
    refused = 0
    for _ in range(50):
        try:
            call(server, "GET", "/")
        except (http.client.HTTPException, OSError):
            refused += 1
            break
    holding.close()
    assert refused == 1
    assert witness_http.WAIT_S <= 15
