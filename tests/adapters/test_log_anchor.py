from __future__ import annotations

from pathlib import Path

from concierge.adapters.log_anchor import NAME, FileAnchor


def test_the_newest_checkpoint_is_found_again(tmp_path: Path) -> None:
    assert FileAnchor(tmp_path).read() is None
    for note in (b"one", b"two"):
        FileAnchor(tmp_path).keep(note)
        assert FileAnchor(tmp_path).read() == note
    assert [path.name for path in tmp_path.iterdir()] == [NAME]


def test_no_more_is_read_than_a_checkpoint_has(tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(bytes(200_000))
    assert len(FileAnchor(tmp_path).read() or b"") == 64 * 1024
