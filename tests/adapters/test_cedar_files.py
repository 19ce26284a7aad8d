"""Policy files that cannot be used: each fault has its sentence, with file and line, and none of them permits."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from concierge.adapters.cedar_files import PolicyError, read_policies
from concierge.domain.limits import POLICY_FILE_MAX_BYTES, POLICY_FILES_MAX
from tests.policies.tables import POLICIES

RULE = (
    '@id("a_rule") @reason("Because.")\npermit(principal is Person, action == Action::"admit", resource);\n'
)


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """A directory with the shipped schema and one good rule."""
    shutil.copy(POLICIES / "schema.cedarschema", tmp_path)
    (tmp_path / "a.cedar").write_text(RULE, encoding="utf-8")
    return tmp_path


def problems(directory: Path) -> tuple[str, ...]:
    with pytest.raises(PolicyError) as caught:
        read_policies(directory)
    assert str(caught.value) == "\n".join(caught.value.problems)
    return caught.value.problems


def test_good_files_are_keyed_by_their_own_ids(directory: Path) -> None:
    loaded = read_policies(directory)
    assert loaded.reasons == {"a_rule": "Because."}
    assert len(loaded.policies) == 1


def test_shipped_policies_can_be_used() -> None:
    loaded = read_policies(POLICIES)
    assert len(loaded.policies) == len(loaded.reasons) > 30


def test_a_missing_directory(tmp_path: Path) -> None:
    assert problems(tmp_path / "nowhere") == (f"{tmp_path}/nowhere: there is no such directory of policies",)


def test_an_empty_directory(tmp_path: Path) -> None:
    assert problems(tmp_path) == (
        f"{tmp_path}: holds no policies (no file ends in .cedar)",
        f"{tmp_path}: schema.cedarschema is missing",
    )


def test_a_schema_without_policies(directory: Path) -> None:
    (directory / "a.cedar").unlink()
    assert problems(directory) == (f"{directory}: holds no policies (no file ends in .cedar)",)


def test_policies_without_a_schema(directory: Path) -> None:
    (directory / "schema.cedarschema").unlink()
    assert problems(directory) == (f"{directory}: schema.cedarschema is missing",)


@pytest.mark.parametrize("text", ["", "\n\n", "// nothing yet\n"])
def test_an_empty_file(directory: Path, text: str) -> None:
    (directory / "b.cedar").write_text(text, encoding="utf-8")
    assert problems(directory) == ("b.cedar: is empty: it holds no rule",)


def test_files_that_cannot_be_read(directory: Path) -> None:
    (directory / "b.cedar").mkdir()
    (directory / "c.cedar").symlink_to(directory / "nowhere")
    (directory / "d.cedar").write_bytes(b"// good\n// \xff\n")
    assert problems(directory) == (
        "b.cedar: is not a file that can be read",
        "c.cedar: is not a file that can be read",
        "d.cedar, line 2: is not UTF-8 text",
    )


def test_a_file_that_is_too_long(directory: Path) -> None:
    (directory / "b.cedar").write_text("//" + " " * POLICY_FILE_MAX_BYTES, encoding="utf-8")
    assert problems(directory) == (f"b.cedar: is longer than {POLICY_FILE_MAX_BYTES} bytes",)


def test_too_many_files(directory: Path) -> None:
    for number in range(POLICY_FILES_MAX):
        (directory / f"n{number}.cedar").write_text(RULE, encoding="utf-8")
    assert problems(directory) == (
        f"{directory}: holds {POLICY_FILES_MAX + 2} files; the most is {POLICY_FILES_MAX}",
    )


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (
            RULE
            + '\n// a note\n@id("b")\npermit(principal, action,\n  resource) when { principal.role == };\n',
            "b.cedar, line 7: this cannot be read as a policy: unexpected token `}`",
        ),
        (
            RULE + '\n// a note\n@id("b")\npermit(\n  principal,\n  actoin,\n  resource);\n',
            "b.cedar, line 5: this cannot be read as a policy: found an invalid variable in the policy scope: actoin",
        ),
        (
            RULE + "\npermit(principal,\n  action\n",
            "b.cedar, line 4: this cannot be read as a policy: the file ends in the middle of this rule",
        ),
        (
            RULE + '\npermit(principal, action,\n  resource) when { "never closed };\n',
            "b.cedar, line 5: this cannot be read as a policy: invalid token",
        ),
        (
            "allow everything\n",
            "b.cedar, line 1: this cannot be read as a policy: unexpected token `everything`",
        ),
        (
            "permit(principal == ?principal, action, resource);\n",
            "b.cedar: holds a template (?principal or ?resource); write whole rules instead",
        ),
    ],
)
def test_syntax_faults_have_their_line(directory: Path, text: str, problem: str) -> None:
    (directory / "b.cedar").write_text(text.replace("a_rule", "b_rule"), encoding="utf-8")
    assert problems(directory) == (problem,)


@pytest.mark.parametrize(
    ("rule", "fault"),
    [
        ("permit(principal is Persn, action, resource);", "unrecognized entity type `Persn`"),
        (
            'permit(principal, action == Action::"admitt", resource);',
            'unrecognized action `Action::"admitt"`',
        ),
        (
            'permit(principal is Person, action == Action::"admit", resource) when { principal.rol == "host" };',
            "attribute `rol` on entity type `Person` not found",
        ),
        (
            'forbid(principal is Person, action, resource) when { principal.scopes.contains("a") };',
            "unable to guarantee safety of access to optional attribute `scopes` on entity type `Person`",
        ),
    ],
)
def test_what_the_schema_does_not_know_has_its_line(directory: Path, rule: str, fault: str) -> None:
    text = f'\n// one and two on one line\n{RULE.replace("a_rule", "b_one")}\n@id("b_two")\n@reason("x")\n{rule}\n'
    (directory / "b.cedar").write_text(text, encoding="utf-8")
    assert problems(directory)[0] == f"b.cedar, line 6: this does not fit the schema: {fault}"


def test_lines_are_right_behind_a_text_that_runs_over_lines(directory: Path) -> None:
    text = '@id("b_one")\n@reason("over\ntwo lines")\npermit(principal, action, resource);\n\npermit(principal, action, resource);\n'
    (directory / "b.cedar").write_text(text, encoding="utf-8")
    assert problems(directory) == (
        "b.cedar, line 6: this rule has no @id",
        "b.cedar, line 6: this rule has no @reason",
    )


def test_ids_and_reasons_are_owed(directory: Path) -> None:
    body = 'permit(principal, action == Action::"admit", resource);\n'
    text = f'{body}@id("Big Id") @reason("x") {body}@id("a_rule") @reason(" ") {body}'
    (directory / "b.cedar").write_text(text, encoding="utf-8")
    assert problems(directory) == (
        "b.cedar, line 1: this rule has no @id",
        "b.cedar, line 1: this rule has no @reason",
        "b.cedar, line 2: the @id of this rule must be 3 to 80 of a-z, 0-9 and _, a letter first",
        'b.cedar, line 3: @id("a_rule") is taken by a.cedar, line 1',
        "b.cedar, line 3: this rule has no @reason",
    )


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("seat?: String,", "seat?: Strin,", "failed to resolve type: Strin"),
        ("entity Desk = {", "entity Desk == {", "unexpected token `=`"),
        ("entity Desk =", "entity Ticket =", "`Ticket` is declared twice"),
    ],
)
def test_schema_faults_have_their_line(directory: Path, old: str, new: str, problem: str) -> None:
    path = directory / "schema.cedarschema"
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")
    wanted = "entity Ticket" if "twice" in problem else new
    line = next(
        number
        for number, row in reversed([*enumerate(path.read_text("utf-8").split("\n"), 1)])
        if wanted in row
    )
    assert problems(directory) == (f"schema.cedarschema, line {line}: the schema cannot be read: {problem}",)


def test_a_schema_that_ends_too_early(directory: Path) -> None:
    (directory / "schema.cedarschema").write_text("entity Person = {\n  id: String\n", encoding="utf-8")
    assert problems(directory) == (
        "schema.cedarschema, line 2: the schema cannot be read: unexpected end of input",
    )


def test_a_schema_that_forgot_an_act(directory: Path) -> None:
    path = directory / "schema.cedarschema"
    path.write_text(path.read_text(encoding="utf-8").replace('"freeze", ', ""), encoding="utf-8")
    assert problems(directory) == ('schema.cedarschema: does not name the act "freeze"',)


def test_every_fault_is_told_at_once(directory: Path) -> None:
    (directory / "b.cedar").write_text("permit(", encoding="utf-8")
    (directory / "c.cedar").write_text("", encoding="utf-8")
    assert [problem[:7] for problem in problems(directory)] == ["b.cedar", "c.cedar"]


def test_the_version_follows_names_and_bytes(directory: Path) -> None:
    first = read_policies(directory).version
    assert first == read_policies(directory).version
    (directory / "a.cedar").rename(directory / "b.cedar")
    renamed = read_policies(directory).version
    (directory / "b.cedar").write_text(RULE + "\n", encoding="utf-8")
    changed = read_policies(directory).version
    (directory / "notes.txt").write_text("not a policy", encoding="utf-8")
    assert read_policies(directory).version == changed
    assert len({first, renamed, changed}) == 3
    assert len(first) == 64
