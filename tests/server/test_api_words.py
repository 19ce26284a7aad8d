from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest
from pydantic import ValidationError
from starlette.requests import Request

from concierge.server.api_words import Given, InviteGiven, SessionGiven, TicketGiven, current


def test_what_is_sent_holds_no_field_we_do_not_know() -> None:
    for kind in (TicketGiven, SessionGiven, InviteGiven):
        assert issubclass(kind, Given)
    with pytest.raises(ValidationError):
        SessionGiven.model_validate({"ticket": "tic", "host": "per"})


def test_an_endpoint_gets_the_request_that_the_door_let_in() -> None:
    asked = object()
    request = SimpleNamespace(state=SimpleNamespace(asked=asked))
    assert cast("Any", current(cast("Request", cast("Any", request)))) is asked
