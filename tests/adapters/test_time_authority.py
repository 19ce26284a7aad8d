from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization

from concierge.adapters.clock import SteadyClock
from concierge.adapters.time_authority import AuthorityUnusable, HttpTimeAuthority
from concierge.services.export_port import StampUnavailable
from tests.authority import Authority, made, openssl, serving
from tests.services.desk import FakeClock

HEAD = b"a signed checkpoint"
REPLY = "application/timestamp-reply"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Authority]:
    with serving(made(tmp_path_factory.mktemp("tsa") / "tsa")) as authority:
        yield authority


@pytest.fixture(autouse=True)
def honest(authority: Authority) -> None:
    authority.answer = None


def client(authority: Authority, **changes: object) -> HttpTimeAuthority:
    return HttpTimeAuthority(authority.url, authority.ca, SteadyClock(0), **changes)  # type: ignore[arg-type]


async def refusal(asker: HttpTimeAuthority) -> str:
    with pytest.raises(StampUnavailable) as refused:
        await asker.stamp(HEAD)
    return str(refused.value)


async def test_a_stamp_holds_for_openssl_too(authority: Authority, tmp_path: Path) -> None:
    stamp = await client(authority).stamp(HEAD)
    (tmp_path / "head").write_bytes(HEAD)
    (tmp_path / "head.tsr").write_bytes(stamp)
    said = openssl(
        "ts", "-verify", "-data", tmp_path / "head", "-in", tmp_path / "head.tsr", "-CAfile", authority.ca
    )
    assert b"Verification: OK" in said


async def test_the_answer_to_another_question_is_refused(authority: Authority) -> None:
    asker = client(authority)
    await asker.stamp(HEAD)
    before = authority.reply(authority.asked[-1])
    authority.answer = lambda _: (200, REPLY, before)
    assert "another nonce" in await refusal(asker)


async def test_an_answer_about_another_hash_is_refused(authority: Authority) -> None:
    def other(query: bytes) -> tuple[int, str, bytes]:
        mine, theirs = hashlib.sha256(HEAD).digest(), hashlib.sha256(b"something else").digest()
        return 200, REPLY, authority.reply(query.replace(mine, theirs))

    authority.answer = other
    assert "another hash" in await refusal(client(authority))


async def test_an_authority_nobody_vouches_for_is_refused(authority: Authority, tmp_path: Path) -> None:
    stranger = made(tmp_path / "stranger")
    authority.answer = lambda query: (200, REPLY, stranger.reply(query))
    assert "not believed" in await refusal(client(authority))


async def test_a_certificate_for_something_else_is_refused(tmp_path: Path) -> None:
    server = made(tmp_path / "server", extension="extendedKeyUsage=critical,serverAuth")
    with serving(server):
        assert await refusal(client(server))


def expire(authority: Authority) -> None:
    """Give it a certificate that ended long ago."""
    own = serialization.load_pem_private_key((authority.folder / "tsa.key").read_bytes(), None)
    parent = serialization.load_pem_private_key((authority.folder / "ca.key").read_bytes(), None)
    issued = x509.load_pem_x509_certificate((authority.folder / "tsa.pem").read_bytes())
    builder = x509.CertificateBuilder(issued.issuer, issued.subject, own.public_key(), issued.serial_number)  # type: ignore[arg-type]
    for one in issued.extensions:
        builder = builder.add_extension(one.value, one.critical)
    builder = builder.not_valid_before(datetime(2020, 1, 1)).not_valid_after(datetime(2020, 1, 2))  # noqa: DTZ001
    old = builder.sign(parent, hashes.SHA256())  # type: ignore[arg-type]
    (authority.folder / "tsa.pem").write_bytes(old.public_bytes(serialization.Encoding.PEM))


async def test_an_expired_certificate_is_refused(tmp_path: Path) -> None:
    old = made(tmp_path / "old")
    expire(old)
    with serving(old):
        assert await refusal(client(old))


async def test_a_time_far_from_ours_is_refused(authority: Authority) -> None:
    astray = HttpTimeAuthority(authority.url, authority.ca, FakeClock(now_ms=1_000_000_000_000))
    assert "far from ours" in await refusal(astray)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ((500, REPLY, b""), "answered 500"),
        ((200, "text/html", b"<html>"), "text/html"),
        ((200, REPLY, b""), "not"),
        ((200, REPLY, b"\x30\x03\x02\x01\x05"), "not"),
        ((200, REPLY, b"\x30" * 70_000), "too long"),
    ],
)
async def test_what_is_no_answer_is_refused_in_words(
    authority: Authority, answer: tuple[int, str, bytes], words: str
) -> None:
    authority.answer = lambda _: answer
    assert words in await refusal(client(authority)) or "no time-stamp response" in await refusal(
        client(authority)
    )


async def test_a_flipped_byte_is_refused_or_openssl_too_finds_that_it_changes_nothing(
    authority: Authority, tmp_path: Path
) -> None:
    """Certificates of the chain that nobody needs are under no signature; everything that says something is."""
    refused = 0
    (tmp_path / "head").write_bytes(HEAD)
    for place in range(40, 1_300, 90):

        def flipped(query: bytes, place: int = place) -> tuple[int, str, bytes]:
            answer = bytearray(authority.reply(query))
            answer[place % len(answer)] ^= 0x55
            return 200, REPLY, bytes(answer)

        authority.answer = flipped
        try:
            stamp = await client(authority).stamp(HEAD)
        except StampUnavailable:
            refused += 1
            continue
        (tmp_path / "head.tsr").write_bytes(stamp)
        openssl(
            "ts", "-verify", "-data", tmp_path / "head", "-in", tmp_path / "head.tsr", "-CAfile", authority.ca
        )
    assert refused >= 7


async def test_silence_is_cut_short(authority: Authority) -> None:
    over = threading.Event()

    def silent(query: bytes) -> tuple[int, str, bytes]:
        over.wait(10)
        return 200, REPLY, query

    authority.answer = silent
    begun = time.monotonic()
    assert "did not answer" in await refusal(client(authority, wait_ms=200))
    over.set()
    assert time.monotonic() - begun < 5


async def test_nobody_there(authority: Authority) -> None:
    gone = HttpTimeAuthority("http://127.0.0.1:9/", authority.ca, SteadyClock(0))
    assert "cannot be reached" in await refusal(gone)


def test_a_file_without_certificates_is_said(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_bytes(b"nothing")
    with pytest.raises(AuthorityUnusable, match=r"ca\.pem"):
        HttpTimeAuthority("http://127.0.0.1:9/", tmp_path / "ca.pem", SteadyClock(0))
