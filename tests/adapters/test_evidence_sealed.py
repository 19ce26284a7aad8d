"""A recording's files and segments as they lie on the disk; what is no plain file of it is not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from concierge.adapters.evidence_sealed import sealed_file, sealed_files, sealed_index
from concierge.domain.errors import EvidenceUnavailable
from recorder.reading import read_recording
from tests.recorder.studio import DEK, KEYS, PINNED, epochs, save


def test_segments_lie_where_it_says_over_all_epochs(tmp_path: Path) -> None:
    made = epochs(2, 2, dek=KEYS)
    folder = save(tmp_path / "rec", made)
    found = sealed_index(folder, PINNED.public, read_recording(folder, KEYS, PINNED.public), KEYS)
    assert [one.name for one in found.files] == ["epoch-0000.crec", "epoch-0001.crec"]
    lie = [
        (folder / f"epoch-{one.epoch:04}.crec").read_bytes()[one.offset :][: one.size]
        for one in found.segments
    ]
    assert lie == [segment for epoch in made for segment in epoch.segments]
    assert (found.installation, dict(found.keys)) == (PINNED.public, KEYS)
    assert "keys" not in repr(found)


def test_one_key_for_everything_is_given_to_nobody(tmp_path: Path) -> None:
    folder = save(tmp_path / "rec", epochs(2))
    found = sealed_index(folder, PINNED.public, read_recording(folder, DEK, PINNED.public), DEK)
    assert (len(found.segments), found.keys) == (3, {})


def test_without_a_key_there_are_files_and_no_places(tmp_path: Path) -> None:
    folder = save(tmp_path / "rec", epochs(2))
    found = sealed_index(folder, PINNED.public, None, None)
    assert ([one.size for one in found.files], found.segments) == (
        [(folder / "epoch-0000.crec").stat().st_size],
        (),
    )


def test_what_is_no_plain_file_of_the_recording_is_not_there(tmp_path: Path) -> None:
    folder = save(tmp_path / "rec", epochs(1))
    (folder / "epoch-0001.crec").symlink_to(folder / "epoch-0000.crec")
    (folder / "torn-0000.bin").mkdir()
    (folder / "notes.txt").write_text("private")
    assert [one.name for one in sealed_files(folder)] == ["epoch-0000.crec"]
    assert sealed_file(folder, "epoch-0000.crec") == folder / "epoch-0000.crec"
    for name in (
        "epoch-0001.crec",
        "torn-0000.bin",
        "notes.txt",
        "../rec/epoch-0000.crec",
        "epoch-0009.crec",
        "",
    ):
        assert sealed_file(folder, name) is None
    with pytest.raises(EvidenceUnavailable):
        sealed_files(tmp_path / "gone")
