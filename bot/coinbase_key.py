"""Coinbase's two kinds of keys: its trading API takes ECDSA, its portal makes Ed25519 unless told otherwise."""

import base64

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from pydantic import SecretStr

#: The portal shows the seed and its public half in base64; some tools keep the seed alone.
_ED25519_BYTES = frozenset({32, 64})

ED25519 = (
    "is an Ed25519 key, the portal's default, and Coinbase takes trades with ECDSA keys only: "
    "make a new key there with ECDSA as its signature algorithm"
)


def check_coinbase_secret(secret: SecretStr | None) -> SecretStr | None:
    """Refuse the kind of key that Coinbase would answer with 401 for ever."""
    if secret and is_ed25519(secret.get_secret_value()):
        raise ValueError(ED25519)
    return secret


def is_ed25519(secret: str) -> bool:
    """Tell whether a secret is an Ed25519 key, as the portal shows it or as a PEM."""
    if secret.startswith("-----BEGIN"):
        return _is_ed25519_pem(secret)
    try:
        return len(base64.b64decode(secret, validate=True)) in _ED25519_BYTES
    except ValueError:
        return False


def _is_ed25519_pem(pem: str) -> bool:
    try:
        key = load_pem_private_key(pem.encode(), None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return False
    return isinstance(key, Ed25519PrivateKey)
