"""What the doctor finds."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from concierge.cli import main
from recorder.installation import InstallationKey
from tests.adapters.test_evidence_witness import serving


def findings(capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    lines = capsys.readouterr().out.splitlines()
    return {line[6:]: line[:4].strip() for line in lines}


def test_a_sound_machine_has_nothing_to_mend(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["doctor", "--data-dir", str(tmp_path)])
    found = findings(capsys)
    assert len(found) == 13
    unsound = [words for words, verdict in found.items() if verdict == "MEND"]
    assert [words for words in unsound if "GiB free" not in words and "durably" not in words] == []


def test_plain_http_elsewhere_than_localhost_is_to_be_mended(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["doctor", "--data-dir", str(tmp_path), "--public-url", "http://desk.example.org"]) == 1
    (words,) = [
        words
        for words, verdict in findings(capsys).items()
        if "desk.example.org" in words and verdict == "MEND"
    ]
    assert "only over https" in words


def test_bad_policies_and_a_readable_key_are_found(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    policies = tmp_path / "policies"
    policies.mkdir()
    for name in ("cert.pem", "key.pem"):
        (tmp_path / name).write_text("x", encoding="ascii")
        (tmp_path / name).chmod(0o644)
    assert main([
        "doctor", "--data-dir", str(tmp_path / "var"), "--policies-dir", str(policies),
        "--cert-file", str(tmp_path / "cert.pem"), "--key-file", str(tmp_path / "key.pem"),
    ]) == 1  # fmt: skip
    mend = [words for words, verdict in findings(capsys).items() if verdict == "MEND"]
    assert any("can be read by others" in words for words in mend)
    assert len(mend) >= 2


def test_a_media_port_in_use_is_found(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", 0))
        port = other.getsockname()[1]
        assert main(["doctor", "--data-dir", str(tmp_path), "--media-ports", f"{port}-{port}"]) == 1
    assert "MEND" in findings(capsys).values()


def test_a_witness_that_does_not_answer_is_to_be_mended(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "keys").mkdir()
    key = InstallationKey.load_or_generate(tmp_path / "keys" / "installation.pem")
    (tmp_path / "keys" / "installation.pub.pem").write_bytes(key.public_pem())
    with serving(tmp_path / "w", key.public) as server:
        place = f"http://127.0.0.1:{server.server_port} {server.witness.key.text()}"
        monkeypatch.setenv("CONCIERGE_WITNESSES", place)
        main(["doctor", "--data-dir", str(tmp_path)])
        found = findings(capsys)
        assert [verdict for words, verdict in found.items() if "witnesses are asked" in words] == ["ok"]
    assert main(["doctor", "--data-dir", str(tmp_path)]) == 1
    found = findings(capsys)
    assert [verdict for words, verdict in found.items() if "these witnesses do not answer" in words] == [
        "MEND"
    ]
