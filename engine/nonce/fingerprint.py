"""How an API key is named where the key itself must not stand."""

import hashlib

#: 64 bits: short enough to read aloud, long enough that two keys never share a row.
LENGTH = 16


def key_fingerprint(api_key: str) -> str:
    """Return a short hash of an API key; it names the key's nonce row and may be shown."""
    return hashlib.sha256(api_key.encode()).hexdigest()[:LENGTH]
