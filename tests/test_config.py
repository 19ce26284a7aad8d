"""Settings are found in their order, and what makes no sense is said in words."""

from __future__ import annotations

from pathlib import Path

import pytest

from concierge.config import Config, SettingError, load


def test_the_command_line_beats_the_environment_beats_the_file_beats_the_default(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text('port = 1001\norganisation = "From the file"\nkept_days = 7\n', encoding="utf-8")
    config = load(
        {"data_dir": str(tmp_path), "port": "1003", "config": str(file)},
        {"CONCIERGE_PORT": "1002", "CONCIERGE_ORGANISATION": "From the environment"},
    )
    assert (config.port, config.organisation, config.kept_days) == (1003, "From the environment", 7)
    assert config.host == "localhost"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"port": "0"}, "port: a number from 1 to 65535"),
        ({"port": "eighty"}, "port: a number"),
        ({"port": "٣"}, "port: a number"),
        ({"public_url": "desk.example.org"}, "public_url: an address like"),
        ({"public_url": "https://u:p@desk.example.org"}, "public_url: an address like"),
        ({"public_url": "https://desk.example.org/?x=1"}, "public_url: an address like"),
        ({"media_ports": "5000"}, "media_ports"),
        ({"media_ports": "60000-50000"}, "media_ports: a range like"),
        ({"media_public_address": "desk.example.org"}, "media_public_address"),
        ({"ice_servers": "{}"}, "ice_servers: a JSON list"),
        ({"ice_servers": '[{"urls": "http://x"}]'}, "ice_servers: every entry"),
        ({"bucket": "No_Bucket"}, "bucket: the name of a bucket"),
        ({"bucket_prefix": "a b"}, "bucket_prefix: letters"),
        ({"bucket_lock": "for ever"}, "bucket_lock: one of governance, compliance"),
        ({"bucket": "evidence", "bucket_lock": "compliance"}, "belong together"),
        ({"local_keep_days": "3"}, "need a bucket"),
        ({"bucket_credentials_file": "/nowhere/at/all"}, "is not a file"),
        ({"disk_warn_percent": "4"}, "the warning comes first"),
        ({"disk_refuse_percent": "100"}, "disk_refuse_percent: a number from 0 to 99"),
        ({"log_format": "xml"}, "log_format: one of console, json"),
        ({"policies_dir": "/nowhere/at/all"}, "policies_dir"),
        ({"cert_file": "/nowhere/at/all"}, "belong together"),
    ],
)
def test_a_setting_that_makes_no_sense_is_named(tmp_path: Path, given: dict[str, str], words: str) -> None:
    with pytest.raises(SettingError) as caught:
        load({"data_dir": str(tmp_path), **given}, {})
    assert words in str(caught.value)


def test_a_file_with_an_unknown_name_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text("prot = 1\n", encoding="utf-8")
    with pytest.raises(SettingError, match="'prot', which is no setting"):
        load({"data_dir": str(tmp_path), "config": str(file)}, {})


def test_a_missing_data_dir_is_asked_for() -> None:
    with pytest.raises(SettingError, match="data_dir is missing"):
        load({}, {})


def test_the_base_url_follows_what_is_known(tmp_path: Path) -> None:
    assert load({"data_dir": str(tmp_path)}, {}).base_url == "http://localhost:8080"
    assert load({"data_dir": str(tmp_path), "host": "::1"}, {}).base_url == "http://[::1]:8080"
    public = load({"data_dir": str(tmp_path), "public_url": "https://desk.example.org/help/"}, {})
    assert public.base_url == "https://desk.example.org/help"
    assert not public.local
    assert Config(tmp_path).local


def test_ice_servers_are_read_from_json(tmp_path: Path) -> None:
    text = '[{"urls": ["turn:turn.example.org"], "username": "u", "credential": "c"}]'
    config = load({"data_dir": str(tmp_path), "ice_servers": text}, {})
    assert config.ice_servers[0]["username"] == "u"


def test_a_bucket_with_everything_to_it(tmp_path: Path) -> None:
    given = {
        "bucket": "evidence",
        "bucket_prefix": "/desk/north/",
        "bucket_lock": "governance",
        "bucket_lock_days": "30",
        "local_keep_days": "0",
    }
    config = load({"data_dir": str(tmp_path), **given}, {})
    assert (config.bucket_prefix, config.bucket_lock, config.bucket_lock_days) == (
        "desk/north/",
        "governance",
        30,
    )
    assert config.local_keep_days == 0
    assert load({"data_dir": str(tmp_path)}, {}).local_keep_days is None


def test_places_of_keys_are_read_and_an_environment_variable_is_taken_out_of_the_environment(
    tmp_path: Path,
) -> None:
    environment = {"DESK_KEK": "ab" * 32, "OLD_KEK": "cd" * 32}
    config = load(
        {"data_dir": str(tmp_path), "kek": "env:DESK_KEK", "kek_old": "env:OLD_KEK,unix:/run/kms.sock#desk"},
        environment,
    )
    assert config.kek is not None
    assert config.kek.secret == "ab" * 32
    assert [(place.scheme, place.where, place.key) for place in config.kek_old] == [
        ("env", "OLD_KEK", ""),
        ("unix", "/run/kms.sock", "desk"),
    ]
    assert environment == {}
    assert "ab" * 32 not in repr(config)
    https = load({"data_dir": str(tmp_path), "kek": "https://kms.example.org:8443/#desk-1"}, {})
    assert https.kek is not None
    assert (https.kek.where, https.kek.key) == ("https://kms.example.org:8443/", "desk-1")


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"kek": "http://kms.example.org#desk"}, "kek: file:PATH"),
        ({"kek": "unix:kms.sock#desk"}, "kek: file:PATH"),
        ({"kek": "https://kms.example.org"}, "kek: file:PATH"),
        ({"kek": "env:NOT SET"}, "kek: file:PATH"),
        ({"kek": "abababab"}, "kek: file:PATH"),
        ({"kek": "env:NOT_SET"}, "NOT_SET that should hold a key is not set"),
        ({"kms_ca_file": "/nowhere"}, "/nowhere is not a file"),
        ({"backup_days": "-1"}, "backup_days: a number"),
    ],
)
def test_a_place_of_a_key_that_makes_no_sense_is_named(
    tmp_path: Path, given: dict[str, str], words: str
) -> None:
    with pytest.raises(SettingError) as caught:
        load({"data_dir": str(tmp_path), **given}, {})
    assert words in str(caught.value)
