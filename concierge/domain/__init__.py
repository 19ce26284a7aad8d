"""The rules: standard library only; no I/O, no async, no clock, no randomness."""
