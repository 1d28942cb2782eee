"""What is locked opens with its key, about its own subject, and in no other way."""

import re
from dataclasses import replace

import pytest

from app.kit.vault import Keyring, LockNotOpened, Sealed, new_key

SECRET = b"sixteen bytes ok"


@pytest.fixture
def ring() -> Keyring:
    return Keyring.of([new_key()])


def changed(stored: bytes, place: int) -> bytes:
    return stored[:place] + bytes([stored[place] ^ 1]) + stored[place + 1 :]


def with_part(sealed: Sealed, part: str, stored: bytes) -> Sealed:
    if part == "ciphertext":
        return replace(sealed, ciphertext=stored)
    return replace(sealed, wrapped_key=stored)


def test_round_trip(ring: Keyring) -> None:
    sealed = ring.seal(SECRET, b"about")
    assert SECRET not in sealed.ciphertext + sealed.wrapped_key
    assert ring.open(sealed, b"about") == SECRET


def test_the_same_secret_twice_is_not_the_same_ciphertext(ring: Keyring) -> None:
    one, other = ring.seal(SECRET, b"about"), ring.seal(SECRET, b"about")
    assert one.ciphertext != other.ciphertext
    assert one.wrapped_key != other.wrapped_key


def test_moved_to_another_subject(ring: Keyring) -> None:
    with pytest.raises(LockNotOpened):
        ring.open(ring.seal(SECRET, b"about"), b"about another")


@pytest.mark.parametrize("part", ["wrapped_key", "ciphertext"])
def test_changed_anywhere(ring: Keyring, part: str) -> None:
    sealed = ring.seal(SECRET, b"about")
    stored: bytes = getattr(sealed, part)
    for place in range(len(stored)):
        with pytest.raises(LockNotOpened):
            ring.open(with_part(sealed, part, changed(stored, place)), b"about")
    with pytest.raises(LockNotOpened):
        ring.open(with_part(sealed, part, b""), b"about")


def test_another_ring(ring: Keyring) -> None:
    sealed = ring.seal(SECRET, b"about")
    with pytest.raises(LockNotOpened, match="not on the ring"):
        Keyring.of([new_key()]).open(sealed, b"about")


def test_rotation() -> None:
    old, new = new_key(), new_key()
    sealed = Keyring.of([old]).seal(SECRET, b"about")
    both = Keyring.of([new, old])
    assert both.open(sealed, b"about") == SECRET
    moved = both.rewrap(sealed, b"about")
    assert moved.ciphertext == sealed.ciphertext
    assert Keyring.of([new]).open(moved, b"about") == SECRET
    with pytest.raises(LockNotOpened):
        Keyring.of([old]).open(moved, b"about")
    assert both.seal(SECRET, b"about").master_id == moved.master_id == both.current


def test_names_of_keys_do_not_depend_on_the_ring() -> None:
    key = new_key()
    assert Keyring.of([key]).current == Keyring.of([key, new_key()]).current
    assert re.fullmatch(r"[0-9a-f]{16}", Keyring.of([key]).current)


@pytest.mark.parametrize(
    "text", ["", "short", "é" * 44, "A" * 43, "A" * 42 + "==", "A" * 88, "not base64!" * 4]
)
def test_not_a_key(text: str) -> None:
    with pytest.raises(ValueError, match="master key") as error:
        Keyring.of([text])
    assert not text or text not in str(error.value)


def test_no_key() -> None:
    with pytest.raises(ValueError, match="master key"):
        Keyring.of([])


def test_it_does_not_show_its_keys() -> None:
    key = new_key()
    assert key not in repr(Keyring.of([key]))


def test_blinding() -> None:
    key = new_key()
    ring = Keyring.of([key])
    assert ring.blind("address", "10.0.0.1") == Keyring.of([key]).blind("address", "10.0.0.1")
    assert ring.blind("address", "10.0.0.1") != ring.blind("address", "10.0.0.2")
    assert ring.blind("a", "bc") != ring.blind("ab", "c")
    assert ring.blind("address") != Keyring.of([new_key()]).blind("address")


def test_what_is_stored_is_as_long_for_everybody(ring: Keyring) -> None:
    lengths = {
        (len(sealed.wrapped_key), len(sealed.ciphertext))
        for sealed in (ring.seal(bytes([n]) * 16, b"about") for n in range(20))
    }
    assert len(lengths) == 1
    assert isinstance(ring.seal(SECRET, b""), Sealed)


def test_another_algorithm(ring: Keyring) -> None:
    """What is locked names how; what is not known here is said instead of tried."""
    sealed = ring.seal(SECRET, b"about")
    assert sealed.algorithm == "aes-256-gcm"
    with pytest.raises(LockNotOpened, match="aes-512-xts"):
        ring.open(replace(sealed, algorithm="aes-512-xts"), b"about")
