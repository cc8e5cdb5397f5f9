"""Valid keys and signatures, with `cryptography` and without."""

from __future__ import annotations

import base64
import sys

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st

from muxi.testing.formation.distillery_store import is_signed, raw_key

KEY = Ed25519PrivateKey.generate()
RAW = KEY.public_key().public_bytes_raw()
PUBLIC = base64.b64encode(RAW).decode()


@given(st.binary(min_size=32, max_size=32))
def test_a_key_may_be_raw_or_der_with_or_without_a_prefix(seed: bytes) -> None:
    public = Ed25519PrivateKey.from_private_bytes(seed).public_key()
    der = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    for written in (public.public_bytes_raw(), der):
        text = base64.b64encode(written).decode()
        for each in (text, f"ed25519:{text}", f" ED25519:{text}\n"):
            assert raw_key(each) == public.public_bytes_raw()


@given(st.binary(max_size=80).filter(lambda found: len(found) not in (32, 44)))
def test_no_other_length_is_a_key(found: bytes) -> None:
    with pytest.raises(ValueError, match="public_key"):
        raw_key(base64.b64encode(found).decode())


@given(st.binary(), st.binary())
def test_a_signature_is_for_one_message(message: bytes, other: bytes) -> None:
    signature = base64.b64encode(KEY.sign(message)).decode()
    assert is_signed(PUBLIC, signature, message)
    assert is_signed(PUBLIC, signature, other) is (message == other)


def test_without_cryptography_only_the_size_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cryptography", None)
    for size, looks_right in ((64, True), (63, False), (0, False)):
        signature = base64.b64encode(bytes(size)).decode()
        assert is_signed(PUBLIC, signature, b"") is looks_right
    assert is_signed(PUBLIC, "no base64", b"") is False
