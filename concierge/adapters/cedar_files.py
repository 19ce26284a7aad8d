"""Policy files: reads a directory of Cedar policies and its schema, and says in plain words what is wrong with them.

It decides nothing. Its rule: all of the directory is good, or none of it is used; an empty one is an error too.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cedarpy

from concierge.domain.access import Act
from concierge.domain.errors import ConciergeError
from concierge.domain.limits import POLICY_FILE_MAX_BYTES, POLICY_FILES_MAX

SCHEMA_NAME = "schema.cedarschema"

_UNFINISHED = "unexpected end of input"
_AT_A_TOKEN = ("unexpected token", "invalid token")
_POLICY_ID = re.compile(r"\A[a-z][a-z0-9_]{2,79}\Z")


class PolicyError(ConciergeError):
    """The policy files cannot be used. `problems` has one sentence for each fault, with file and line where known."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class LoadedPolicies:
    """Policies that were read, parsed and validated, keyed by their own `@id`."""

    policies: cedarpy.PolicySet
    schema: cedarpy.Schema
    reasons: dict[str, str]
    """Policy id -> its `@reason`, in the operator's words."""
    version: str
    """SHA-256 over the names and bytes of the files, in hexadecimal."""


@dataclass(frozen=True, slots=True)
class _Rule:
    """One rule as it was found: `body` is Cedar's JSON form of it."""

    file: str
    line: int
    body: dict[str, Any]

    def annotation(self, name: str) -> str:
        """Return the text of the annotation `name`, or nothing when it is absent or bare."""
        return str(self.body.get("annotations", {}).get(name) or "")


def read_policies(directory: Path) -> LoadedPolicies:
    """Read, parse and validate `schema.cedarschema` and every `*.cedar` in `directory`; raise PolicyError otherwise."""
    problems: list[str] = []
    files = _read_files(directory, problems)
    schema = _parse_schema(files.get(SCHEMA_NAME, ""), problems) if SCHEMA_NAME in files else None
    rules: dict[str, _Rule] = {}
    for name, text in files.items():
        if name != SCHEMA_NAME:
            found = _parse_rules(name, text, problems)
            _key_by_id(found, rules, problems)
            if schema is not None and found:
                problems.extend(_schema_faults(name, text, found, schema))
    if problems or schema is None:
        raise PolicyError(tuple(problems))
    return LoadedPolicies(
        policies=_policy_set(rules),
        schema=schema,
        reasons={policy_id: rule.annotation("reason") for policy_id, rule in rules.items()},
        version=_version(files),
    )


def _policy_set(rules: dict[str, _Rule]) -> cedarpy.PolicySet:
    document = {
        "staticPolicies": {policy_id: rule.body for policy_id, rule in rules.items()},
        "templates": {},
        "templateLinks": [],
    }
    try:
        return cedarpy.PolicySet.from_json_str(json.dumps(document))
    except ValueError as error:
        raise PolicyError((f"the policies cannot be used together: {error}",)) from error


def _version(files: dict[str, str]) -> str:
    digest = hashlib.sha256()
    for name, text in sorted(files.items()):
        for part in (name.encode(), text.encode()):
            # The length in front keeps a name and a text from being cut differently to the same hash.
            digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


# ---------------------------------------------------------------- reading


def _read_files(directory: Path, problems: list[str]) -> dict[str, str]:
    """Return file name -> text of the schema and the policies, in the order of their names."""
    if not directory.is_dir():
        problems.append(f"{directory}: there is no such directory of policies")
        return {}
    try:
        paths = sorted(
            path for path in directory.iterdir() if path.suffix == ".cedar" or path.name == SCHEMA_NAME
        )
    except OSError as error:
        problems.append(f"{directory}: cannot be listed ({error.strerror})")
        return {}
    if not any(path.suffix == ".cedar" for path in paths):
        problems.append(f"{directory}: holds no policies (no file ends in .cedar)")
    if not any(path.name == SCHEMA_NAME for path in paths):
        problems.append(f"{directory}: {SCHEMA_NAME} is missing")
    if len(paths) > POLICY_FILES_MAX:
        problems.append(f"{directory}: holds {len(paths)} files; the most is {POLICY_FILES_MAX}")
        return {}
    texts = {path.name: _read_text(path, problems) for path in paths}
    return {name: text for name, text in texts.items() if text is not None}


def _read_text(path: Path, problems: list[str]) -> str | None:
    if not path.is_file():
        problems.append(f"{path.name}: is not a file that can be read")
        return None
    try:
        with path.open("rb") as source:
            content = source.read(POLICY_FILE_MAX_BYTES + 1)
    except OSError as error:
        problems.append(f"{path.name}: cannot be read ({error.strerror})")
        return None
    if len(content) > POLICY_FILE_MAX_BYTES:
        problems.append(f"{path.name}: is longer than {POLICY_FILE_MAX_BYTES} bytes")
        return None
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        problems.append(f"{path.name}, line {line}: is not UTF-8 text")
        return None


# ---------------------------------------------------------------- rules


