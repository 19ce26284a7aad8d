"""A bucket in anything that speaks S3, through botocore (port Bucket).

Refuses to overwrite: every PUT carries If-None-Match: *, and the SHA-256 that the server compares. It asks for nothing
else when it only writes, so credentials that may only put are enough. Rule: no object is believed by its name; whatever
is read is hashed, and where something was put over an object its older versions are looked through.
"""

from __future__ import annotations

import asyncio
import base64
import functools
import hashlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final, Literal, TypeVar

import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from concierge.domain import limits
from concierge.domain.errors import ConciergeError
from concierge.domain.ids import RecordingId
from concierge.services.storage_port import (
    BucketRefused,
    BucketUnreachable,
    Piece,
    PieceDiffers,
    Placed,
    piece_of,
)

T = TypeVar("T")

_EXISTS: Final = frozenset({"PreconditionFailed", "412"})
_GONE: Final = frozenset({"NoSuchKey", "NoSuchVersion", "404", "NotFound"})
_REFUSED: Final = frozenset({400, 401, 403, 404, 405, 501})
# These come with a status that looks final, and the very same request may succeed on a better line.
_GARBLED: Final = frozenset(
    {
        "BadDigest",
        "XAmzContentSHA256Mismatch",
        "IncompleteBody",
        "RequestTimeout",
        "SignatureDoesNotMatch",
        "InvalidDigest",
    }
)


@dataclass(frozen=True, slots=True)
class BucketSettings:
    """Where the bucket is. `lock` "" leaves retention to the bucket's own default. Empty keys: botocore's usual places."""

    name: str
    endpoint: str = ""
    region: str = "us-east-1"
    access_key: str = ""
    secret_key: str = field(default="", repr=False)
    prefix: str = ""
    lock: Literal["", "governance", "compliance"] = ""


class S3Bucket:
    """Bucket over S3. Blocking calls run on PIECES_AT_ONCE + 1 threads of its own."""

    def __init__(self, settings: BucketSettings, read_ms: int = limits.BUCKET_READ_MS) -> None:
        self._settings = settings
        self._threads = ThreadPoolExecutor(limits.PIECES_AT_ONCE + 1, thread_name_prefix="bucket")
        self._client = _client(settings, read_ms)

    async def put_new(self, piece: Piece, body: bytes, locked_until_ms: int | None) -> Placed:
        """As the port says."""
        return await self._run(lambda: self._put(piece, body, locked_until_ms))

    async def read(self, piece: Piece) -> bytes:
        """As the port says."""
        return await self._run(lambda: self._read(piece))

    async def pieces(self, recording: RecordingId) -> list[Piece]:
        """As the port says."""
        return await self._run(lambda: self._pieces(recording))

    async def delete(self, piece: Piece) -> None:
        """As the port says."""
        await self._run(lambda: self._delete(piece))

    def stop(self) -> None:
        """Let go of the threads; calls under way end by their own deadlines."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._client.close()

    async def _run(self, work: Callable[[], T]) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        except ClientError as error:
            raise _in_our_words(error) from None
        except BotoCoreError as error:
            raise BucketUnreachable(f"the bucket does not answer: {type(error).__name__}") from None

    # --- on a thread ---

    def _key(self, piece: Piece) -> str:
        return self._settings.prefix + piece.key

    def _put(self, piece: Piece, body: bytes, locked_until_ms: int | None) -> Placed:
        if hashlib.sha256(body).digest() != piece.sha256:
            raise PieceDiffers(f"{piece.key} is not what was planned")
        lock: dict[str, object] = {}
        if locked_until_ms is not None and self._settings.lock:
            until = datetime.fromtimestamp(locked_until_ms / 1000, UTC)
            lock = {"ObjectLockMode": self._settings.lock.upper(), "ObjectLockRetainUntilDate": until}
        try:
            self._client.put_object(
                Bucket=self._settings.name,
                Key=self._key(piece),
                Body=body,
                ContentType="application/octet-stream",
                IfNoneMatch="*",
                ChecksumSHA256=base64.b64encode(piece.sha256).decode(),
                **lock,
            )
        except ClientError as error:
            if _code(error) in _EXISTS:
                return Placed.THERE_ALREADY
            raise
        return Placed.NEW

    def _read(self, piece: Piece) -> bytes:
        try:
            body = self._get(piece)
        except ClientError as error:
            if _code(error) not in _GONE:
                raise
            body = None
        if body is not None and hashlib.sha256(body).digest() == piece.sha256:
            return body
        for version in self._versions(piece):
            if version["Size"] == piece.size:
                older = self._get(piece, VersionId=version["VersionId"])
                if hashlib.sha256(older).digest() == piece.sha256:
                    return older
        what = "is not in the bucket" if body is None else "is something else in the bucket"
        raise PieceDiffers(f"{piece.key} {what}")

    def _get(self, piece: Piece, **version: str) -> bytes:
        answer = self._client.get_object(Bucket=self._settings.name, Key=self._key(piece), **version)
        with answer["Body"] as stream:
            # One byte more than there may be: an object that is too large need not be read to its end.
            body: bytes = stream.read(piece.size + 1)
        return body

    def _versions(self, piece: Piece) -> list[dict[str, Any]]:
        pages = self._client.get_paginator("list_object_versions").paginate(
            Bucket=self._settings.name, Prefix=self._key(piece)
        )
        return [version for page in pages for version in page.get("Versions", [])]

    def _pieces(self, recording: RecordingId) -> list[Piece]:
        prefix = self._settings.prefix
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self._settings.name, Prefix=f"{prefix}{recording}/"
        )
        keys = [entry["Key"].removeprefix(prefix) for page in pages for entry in page.get("Contents", [])]
        return [piece for key in keys if (piece := piece_of(key)) is not None]

    def _delete(self, piece: Piece) -> None:
        for version in self._versions(piece):
            self._client.delete_object(
                Bucket=self._settings.name, Key=self._key(piece), VersionId=version["VersionId"]
            )


@functools.cache
def _session() -> botocore.session.Session:
    """One for the process: reading the service's description takes a tenth of a second."""
    return botocore.session.Session()


def _client(settings: BucketSettings, read_ms: int) -> Any:
    keys = {}
    if settings.access_key:
        keys = {"aws_access_key_id": settings.access_key, "aws_secret_access_key": settings.secret_key}
    return _session().create_client(
        "s3",
        region_name=settings.region,
        endpoint_url=settings.endpoint or None,
        config=Config(
            connect_timeout=limits.BUCKET_CONNECT_MS / 1000,
            read_timeout=read_ms / 1000,
            retries={"total_max_attempts": 1},  # the uploader tries again, and says so
            max_pool_connections=limits.PIECES_AT_ONCE + 1,
            s3={"addressing_style": "path"},
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        ),
        **keys,
    )


def _code(error: ClientError) -> str:
    return str(error.response.get("Error", {}).get("Code", ""))


def _in_our_words(error: ClientError) -> ConciergeError:
    code, status = _code(error), error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if status in _REFUSED and code not in _GARBLED:
        return BucketRefused(f"the bucket refuses: {code}")
    return BucketUnreachable(f"the bucket cannot take it now: {code or status}")
