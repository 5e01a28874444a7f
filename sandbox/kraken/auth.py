"""Whether a private request really comes from the holder of a key; pure.

https://docs.kraken.com/api/docs/guides/spot-rest-auth
"""

import base64
import hashlib
import hmac
import json
from urllib.parse import parse_qsl


def signature(*, path: str, nonce: str, body: bytes, secret: str) -> str:
    """The API-Sign header a request must carry."""
    digest = hashlib.sha256(nonce.encode() + body).digest()
    mac = hmac.new(base64.b64decode(secret), path.encode() + digest, hashlib.sha512)
    return base64.b64encode(mac.digest()).decode()


def is_signed(*, path: str, nonce: str, body: bytes, secret: str, claimed: str) -> bool:
    """True if the claimed API-Sign is the right one."""
    expected = signature(path=path, nonce=nonce, body=body, secret=secret)
    return hmac.compare_digest(expected.encode(), claimed.encode())


def parse_params(body: bytes, content_type: str) -> dict[str, str]:
    """The parameters of a form or JSON body as text; an unreadable body has none."""
    if content_type != "application/json":
        return dict(parse_qsl(body.decode(errors="replace"), keep_blank_values=True))
    try:
        fields = json.loads(body)
    except ValueError:
        return {}
    return {key: str(value) for key, value in fields.items()} if isinstance(fields, dict) else {}


def parse_nonce(text: str) -> int | None:
    """The nonce as an unsigned 64-bit number, None for anything else."""
    if not (text.isascii() and text.isdigit()):
        return None
    nonce = int(text)
    return nonce if nonce < 2**64 else None
