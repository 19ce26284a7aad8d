"""Logs hold no secrets and cannot be forged by what people type."""

from __future__ import annotations

import json
import logging

import pytest
import structlog

from concierge.adapters import logs


@pytest.fixture(autouse=True)
def _restored() -> object:
    before = logging.root.handlers[:], logging.root.level
    yield
    logging.root.handlers[:], level = before
    logging.root.setLevel(level)
    structlog.reset_defaults()


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_secrets_are_cut_out_by_the_name_of_their_key(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up("json")
    structlog.get_logger().warning(
        "tried", password="hunter2", seat_secret="abc", join_link="x", name="Maria"
    )
    (line,) = lines(capsys)
    assert "hunter2" not in json.dumps(line)
    assert (line["password"], line["seat_secret"], line["join_link"]) == ("(hidden)",) * 3
    assert line["name"] == "Maria"


def test_what_people_type_stays_on_its_line(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up("json")
    structlog.get_logger().warning("joined", name='a\n{"event": "forged"}\r\x1b[31m\u202e')
    (line,) = lines(capsys)
    assert line["event"] == "joined"
    assert "\x1b" not in str(line["name"])
    assert "\u202e" not in str(line["name"])


def test_the_console_format_escapes_too(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up("console")
    structlog.get_logger().warning("joined", name="a\nforged line\x1b[31m")
    text = capsys.readouterr().err
    assert len(text.splitlines()) == 1
    assert "\x1b[31m" not in text


def test_the_standard_library_speaks_through_the_same_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up("json")
    logging.getLogger("aiortc").warning("odd packet")
    (line,) = lines(capsys)
    assert line["event"] == "odd packet"
    assert line["level"] == "warning"
