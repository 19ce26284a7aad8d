"""Settings: read once at start, checked once, in words a person can act on. Nothing else reads the environment.

Every setting has one name. It is looked for on the command line, then in the environment as CONCIERGE_<NAME>, then in
the TOML file named by --config, then its default holds.
"""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass, field, fields, replace
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Final, Literal
from urllib.parse import urlsplit

from concierge import shipped
from concierge.domain import limits
from concierge.domain.errors import ConciergeError

_KEY_NAME: Final = re.compile(r"\A[A-Za-z0-9][A-Za-z0-9_.-]{0,63}\Z")
_BUCKET: Final = re.compile(r"\A[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]\Z")
_PREFIX: Final = re.compile(r"\A[A-Za-z0-9_.-]+(?:/[A-Za-z0-9_.-]+)*\Z")
TURN_SECRET_MIN_CHARS: Final = 16
LOCAL_HOSTS: Final = frozenset({"localhost", "127.0.0.1", "::1"})


class SettingError(ConciergeError):
    """A setting that makes no sense; `str(error)` names it and says what is expected."""


@dataclass(frozen=True, slots=True)
class KekPlace:
    """Where a key-encryption key is: scheme "file", "env", "unix" or "https". `secret` is what an env variable held.

    `key` is the key's name at a KMS. Its repr never shows the secret.
    """

    scheme: str
    where: str
    key: str = ""
    secret: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Config:
    """All settings. Paths are absolute; `database_url` "" means SQLite in the data directory."""

    data_dir: Path
    host: str = "localhost"
    port: int = 8080
    public_url: str = ""
    cert_file: Path | None = None
    key_file: Path | None = None
    trusted_proxies: tuple[str, ...] = ()
    database_url: str = ""
    witnesses: tuple[tuple[str, str], ...] = ()
    policies_dir: Path = shipped.POLICIES
    kek_file: Path | None = None
    kek: KekPlace | None = None
    kek_old: tuple[KekPlace, ...] = ()
    kms_ca_file: Path | None = None
    kms_credential_file: Path | None = None
    organisation: str = "Service Desk"
    desk_phone: str = ""
    kept_days: int = 90
    backup_days: int = 0
    media_listen: tuple[str, ...] = ()
    media_public_address: str = ""
    media_ports: tuple[int, int] | None = None
    ice_servers: tuple[Mapping[str, Any], ...] = ()
    turn_secret: str = field(default="", repr=False)
    bucket: str = ""
    bucket_endpoint: str = ""
    bucket_region: str = "us-east-1"
    bucket_prefix: str = ""
    bucket_credentials_file: Path | None = None
    bucket_lock: Literal["", "governance", "compliance"] = ""
    bucket_lock_days: int = 0
    local_keep_days: int | None = None
    timestamp_url: str = ""
    timestamp_ca_file: Path | None = None
    disk_warn_percent: int = 10
    disk_refuse_percent: int = 5
    disk_reserve_mb: int = 256
    log_format: str = "console"

    @property
    def base_url(self) -> str:
        """The address people open, without a slash at the end."""
        if self.public_url:
            return self.public_url
        scheme = "https" if self.cert_file else "http"
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{scheme}://{host}:{self.port}"

    @property
    def local(self) -> bool:
        """Whether browser and broker are meant to be on one machine."""
        return urlsplit(self.base_url).hostname in LOCAL_HOSTS


def load(given: Mapping[str, str | None], environment: Mapping[str, str] | None = None) -> Config:
    """Return the settings. `given` holds texts from the command line, by name. Raises SettingError."""
    environment = os.environ if environment is None else environment  # noqa: TID251 - this is the one place
    texts: dict[str, Any] = _from_file(given.get("config") or environment.get("CONCIERGE_CONFIG"))
    for name in _PARSERS:
        if (text := environment.get(f"CONCIERGE_{name.upper()}")) is not None:
            texts[name] = text
        if (text := given.get(name)) is not None:
            texts[name] = text
    values = {name: _parsed(name, value) for name, value in texts.items() if value != ""}
    if "data_dir" not in values:
        raise SettingError(
            "data_dir is missing: say where everything is kept (--data-dir or CONCIERGE_DATA_DIR)"
        )
    return _checked(_with_secrets(Config(**values), environment))


