"""Tokens are signed by their key, and by no key of another kind."""

import base64
import json

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from engine.brokers.es256 import signed_token


def pem_of(key):
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def decoded(part):
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def test_a_token_has_its_header_its_payload_and_the_signature_of_its_key():
    key = ec.generate_private_key(ec.SECP256R1())

    token = signed_token({"alg": "ES256", "kid": "me"}, {"sub": "me", "exp": 120}, pem_of(key))

    header, payload, signature = map(decoded, token.split("."))
    assert (json.loads(header), json.loads(payload)) == (
        {"alg": "ES256", "kid": "me"},
        {"sub": "me", "exp": 120},
    )
    halves = (int.from_bytes(signature[:32]), int.from_bytes(signature[32:]))
    signed = token.rpartition(".")[0].encode()
    key.public_key().verify(encode_dss_signature(*halves), signed, ec.ECDSA(hashes.SHA256()))


@pytest.mark.parametrize(
    "key",
    [
        pytest.param(ec.generate_private_key(ec.SECP384R1()), id="another curve"),
        pytest.param(ed25519.Ed25519PrivateKey.generate(), id="Ed25519"),
    ],
)
def test_a_key_of_another_kind_signs_nothing(key):
    with pytest.raises(TypeError):
        signed_token({"alg": "ES256"}, {}, pem_of(key))


def test_what_is_no_key_signs_nothing():
    with pytest.raises(ValueError, match="PEM"):
        signed_token({"alg": "ES256"}, {}, "no key")
