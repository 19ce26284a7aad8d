"""Labels name their generation, and nothing made under one can pass under another."""

from __future__ import annotations

from dataclasses import astuple
from itertools import permutations

import pytest

from recorder import generation
from recorder.limits import GENERATION


def test_the_generation_written_is_readable_and_not_provisional() -> None:
    assert {GENERATION} == generation.READABLE - generation.PROVISIONAL
    assert generation.PROVISIONAL <= generation.READABLE


def test_no_label_is_the_beginning_of_another() -> None:
    every = [label for one in sorted(generation.READABLE) for label in astuple(generation.labels(one))]
    assert len(set(every)) == 5 * len(generation.READABLE)
    assert not any(one.startswith(other) for one, other in permutations(every, 2))


def test_labels_are_those_of_the_specification() -> None:
    assert generation.labels().certificate == b"concierge-recorder/v1/certificate"
    assert generation.labels().erased == b"concierge-recorder/v1/erased"
    assert generation.labels(0).segment == b"concierge-recorder/segment"
    with pytest.raises(KeyError):
        generation.labels(2)
