"""The command `concierge`: serve | demo | migrate | doctor | policy check | person add."""

from concierge.cli.commands import main

__all__ = ["main"]
