"""`make bench`: every figure of docs/benchmarks.md, measured in one run, alone on the machine.

Names on the command line choose: `python -m tests.bench policy media`. Exits 1 when a bound is missed.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
import time
import traceback
from typing import Final

# name -> module with measure() -> {…, "met": bool}
FIGURES: Final = {
    "policy": "tests.bench.policy_decision",
    "offers": "tests.bench.absurd_offers",
    "media": "tests.bench.media_recorded",
    "pictures": "tests.bench.first_picture",
    "people": "tests.bench.people",
    "revoke": "tests.bench.revoke",
    "crash": "tests.bench.crash",
    "verify": "tests.bench.verify",
    "seek": "tests.bench.seek",
    "log": "tests.bench.log_of_millions",
}


def main() -> int:
    """Measure what was asked for; print one line of JSON a figure and a verdict at the end."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[*FIGURES, []], help=", ".join(FIGURES))
    names = parser.parse_args().names or list(FIGURES)
    missed = []
    for name in names:
        began = time.monotonic()
        print(f"measuring {name} …", file=sys.stderr, flush=True)
        try:
            figures = importlib.import_module(FIGURES[name]).measure()
        except Exception as error:  # noqa: BLE001 - what cannot be measured is missed, and the others are still told
            traceback.print_exc()
            figures = {"fault": f"{type(error).__name__}: {error}", "met": False}
        print(
            json.dumps({"figure": name, **figures, "took_s": round(time.monotonic() - began, 1)}), flush=True
        )
        if not figures["met"]:
            missed.append(name)
    print(
        f"{len(names) - len(missed)} of {len(names)} bounds met"
        + (f"; missed: {', '.join(missed)}" if missed else "")
    )
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
