from __future__ import annotations

from pathlib import Path

import pytest

from concierge.adapters.retention_file import RetentionError, check_retention, read_retention

GOOD = """
[[rule]]
name = "acme"
days = 400
companies = ["Acme Printers"]
[[rule]]
name = "quick"
days = 7
classes = ["INC"]
priorities = ["low", "normal"]
[[rule]]
name = "rest"
days = 90
"""
LAST = '[[rule]]\nname = "rest"\ndays = 90\n'


def written(folder: Path, text: str) -> Path:
    (folder / "retention.toml").write_text(text, encoding="utf-8")
    return folder


def test_rules_are_read_in_order(tmp_path: Path) -> None:
    rules = read_retention(written(tmp_path, GOOD), 1)
    assert [rule.name for rule in rules.rules] == ["acme", "quick", "rest"]
    assert rules.rule_for("INC-1", "low", []).days == 7
    assert rules.rule_for("INC-1", "low", ["ACME PRINTERS"]).days == 400
    assert check_retention(tmp_path) == []


def test_without_the_file_the_setting_holds(tmp_path: Path) -> None:
    assert read_retention(tmp_path, 12).rule_for("INC-1", "low", []).days == 12


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "holds \\[\\[rule\\]\\] entries"),
        ("rule = 1", "holds \\[\\[rule\\]\\] entries"),
        ("days = 1\n" + LAST, "holds \\[\\[rule\\]\\] entries"),
        ("[[rule", "cannot be read"),
        ('[[rule]]\nname = "x"\ndays = 0\n', "rule 1: days is a number"),
        ('[[rule]]\nname = "x"\ndays = true\n', "rule 1: days is a number"),
        ("[[rule]]\ndays = 4\n", "rule 1: needs a name"),
        ('[[rule]]\nname = "x"\ndays = 4\nfoo = 1\n' + LAST, "rule 1: holds name, days"),
        ('[[rule]]\nname = "x"\ndays = 4\npriorities = ["hot"]\n' + LAST, "'hot' is no priority"),
        ('[[rule]]\nname = "x"\ndays = 4\nclasses = ["inc-1"]\n' + LAST, "'inc-1' is no class"),
        ('[[rule]]\nname = "x"\ndays = 4\nclasses = "INC"\n' + LAST, "classes is a list"),
        ('[[rule]]\nname = "x"\ndays = 4\nclasses = []\n' + LAST, "empty list"),
        ('[[rule]]\nname = "x"\ndays = 4\nclasses = ["INC"]\n', "last rule must fit everything"),
        (LAST + LAST, "same name"),
        (LAST * 65, "more than 64 rules"),
        ("#" * 70_000, "more than 65536 bytes"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_of_it_is_used(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(RetentionError, match=words):
        read_retention(written(tmp_path, text), 1)
    assert check_retention(tmp_path)