def _from_file(name: str | None) -> dict[str, Any]:
    if not name:
        return {}
    try:
        document = tomllib.loads(Path(name).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SettingError(f"the settings file {name} cannot be read: {error}") from None
    unknown = sorted(set(document) - set(_PARSERS))
    if unknown:
        raise SettingError(f"the settings file {name} holds {unknown[0]!r}, which is no setting")
    return document


def _with_secrets(config: Config, environment: Mapping[str, str]) -> Config:
    """Read the KEKs that stand in environment variables, and take them out of the environment that children inherit."""

    def read(place: KekPlace) -> KekPlace:
        if place.scheme != "env":
            return place
        if (text := environment.get(place.where)) is None:
            raise SettingError(f"the environment variable {place.where} that should hold a key is not set")
        if isinstance(environment, MutableMapping):
            found.append(place.where)
        return replace(place, secret=text)

    found: list[str] = []
    kek = None if config.kek is None else read(config.kek)
    old = tuple(read(place) for place in config.kek_old)
    for name in found:
        if isinstance(environment, MutableMapping):
            environment.pop(name, None)
    if kek is not None and config.kek_file is not None:
        raise SettingError("kek and kek_file both say where the key-encryption key is: give one of them")
    return replace(config, kek=kek, kek_old=old)


def _parsed(name: str, value: Any) -> Any:
    try:
        return _PARSERS[name](value)
    except (ValueError, TypeError) as error:
        raise SettingError(f"{name}: {error}") from None


def _checked(config: Config) -> Config:
    if (config.cert_file is None) != (config.key_file is None):
        raise SettingError("cert_file and key_file belong together: give both or neither")
    for path in (
        config.cert_file,
        config.key_file,
        config.kek_file,
        config.kms_ca_file,
        config.kms_credential_file,
        config.timestamp_ca_file,
    ):
        if path is not None and not path.is_file():
            raise SettingError(f"{path} is not a file")
    if config.bucket_credentials_file is not None and not config.bucket_credentials_file.is_file():
        raise SettingError(f"{config.bucket_credentials_file} is not a file")
    if not config.bucket and (config.local_keep_days is not None or config.bucket_lock_days):
        raise SettingError("local_keep_days and bucket_lock_days need a bucket: name it, or leave them out")
    if bool(config.bucket_lock) != bool(config.bucket_lock_days):
        raise SettingError("bucket_lock and bucket_lock_days belong together: give both or neither")
    if bool(config.timestamp_url) != (config.timestamp_ca_file is not None):
        raise SettingError("timestamp_url and timestamp_ca_file belong together: give both or neither")
    if config.disk_warn_percent < config.disk_refuse_percent:
        raise SettingError("disk_warn_percent must not be below disk_refuse_percent: the warning comes first")
    if not config.policies_dir.is_dir():
        raise SettingError(f"policies_dir: {config.policies_dir} is not a directory")
    return config


# --- one parser a setting ---


def _text(value: Any) -> str:
    return str(value).strip()


def _path(value: Any) -> Path:
    return Path(str(value)).expanduser().resolve()


def _number(low: int, high: int) -> Callable[[Any], int]:
    def parse(value: Any) -> int:
        text = str(value)
        if not (text.isascii() and text.isdecimal()) or not low <= int(text) <= high:
            raise ValueError(f"a number from {low} to {high} is expected, not {text!r}")
        return int(text)

    return parse


def _url(value: Any) -> str:
    text = str(value).rstrip("/")
    parts = urlsplit(text)
    if (
        parts.scheme not in {"http", "https"}
        or not parts.hostname
        or parts.query
        or parts.fragment
        or parts.username
    ):
        raise ValueError(f"an address like https://desk.example.org/concierge is expected, not {text!r}")
    return text


def _bucket_name(value: Any) -> str:
    text = str(value).strip()
    if not _BUCKET.match(text):
        raise ValueError(f"the name of a bucket is expected, not {text!r}")
    return text


def _prefix(value: Any) -> str:
    text = str(value).strip().strip("/")
    if not _PREFIX.match(text):
        raise ValueError(f"letters, digits and - _ . / are expected, not {text!r}")
    return f"{text}/"


def _list(value: Any) -> tuple[str, ...]:
    items = value if isinstance(value, list) else str(value).split(",")
    return tuple(item.strip() for item in map(str, items) if item.strip())


def _addresses(value: Any) -> tuple[str, ...]:
    return tuple(str(ip_address(item)) for item in _list(value))


def _address(value: Any) -> str:
    return str(ip_address(str(value)))


def _kek(value: Any) -> KekPlace:
    scheme, _, rest = str(value).strip().partition(":")
    where, _, key = rest.partition("#")
    if scheme == "file" and where and not key:
        return KekPlace(scheme, str(_path(where)))
    if scheme == "env" and where.isidentifier() and not key:
        return KekPlace(scheme, where)
    if scheme == "unix" and where.startswith("/") and _KEY_NAME.match(key):
        return KekPlace(scheme, where, key)
    if scheme == "https" and urlsplit(f"https:{where}").hostname and _KEY_NAME.match(key):
        return KekPlace(scheme, f"https:{where}", key)
    raise ValueError(
        "file:PATH, env:NAME, unix:/path/of/socket#KEY or https://kms.example.org#KEY is expected"
    )


def _keks(value: Any) -> tuple[KekPlace, ...]:
    return tuple(_kek(item) for item in _list(value))


def _ports(value: Any) -> tuple[int, int]:
    first, dash, last = str(value).partition("-")
    low, high = _number(1024, 65535)(first), _number(1024, 65535)(last)
    if not dash or low > high:
        raise ValueError(f"a range like 50000-50199 is expected, not {value!r}")
    return low, high


def _ice_servers(value: Any) -> tuple[Mapping[str, Any], ...]:
    """RTCConfiguration.iceServers as JSON: [{"urls": "turn:…", "username": "…", "credential": "…"}]."""
    servers = json.loads(value) if isinstance(value, str) else value
    if not isinstance(servers, list):
        raise TypeError("a JSON list of {urls, username, credential} is expected")
    for server in servers:
        urls = server.get("urls") if isinstance(server, dict) else None
        listed = urls if isinstance(urls, list) else [urls]
        if not all(
            isinstance(url, str) and url.split(":")[0] in {"stun", "stuns", "turn", "turns"} for url in listed
        ):
            raise ValueError("every entry has urls beginning with stun:, stuns:, turn: or turns:")
    return tuple(servers)


def _shared_secret(value: Any) -> str:
    text = str(value).strip()
    if len(text) < TURN_SECRET_MIN_CHARS:
        raise ValueError(
            f"at least {TURN_SECRET_MIN_CHARS} characters are expected, as in the TURN server's own settings"
        )
    return text


def _witnesses(value: Any) -> tuple[tuple[str, str], ...]:
    """`ADDRESS KEY` of each, as in `https://witness.example.org w.example.org/w+1234abcd+BA…`."""
    found = []
    for item in _list(value):
        address, _, key = item.partition(" ")
        if not key.strip():
            raise ValueError(f"an address and a key with a space between are expected, not {item!r}")
        found.append((_url(address), key.strip()))
    if len(found) > limits.WITNESSES_MAX:
        raise ValueError(f"at most {limits.WITNESSES_MAX} witnesses are asked")
    return tuple(found)


def _choice(*choices: str) -> Callable[[Any], str]:
    def parse(value: Any) -> str:
        if value not in choices:
            raise ValueError(f"one of {', '.join(choices)} is expected, not {value!r}")
        return str(value)

    return parse


_PARSERS: Final[dict[str, Callable[[Any], Any]]] = {
    "data_dir": _path,
    "witnesses": _witnesses,
    "host": _text,
    "port": _number(1, 65535),
    "public_url": _url,
    "cert_file": _path,
    "key_file": _path,
    "trusted_proxies": _addresses,
    "database_url": _text,
    "policies_dir": _path,
    "kek_file": _path,
    "kek": _kek,
    "kek_old": _keks,
    "kms_ca_file": _path,
    "kms_credential_file": _path,
    "organisation": _text,
    "desk_phone": _text,
    "kept_days": _number(1, limits.RETENTION_DAYS_MAX),
    "backup_days": _number(0, limits.RETENTION_DAYS_MAX),
    "media_listen": _addresses,
    "media_public_address": _address,
    "media_ports": _ports,
    "ice_servers": _ice_servers,
    "turn_secret": _shared_secret,
    "bucket": _bucket_name,
    "bucket_endpoint": _url,
    "bucket_region": _text,
    "bucket_prefix": _prefix,
    "bucket_credentials_file": _path,
    "bucket_lock": _choice("governance", "compliance"),
    "bucket_lock_days": _number(1, 36_500),
    "local_keep_days": _number(0, 36_500),
    "timestamp_url": _url,
    "timestamp_ca_file": _path,
    "disk_warn_percent": _number(0, 99),
    "disk_refuse_percent": _number(0, 99),
    "disk_reserve_mb": _number(0, 1_000_000),
    "log_format": _choice("console", "json"),
}

SETTINGS: Final = tuple(field.name for field in fields(Config))
