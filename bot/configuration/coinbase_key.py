"""Coinbase's two kinds of keys: its trading API takes ECDSA, its portal makes Ed25519 unless told otherwise."""

import base64
import json
import re
from collections.abc import Mapping

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from pydantic import SecretStr

from bot.configuration.setting_checks import unescape_pem

#: The portal shows the seed and its public half in base64; some tools keep the seed alone, or write it otherwise.
_ED25519_BYTES = frozenset({32, 64})
_PEM = re.compile(r"-----BEGIN ((?:\w+ )?PRIVATE KEY)-----(.*?)-----END \1-----", re.DOTALL)
_LINE = 64

ED25519 = (
    "is an Ed25519 key, the portal's default, and Coinbase takes trades with ECDSA keys only: "
    "make a new key there with ECDSA as its signature algorithm"
)
OTHER_KEY = (
    "is no key of Coinbase's: those are ECDSA keys on the curve P-256. "
    "Copy the private key that the portal showed for this key, or make a new one there"
)
KEY_FILE = "begins like the key file that Coinbase's portal saves: write its privateKey alone, on one line"


def check_coinbase_secret(secret: SecretStr | None) -> SecretStr | None:
    """Return the PEM that was meant; refuse the kinds of keys that Coinbase would answer with 401 for ever."""
    if not secret:
        return secret
    text = _from_key_file(secret.get_secret_value().strip())
    if is_ed25519(text):
        raise ValueError(ED25519)
    pem = _with_its_lines(text)
    key = _load(pem)
    if key is not None and not (
        isinstance(key, EllipticCurvePrivateKey) and isinstance(key.curve, SECP256R1)
    ):
        raise ValueError(OTHER_KEY)
    return SecretStr(pem) if key is not None else secret


def is_ed25519(secret: str) -> bool:
    """Return whether a secret is an Ed25519 key, as the portal shows it, as a PEM or in another way to write bytes."""
    if secret.startswith("-----BEGIN"):
        return isinstance(_load(_with_its_lines(secret)), Ed25519PrivateKey)
    return any(len(read) in _ED25519_BYTES for read in _bytes_of(secret))


def _bytes_of(text: str) -> list[bytes]:
    standard = text.translate(str.maketrans("-_", "+/")).rstrip("=")
    padded = standard + "=" * (-len(standard) % 4)
    found = []
    for written, decode in (
        (text, bytes.fromhex),
        (padded, lambda each: base64.b64decode(each, validate=True)),
    ):
        try:
            found.append(decode(written))
        except ValueError:
            continue
    return found


def _from_key_file(text: str) -> str:
    """Return the private key of a key file that was pasted whole."""
    if not text.startswith("{"):
        return text
    try:
        file = json.loads(text, strict=False)
    except ValueError:
        raise ValueError(KEY_FILE) from None
    key = file.get("privateKey") if isinstance(file, Mapping) else None
    if not isinstance(key, str) or not key:
        raise ValueError(KEY_FILE)
    return str(unescape_pem(key.strip()))


def _with_its_lines(text: str) -> str:
    """Give a PEM its line ends back, which forms and shells turn into blanks; anything else is returned as it is."""
    found = _PEM.search(text)
    if found is None or _load(text) is not None:
        return text
    body = "".join(found[2].split())
    lines = [body[start : start + _LINE] for start in range(0, len(body), _LINE)]
    pem = "\n".join((f"-----BEGIN {found[1]}-----", *lines, f"-----END {found[1]}-----", ""))
    return text if _load(pem) is None else pem


def _load(pem: str) -> PrivateKeyTypes | None:
    try:
        return load_pem_private_key(pem.encode(), None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return None
