"""Tests of the core that read as a play: `<<` says a line (a command, or time that passes), `>>` what comes of it.

    assert play << Wait(3_000) << cmd.LosePresence(participant=HOST) >> (ev.PresenceLost, ev.SessionPaused)

Every line is answered before the next command; an answer names all events in order, as a class or as `happened(…)` with
the fields that matter, or `refused(code)`, or `NOTHING`. After each line the fold of all events equals the session.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from concierge.domain import commands as cmd
from concierge.domain import events as ev
from concierge.domain.decide import decide
from concierge.domain.errors import BadInput, Refused
from concierge.domain.evolve import fold
from concierge.domain.session import Session


@dataclass(frozen=True)
class Wait:
    """Time passes, in milliseconds."""

    ms: int


@dataclass(frozen=True)
class Happened:
    """An event of a kind with at least these fields."""

    kind: type[ev.Event]
    values: dict[str, Any]

    def fits(self, event: ev.Event) -> bool:
        return type(event) is self.kind and all(
            getattr(event, name) == value for name, value in self.values.items()
        )


@dataclass(frozen=True)
class No:
    """A refusal by its code; the code of bad input is "bad_input"."""

    code: str


def happened(kind: type[ev.Event], **values: Any) -> Happened:
    """Name an event with some of its fields; a field that the event does not have is a mistake in the play."""
    assert values.keys() <= {item.name for item in fields(kind)}
    return Happened(kind, values)


def refused(code: str) -> No:
    """Name a refusal."""
    return No(code)


BAD_INPUT = No("bad_input")
NOTHING: tuple[Happened, ...] = ()

Line = cmd.Command | Wait
Expected = type[ev.Event] | Happened | No | tuple[type[ev.Event] | Happened, ...]


class Play:
    """A session under test with its clock, its events so far, and the answer to the last line."""

    def __init__(self, now_ms: int = 1_000_000) -> None:
        self.now_ms = now_ms
        self.events: list[ev.Event] = []
        self.answer: tuple[ev.Event, ...] | No | None = None
        self._session: Session | None = None

    @property
    def session(self) -> Session:
        """The session; a play begins by opening it."""
        assert self._session is not None
        return self._session

    def __lshift__(self, line: Line) -> Play:
        if isinstance(line, Wait):
            self.now_ms += line.ms
            return self
        assert self.answer is None, f"nobody said what came of the line before: {self.answer}"
        try:
            answer = decide(self._session, line, self.now_ms)
        except Refused as no:
            self.answer = No(no.code)
            return self
        except BadInput:
            self.answer = BAD_INPUT
            return self
        self.events.extend(answer)
        if answer:
            self._session = fold(answer, self._session)
        assert fold(self.events) == self._session
        self.answer = answer
        return self

    def __rshift__(self, expected: Expected) -> Play:
        assert self.answer is not None, "no line was said"
        answer, self.answer = self.answer, None
        if isinstance(expected, No) or isinstance(answer, No):
            assert answer == expected
            return self
        wanted = expected if isinstance(expected, tuple) else (expected,)
        patterns = [item if isinstance(item, Happened) else Happened(item, {}) for item in wanted]
        fit = len(patterns) == len(answer) and all(map(Happened.fits, patterns, answer))
        assert fit, _difference(patterns, answer)
        return self

    def __bool__(self) -> bool:
        return self.answer is None

    def does(self, line: cmd.Command) -> tuple[ev.Event, ...]:
        """Say a line that must not be refused, and return all its events."""
        _ = self << line
        answer, self.answer = self.answer, None
        assert not isinstance(answer, No), f"{line} was refused: {answer}"
        assert answer is not None
        return answer

    def kinds(self) -> list[type[ev.Event]]:
        """The kinds of all events so far."""
        return [type(event) for event in self.events]


def _difference(patterns: list[Happened], answer: tuple[ev.Event, ...]) -> str:
    wanted = "\n".join(f"  {item.kind.__name__} {item.values}" for item in patterns) or "  nothing"
    came = "\n".join(f"  {event}" for event in answer) or "  nothing"
    return f"expected\n{wanted}\nbut this happened\n{came}"
