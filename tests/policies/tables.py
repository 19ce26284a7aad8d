"""Reads the policy tables in `policies/tests`: each case is a request and the decision that is expected of it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from concierge.domain.access import AccessRequest, Act, Attribute, Principal, Resource

POLICIES = Path(__file__).parents[2] / "policies"
TABLES = POLICIES / "tests"
CAST = "cast.toml"


@dataclass(frozen=True, slots=True)
class Case:
    """One line of a table."""

    name: str
    request: AccessRequest
    permitted: bool
    because: tuple[str, ...]


def _attributes(entry: Mapping[str, Any]) -> dict[str, Attribute]:
    return {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in entry.items()
        if name not in {"kind", "id", "role"}
    }


def principal(entry: Mapping[str, Any]) -> Principal:
    return Principal(entry["kind"], entry["id"], entry["role"], _attributes(entry))


def resource(entry: Mapping[str, Any]) -> Resource:
    return Resource(entry["kind"], entry["id"], _attributes(entry))


def read_cast() -> dict[str, Any]:
    return tomllib.loads((TABLES / CAST).read_text(encoding="utf-8"))


def read_cases() -> list[Case]:
    cast = read_cast()
    cases: list[Case] = []
    for path in sorted(TABLES.glob("*.toml")):
        if path.name == CAST:
            continue
        for line, entry in enumerate(tomllib.loads(path.read_text(encoding="utf-8"))["case"], 1):
            act = Act(entry["act"])
            known = {**cast["context"].get(act, {}), **entry.get("with", {})}
            request = AccessRequest(
                principal(cast["principals"][entry["who"]]),
                act,
                resource(cast["resources"][entry["on"]]),
                _attributes(known),
            )
            assert entry["expect"] in {"permit", "deny"}
            name = f"{path.stem}-{line}-{entry['who']}-{act}-{entry['on']}"
            cases.append(Case(name, request, entry["expect"] == "permit", tuple(entry["because"])))
    return cases