def _parse_rules(name: str, text: str, problems: list[str]) -> list[_Rule]:
    """Return the rules of one file in their order; on a fault note it and return none."""
    try:
        document = json.loads(cedarpy.policies_to_json_str(text))
    except ValueError as error:
        line, ends = _fault_line(text, str(error))
        said = "the file ends in the middle of this rule" if ends else str(error)
        problems.append(f"{name}, line {line}: this cannot be read as a policy: {said}")
        return []
    if document["templates"]:
        problems.append(f"{name}: holds a template (?principal or ?resource); write whole rules instead")
        return []
    bodies = document["staticPolicies"]
    if not bodies:
        problems.append(f"{name}: is empty: it holds no rule")
        return []
    lines = [line for line, _, count in _walk(text) for _ in range(count)]
    # Cedar counts the rules of one text from policy0 upward.
    return [_Rule(name, lines[number], bodies[f"policy{number}"]) for number in range(len(bodies))]


def _walk(text: str) -> Iterator[tuple[int, int, int]]:
    """Yield (first line, last line, number of rules) for each stretch of whole rules, as far as the text can be read.

    Cedar's messages carry no line, so this feeds it one line more at a time until what it holds is whole.
    """
    lines = _lines(text)
    start = 0
    for end in range(1, len(lines) + 1):
        try:
            document = json.loads(cedarpy.policies_to_json_str("".join(lines[start:end])))
        except ValueError:
            continue
        count = len(document["staticPolicies"]) + len(document["templates"])
        if count:
            yield start + 1, end, count
        start = end


def _fault_line(text: str, message: str) -> tuple[int, bool]:
    """Return the line of the first fault, and whether the fault is that the text ends too early."""
    lines = _lines(text)
    done = max((last for _, last, _ in _walk(text)), default=0)
    first = next((at for at in range(done, len(lines)) if _begins_rule(lines[at])), done)
    if message == _UNFINISHED:
        return first + 1, True
    if message.startswith(_AT_A_TOKEN):
        for end in range(first + 1, len(lines) + 1):
            try:
                cedarpy.policies_to_json_str("".join(lines[first:end]))
            except ValueError as error:
                if str(error) == message:
                    return end, False
    return first + 1, False


def _lines(text: str) -> list[str]:
    """Return the lines of `text` with their ends, counted as an editor counts them: by line feeds alone."""
    return re.findall(r"[^\n]*\n|[^\n]+", text)


def _begins_rule(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("//")


def _key_by_id(found: list[_Rule], rules: dict[str, _Rule], problems: list[str]) -> None:
    """Move `found` into `rules` under their ids; each needs an id of its own and a reason."""
    for rule in found:
        policy_id = rule.annotation("id")
        where = f"{rule.file}, line {rule.line}"
        if not policy_id:
            problems.append(f"{where}: this rule has no @id")
        elif not _POLICY_ID.match(policy_id):
            problems.append(
                f"{where}: the @id of this rule must be 3 to 80 of a-z, 0-9 and _, a letter first"
            )
        elif policy_id in rules:
            earlier = rules[policy_id]
            problems.append(f'{where}: @id("{policy_id}") is taken by {earlier.file}, line {earlier.line}')
        else:
            rules[policy_id] = rule
        if not rule.annotation("reason").strip():
            problems.append(f"{where}: this rule has no @reason")


def _schema_faults(name: str, text: str, found: list[_Rule], schema: cedarpy.Schema) -> Iterator[str]:
    """Yield what the schema says against the rules of one file."""
    for fault in cedarpy.validate_policies(text, schema).errors:
        said = fault.error.removeprefix(f"for policy `{fault.policy_id}`, ")
        number = fault.policy_id.removeprefix("policy")
        where = f"{name}, line {found[int(number)].line}" if number.isdecimal() else name
        yield f"{where}: this does not fit the schema: {said}"


# ---------------------------------------------------------------- schema


def _parse_schema(text: str, problems: list[str]) -> cedarpy.Schema | None:
    """Return the schema when it can be read and names every act; otherwise note why not."""
    try:
        schema = cedarpy.Schema.from_str(text)
    except ValueError as error:
        said = str(error).removeprefix("error parsing schema: ")
        problems.append(f"{_schema_place(text, str(error))}: the schema cannot be read: {said}")
        return None
    acts = ", ".join(f'Action::"{act}"' for act in Act)
    errors = cedarpy.validate_policies(f"permit(principal, action in [{acts}], resource);", schema).errors
    unknown = " ".join(fault.error for fault in errors)
    missing = [act for act in Act if f'unrecognized action `Action::"{act}"`' in unknown]
    problems.extend(f'{SCHEMA_NAME}: does not name the act "{act}"' for act in missing)
    return None if missing else schema


def _schema_place(text: str, message: str) -> str:
    lines = _lines(text)
    if _UNFINISHED in message:
        return f"{SCHEMA_NAME}, line {len(lines)}"
    name = re.search(r"failed to resolve type: (\w+)", message)
    if name is None:
        ends = (end for end in range(1, len(lines) + 1) if _schema_message("".join(lines[:end])) == message)
        return f"{SCHEMA_NAME}, line {next(ends, 1)}"
    # A name that is used before it is declared would look unknown half-way, so this one is looked up instead.
    word = re.compile(rf"\b{name[1]}\b")
    at = (number for number, line in enumerate(lines, 1) if word.search(line.split("//")[0]))
    return f"{SCHEMA_NAME}, line {next(at, 1)}"


def _schema_message(text: str) -> str:
    try:
        cedarpy.Schema.from_str(text)
    except ValueError as error:
        return str(error)
    return ""
