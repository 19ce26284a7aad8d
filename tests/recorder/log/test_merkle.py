"""Against the published vectors of RFC 6962 logs, and against the RFC's own recursive definitions, written naively."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recorder.errors import VerificationError
from recorder.log import merkle

# The entries and roots by which implementations of Certificate Transparency are checked.
ENTRIES = [
    bytes.fromhex(text)
    for text in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


# --- RFC 6962, section 2.1, word for word ---


def split(count: int) -> int:
    k = 1
    while k * 2 < count:
        k *= 2
    return k


def mth(entries: list[bytes]) -> bytes:
    if not entries:
        return hashlib.sha256().digest()
    if len(entries) == 1:
        return hashlib.sha256(b"\0" + entries[0]).digest()
    k = split(len(entries))
    return hashlib.sha256(b"\1" + mth(entries[:k]) + mth(entries[k:])).digest()


def path(m: int, entries: list[bytes]) -> list[bytes]:
    if len(entries) == 1:
        return []
    k = split(len(entries))
    if m < k:
        return [*path(m, entries[:k]), mth(entries[k:])]
    return [*path(m - k, entries[k:]), mth(entries[:k])]


def subproof(m: int, entries: list[bytes], whole: bool) -> list[bytes]:  # noqa: FBT001 - as the RFC writes it
    if m == len(entries):
        return [] if whole else [mth(entries)]
    k = split(len(entries))
    if m <= k:
        return [*subproof(m, entries[:k], whole), mth(entries[k:])]
    return [*subproof(m - k, entries[k:], False), mth(entries[:k])]


class Kept:
    """Every complete subtree, as a log keeps them."""

    def __init__(self, entries: list[bytes]) -> None:
        frontier = merkle.Frontier()
        self.hashes = dict(done for entry in entries for done in frontier.add(merkle.leaf_hash(entry)))
        self.root = frontier.root()

    def of(self, spans: list[merkle.Span]) -> list[bytes]:
        return [merkle.join([self.hashes[key] for key in merkle.subtrees(span)]) for span in spans]


def entries_of(count: int) -> list[bytes]:
    return [b"entry %d" % number for number in range(count)]


def test_the_published_roots() -> None:
    frontier = merkle.Frontier()
    for entry, root in zip(ENTRIES, ROOTS, strict=True):
        frontier.add(merkle.leaf_hash(entry))
        assert frontier.root().hex() == root
    assert merkle.Frontier().root() == merkle.EMPTY_ROOT == hashlib.sha256().digest()


def test_published_proofs() -> None:
    kept = Kept(ENTRIES)
    assert [step.hex() for step in kept.of(merkle.consistency_spans(6, 8))] == [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]
    assert [step.hex() for step in kept.of(merkle.consistency_spans(2, 5))] == [
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ]


def test_every_small_tree_agrees_with_the_naive_one() -> None:
    everything = Kept(entries_of(40))
    for size in range(41):
        entries = entries_of(size)
        root = mth(entries)
        assert Kept(entries).root == root == everything.of([(0, size)])[0]
        for index in range(size):
            proof = everything.of(merkle.inclusion_spans(index, size))
            assert proof == path(index, entries)
            merkle.check_inclusion(merkle.leaf_hash(entries[index]), index, size, proof, root)
        for old in range(size + 1):
            proof = everything.of(merkle.consistency_spans(old, size))
            assert proof == (subproof(old, entries, True) if old else [])
            merkle.check_consistency(old, size, mth(entries[:old]), root, proof)


@given(st.integers(1, 400), st.data())
def test_what_was_changed_is_refused(size: int, data: st.DataObject) -> None:
    entries = entries_of(size)
    kept = Kept(entries)
    index = data.draw(st.integers(0, size - 1))
    proof = kept.of(merkle.inclusion_spans(index, size))
    entry = merkle.leaf_hash(entries[index])
    merkle.check_inclusion(entry, index, size, proof, kept.root)
    changes = [
        (merkle.leaf_hash(b"another"), index, proof),
        (entry, index ^ 1, proof),
        (entry, size, proof),
        (entry, index, [*proof, bytes(32)]),
        *((entry, index, [*proof[:n], bytes(32), *proof[n + 1 :]]) for n in range(len(proof))),
        *((entry, index, [*proof[:n], *proof[n + 1 :]]) for n in range(len(proof))),
    ]
    for changed, place, steps in changes:
        with pytest.raises(VerificationError):
            merkle.check_inclusion(changed, place, size, steps, kept.root)


@given(st.integers(2, 400), st.data())
def test_a_fork_is_refused(size: int, data: st.DataObject) -> None:
    entries = entries_of(size)
    old = data.draw(st.integers(1, size - 1))
    where = data.draw(st.integers(0, old - 1))
    forked = [*entries[:where], b"forged", *entries[where + 1 :]]
    proof = Kept(forked).of(merkle.consistency_spans(old, size))
    old_root, new_root = mth(entries[:old]), mth(forked)
    with pytest.raises(VerificationError):
        merkle.check_consistency(old, size, old_root, new_root, proof)
    good = Kept(entries).of(merkle.consistency_spans(old, size))
    merkle.check_consistency(old, size, old_root, mth(entries), good)
    for bad in ([*good, bytes(32)], good[:-1], [bytes(32), *good[1:]]):
        with pytest.raises(VerificationError):
            merkle.check_consistency(old, size, old_root, mth(entries), bad)


def test_equal_and_empty_trees() -> None:
    root = mth(entries_of(5))
    merkle.check_consistency(5, 5, root, root, [])
    merkle.check_consistency(0, 5, merkle.EMPTY_ROOT, root, [])
    for old, old_root, proof in ((5, bytes(32), []), (0, bytes(32), []), (5, root, [root]), (6, root, [])):
        with pytest.raises(VerificationError):
            merkle.check_consistency(old, 5, old_root, root, proof)


def test_a_frontier_goes_on_from_its_hashes() -> None:
    kept = Kept(entries_of(77))
    for size in range(77):
        edge = [kept.hashes[key] for key in merkle.subtrees((0, size))]
        frontier = merkle.Frontier(size, edge)
        for entry in entries_of(77)[size:]:
            frontier.add(merkle.leaf_hash(entry))
        assert frontier.root() == kept.root
    with pytest.raises(ValueError, match="complete subtrees"):
        merkle.Frontier(3, [bytes(32)])


def test_what_is_not_there_has_no_proof() -> None:
    with pytest.raises(ValueError, match="no entry"):
        merkle.inclusion_spans(3, 3)
    with pytest.raises(ValueError, match="cannot go on"):
        merkle.consistency_spans(4, 3)


def test_a_proof_is_never_longer_than_the_tree_is_high() -> None:
    size = 10_000_000
    for index in (0, 1, size // 2, size - 2, size - 1):
        assert len(merkle.inclusion_spans(index, size)) <= 24


def test_the_sides_of_a_proof_lead_to_the_root() -> None:
    for size in (1, 2, 3, 7, 16, 21):
        leaves = [merkle.leaf_hash(b"%d" % number) for number in range(size)]
        frontier = merkle.Frontier()
        for leaf in leaves:
            frontier.add(leaf)
        for index in range(size):
            joined = leaves[index]
            spans = merkle.inclusion_spans(index, size)
            for (begin, end), side in zip(spans, merkle.inclusion_sides(index, size), strict=True):
                part = merkle.Frontier()
                for leaf in leaves[begin:end]:
                    part.add(leaf)
                pair = (part.root(), joined) if side == "left" else (joined, part.root())
                joined = merkle.node_hash(*pair)
            assert joined == frontier.root()
