"""Keys are in memory and in the key folder, and nowhere else: every file, output, log and bundle is searched for each."""

from __future__ import annotations

import asyncio
import base64
import logging
import secrets
import traceback
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
import structlog
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from concierge.adapters import logs
from concierge.adapters.keys import Keyring, PepperedSecrets
from concierge.adapters.keys.local import FileKeks
from concierge.domain.access import DeskRole, Principal
from concierge.domain.errors import EvidenceUnavailable
from concierge.services.keeping import Asker, Keeping
from concierge.services.rotating import rotate
from concierge.wire import messages as wire
from recorder.installation import InstallationKey, Signer
from tests.services.desk import Desk, FakeClock, desk_in
from tests.services.exported import export_of, unstamped
from tests.services.test_recovering import crash

SARA = Asker(Principal("Person", "per_" + "s" * 26, DeskRole.SUPERVISOR), "Sara Lind")


class Minted:
    """Every secret the test knows, by what it is; spelled in every way a leak may spell it."""

    def __init__(self) -> None:
        self.keys: dict[bytes, str] = {}

    def add(self, key: bytes, name: str) -> bytes:
        self.keys[key] = name
        return key

    def found_in(self, text: bytes) -> set[str]:
        lower = text.lower()
        return {
            name
            for key, name in self.keys.items()
            if key in text
            or key.hex().encode() in lower
            or repr(key)[2:-1].encode() in text
            or any(spelled in text for spelled in based(key))
        }


def based(key: bytes) -> Iterator[bytes]:
    """Base64 of the key at each of the three places it may begin at, without what its neighbours have a part in."""
    for place in range(3):
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            text = encode(bytes(place) + key + bytes(2))
            yield text[4 if place else 0 : 4 * ((place + len(key)) // 3)]


def raw(pem: bytes) -> bytes:
    key = load_pem_private_key(pem, None)
    return key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())[-32:]


def outside_keys(folder: Path) -> list[Path]:
    return [file for file in folder.rglob("*") if file.is_file() and file.parent.name != "keys"]


def environment() -> bytes:
    return Path("/proc/self/environ").read_bytes()


@pytest.fixture
def minted(monkeypatch: pytest.MonkeyPatch) -> Minted:
    """Content keys and signing keys are noted as they are made."""
    minted = Minted()
    fresh, signer = Keyring.fresh, InstallationKey.signer

    def signed(own: InstallationKey, recording: str, epoch: int) -> Signer:
        made = signer(own, recording, epoch)
        minted.add(made.private.private_bytes_raw(), "a signing key")
        return made

    monkeypatch.setattr(Keyring, "fresh", lambda ring: minted.add(fresh(ring), "a content key"))
    monkeypatch.setattr(InstallationKey, "signer", signed)
    return minted


@contextmanager
def loud() -> Iterator[None]:
    """Everything is logged, also what libraries say to themselves."""
    before = logging.root.handlers[:], logging.root.level
    logs.set_up("json")
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG))
    logging.getLogger().setLevel(logging.DEBUG)
    logging.getLogger("concierge").setLevel(logging.DEBUG)
    yield
    structlog.reset_defaults()
    logging.root.handlers[:], level = before
    logging.root.setLevel(level)


async def lived(desk: Desk) -> list[bytes]:
    """A session, a replay, an export, a rotation, an erasure: what each gave out."""
    live, customer, _surface = await desk.sharing()
    await desk.send(live, customer, wire.Say("It prints blanks"))
    await desk.send(live, live.decided.host, wire.End("resolved", "New drum"))
    await desk.ended(live)
    recording = live.decided.recording
    wrapped = await desk.tools.recordings.wrapped_keys(recording)
    script = await desk.reader.script(recording, wrapped)
    assert script.readable
    bundle = await desk.reader.bundle(recording, wrapped, export_of(recording), unstamped)
    with closing(zipfile.ZipFile(bundle)) as packed:
        given = [packed.read(name) for name in packed.namelist()]
    keks = desk.ring.places[0]
    assert isinstance(keks, FileKeks)
    keks.renew()
    await rotate(desk.database.keys, desk.ring, desk.tools.audit, desk.clock)
    keeping = Keeping(desk.tools, desk.database.custody, desk.vault)
    await keeping.erase(SARA, recording, ["voice"], "The customer asked for it")
    given += [repr(one).encode() for one in (desk, live, script, wrapped, desk.ring, desk.tools.evidence)]
    return given


@pytest.mark.parametrize("before", [b"", b"a", b"ab", b"abc"])
def test_a_leak_is_found_however_it_is_spelled(before: bytes) -> None:
    minted = Minted()
    key = minted.add(secrets.token_bytes(32), "it")
    around = before + key + b"tail"
    spelled = [around, around.hex().encode(), around.hex().upper().encode(), repr(around).encode()]
    spelled += [base64.b64encode(around), base64.urlsafe_b64encode(around)]
    assert [minted.found_in(b"x " + one) for one in spelled] == [{"it"}] * len(spelled)
    assert minted.found_in(secrets.token_bytes(4096)) == set()


async def test_no_key_is_in_any_file_output_log_error_or_bundle(
    tmp_path: Path, minted: Minted, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    keks = FileKeks(tmp_path / "keys" / "kek", may_make=True)
    (tmp_path / "desk").mkdir()
    pepper = minted.add(secrets.token_bytes(32), "the pepper")
    monkeypatch.setattr("tests.services.desk.PepperedSecrets", lambda _constant: PepperedSecrets(pepper))
    with loud():
        async with desk_in(tmp_path / "desk", ring=Keyring(keks)) as desk:
            minted.add(raw((tmp_path / "desk" / "installation.pem").read_bytes()), "the installation key")
            given = await lived(desk)
            open_one, _customer, _surface = await desk.sharing()
            left = crash(desk, tmp_path / "left")
            dump = repr((open_one, desk.tools, environment())).encode()
        other = FileKeks(tmp_path / "keys" / "other", may_make=True)
        clock = FakeClock(desk.clock.now_ms + 20_000)
        async with desk_in(left, clock, ring=Keyring(other)) as again:
            wrapped = await again.tools.recordings.wrapped_keys(open_one.decided.recording)
            with pytest.raises(EvidenceUnavailable) as error:
                await again.reader.media(open_one.decided.recording, wrapped, 0, 1, voice=True)
            told = "".join(traceback.format_exception(error.value)).encode()
    for file in await asyncio.to_thread(lambda: sorted((tmp_path / "keys").rglob("*"))):
        held = file.read_bytes()
        minted.add(held if len(held) == 32 else bytes.fromhex(held.decode().strip()), f"KEK {file.name}")
    assert {"a content key", "a signing key", "the pepper", "the installation key"} < set(
        minted.keys.values()
    )
    assert len([name for name in minted.keys.values() if name.startswith("KEK")]) >= 3
    out, err = capfd.readouterr()
    assert '"level": "debug"' in err
    assert "recording_not_recovered" in err
    for place, text in [("bundle", one) for one in given] + [
        ("dump", dump),
        ("traceback", told),
        ("out", out.encode()),
        ("err", err.encode()),
    ]:
        assert minted.found_in(text) == set(), place
    files = outside_keys(tmp_path)
    assert {"desk.sqlite3", "installation.pem", "epoch-0000.crec"} <= {file.name for file in files}
    for file in files:
        allowed = {"the installation key"} if file.name == "installation.pem" else set()
        found = minted.found_in(file.read_bytes())
        assert found <= allowed, file
