from __future__ import annotations

import base64
import os
from pathlib import Path

import pytest

from concierge.adapters.keys import KekLost, KeyUnavailable
from concierge.adapters.keys.local import FileKeks, HeldKeks, name_of, of_text
from concierge.adapters.keys.wrapping import Item

ITEM = Item(b"d" * 32, b"rec_1")


def test_a_new_kek_wraps_and_the_old_one_still_opens_in_every_reader(tmp_path: Path) -> None:
    here, server = FileKeks(tmp_path / "kek", may_make=True), FileKeks(tmp_path / "kek")
    before, (old,) = here.wrap([ITEM])
    after = here.renew()
    assert after != before
    assert server.current() == after
    assert server.wrap([ITEM])[0] == after
    assert server.unwrap(before, [Item(old, ITEM.context)]) == [ITEM.secret]
    assert set(server.old()) == {before}
    assert all(file.stat().st_mode & 0o777 == 0o600 for file in tmp_path.iterdir())


def test_a_kek_that_is_gone_is_lost_and_nothing_else_is(tmp_path: Path) -> None:
    here = FileKeks(tmp_path / "kek", may_make=True)
    before, (old,) = here.wrap([ITEM])
    here.renew()
    here.old()[before].unlink()
    assert not here.knows(before)
    with pytest.raises(KekLost):
        here.unwrap(before, [Item(old, ITEM.context)])
    assert here.knows(here.current())


@pytest.mark.parametrize("step", ["make", "hardlink_to", "replace"])
def test_a_renewal_that_fails_half_way_loses_no_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    here = FileKeks(tmp_path / "kek", may_make=True)
    before, (old,) = here.wrap([ITEM])

    def fails(*_: object, **__: object) -> None:
        raise OSError(28, os.strerror(28))

    with monkeypatch.context() as broken:
        if step == "make":
            broken.setattr("concierge.adapters.keys.local.make", fails)
        else:
            broken.setattr(Path, step, fails)
        with pytest.raises(KeyUnavailable, match="No space left"):
            here.renew()
    assert here.current() == before
    assert FileKeks(tmp_path / "kek").unwrap(before, [Item(old, ITEM.context)]) == [ITEM.secret]
    assert here.renew() != before
    assert here.unwrap(before, [Item(old, ITEM.context)]) == [ITEM.secret]


def test_a_kek_file_from_elsewhere_is_never_made(tmp_path: Path) -> None:
    with pytest.raises(KeyUnavailable, match="kek is not there"):
        FileKeks(tmp_path / "kek")
    assert list(tmp_path.iterdir()) == []


def test_a_kek_in_text_is_the_same_kek_however_it_is_written() -> None:
    kek = bytes(range(200, 232))
    names = {
        of_text("x", text).current()
        for text in (
            kek.hex(),
            f" {base64.b64encode(kek).decode()}\n",
            base64.urlsafe_b64encode(kek).decode(),
        )
    }
    assert names == {name_of(kek)} == {HeldKeks("m", [kek]).current()}
    for bad in ("", "what", "00" * 31, "00" * 33, "zz" * 32, base64.b64encode(b"short").decode()):
        with pytest.raises(KeyUnavailable, match="environment variable X does not hold 32 bytes") as told:
            of_text("environment variable X", bad)
        assert not bad or bad not in str(told.value).removeprefix("environment variable X")
