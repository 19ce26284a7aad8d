"""Local copies: ranges out, whole copies in, whole copies away."""

from __future__ import annotations

from pathlib import Path

import pytest

from concierge.adapters.recording_files import ASIDE, LocalFiles
from concierge.domain.ids import RecordingId

RECORDING = RecordingId("rec_one")


@pytest.fixture
def files(tmp_path: Path) -> LocalFiles:
    place = tmp_path / "recordings" / RECORDING
    place.mkdir(parents=True)
    (place / "epoch-0000.crec").write_bytes(b"0123456789")
    (place / "torn-0000.bin").write_bytes(b"torn")
    return LocalFiles(tmp_path / "recordings", lambda _recording: ("epoch-0000.crec", 4))


async def test_sizes_and_ranges(files: LocalFiles) -> None:
    assert await files.sizes(RECORDING) == {"epoch-0000.crec": 10, "torn-0000.bin": 4}
    assert await files.sizes(RecordingId("rec_other")) == {}
    assert await files.read(RECORDING, "epoch-0000.crec", 2, 5) == b"234"
    assert await files.read(RECORDING, "epoch-0000.crec", 8, 50) == b"89"
    assert files.durable(RECORDING) == ("epoch-0000.crec", 4)


async def test_a_copy_appears_as_a_whole(files: LocalFiles, tmp_path: Path) -> None:
    other = RecordingId("rec_two")
    folder = await files.begin(other)
    await files.write(folder, "epoch-0000.crec", b"one")
    await files.write(folder, "epoch-0000.crec", b"two")
    assert await files.sizes(other) == {}
    await files.keep(folder, other)
    assert (tmp_path / "recordings" / other / "epoch-0000.crec").read_bytes() == b"onetwo"
    assert (tmp_path / "recordings" / other).stat().st_mode & 0o777 == 0o700


async def test_a_copy_never_takes_the_place_of_another(files: LocalFiles) -> None:
    folder = await files.begin(RECORDING)
    await files.write(folder, "epoch-0000.crec", b"forged")
    with pytest.raises(OSError, match="not empty"):
        await files.keep(folder, RECORDING)
    assert await files.read(RECORDING, "epoch-0000.crec", 0, 10) == b"0123456789"


async def test_a_tombstone_stays_when_a_copy_goes_and_when_it_comes_back(
    files: LocalFiles, tmp_path: Path
) -> None:
    place = tmp_path / "recordings" / RECORDING
    stone = place / "erased-0000.json"
    stone.write_bytes(b"erased")
    await files.release(RECORDING)
    assert await files.sizes(RECORDING) == {}
    assert stone.read_bytes() == b"erased"
    folder = await files.begin(RECORDING)
    await files.write(folder, "epoch-0000.crec", b"one")
    await files.write(folder, "epoch-0001.crec", b"two")
    await files.keep(folder, RECORDING)
    assert await files.sizes(RECORDING) == {"epoch-0000.crec": 3, "epoch-0001.crec": 3}
    assert stone.read_bytes() == b"erased"


async def test_a_name_that_leads_elsewhere_is_refused(files: LocalFiles, tmp_path: Path) -> None:
    folder = await files.begin(RECORDING)
    for name in ("../escape", "/etc/passwd", "epoch-0000.crec/..", "x"):
        with pytest.raises(OSError, match="no file of a recording"):
            await files.write(folder, name, b"")
    await files.drop(folder)
    assert list((tmp_path / "recordings" / ASIDE).iterdir()) == []


async def test_what_a_crash_left_is_swept_away_and_what_is_under_way_is_not(
    files: LocalFiles, tmp_path: Path
) -> None:
    (tmp_path / "recordings" / ASIDE / "left").mkdir(parents=True)
    first = await files.begin(RECORDING)
    second = await files.begin(RECORDING)
    assert sorted((tmp_path / "recordings" / ASIDE).iterdir()) == sorted([first, second])


async def test_a_released_copy_is_gone(files: LocalFiles, tmp_path: Path) -> None:
    for _ in range(2):
        await files.release(RECORDING)
    assert [place.name for place in (tmp_path / "recordings").iterdir()] == [ASIDE]
    assert list((tmp_path / "recordings" / ASIDE).iterdir()) == []
