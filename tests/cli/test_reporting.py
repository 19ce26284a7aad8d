from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from concierge.adapters.state_folder import StateFolder
from concierge.cli.commands import main

TODAY = datetime.now(UTC).date().isoformat()


def test_a_report_is_made_and_checked_and_a_removed_line_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    where = ["--data-dir", str(tmp_path / "data")]
    out = tmp_path / "report.json"
    period = ["--from", TODAY, "--to", TODAY]
    with StateFolder(tmp_path / "data"):
        assert (
            main(["person", "add", *where, "--name", "Anna", "--sign-in-name", "anna", "--role", "host"]) == 0
        )
    assert main(["audit", "report", *where, *period, "--out", str(out)]) == 0
    assert main(["audit", "verify-report", *where, str(out)]) == 0
    assert "none is missing" in capsys.readouterr().out
    document = json.loads(out.read_text())
    del document["leaves"][0]
    out.write_text(json.dumps(document))
    assert main(["audit", "verify-report", *where, str(out)]) == 24
    assert main(["audit", "report", *where, "--from", "soon", "--to", TODAY]) == 1
