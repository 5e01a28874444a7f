"""Sealing broker keys: what is sealed for one user, broker and field opens nowhere else."""

import base64
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from engine.users.master_keys import MasterKey, MasterKeyError

VERSION = "v1"
#: What AES-GCM is specified for; 96 random bits never repeat at the rate keys are added.
_NONCE_BYTES = 12
_PARTS = 4


class VaultError(Exception):
    """A sealed field that cannot be opened; the message never shows what is in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a sealed field belongs."""

    user_id: int
    #: The account the key is for.
    broker: str
    #: `api_key`, `api_secret`, …
    field: str


@dataclass(frozen=True, slots=True)
class _Envelope:
    kid: str
    nonce: bytes
    sealed: bytes

    def __str__(self) -> str:
        return f"{VERSION}.{self.kid}.{_encode(self.nonce)}.{_encode(self.sealed)}"


class Vault:
    """Seals with the newest master key and opens with whichever key a field was sealed with."""

    def __init__(self, keys: Sequence[MasterKey]) -> None:
        if not keys:
            raise MasterKeyError("There is no master key.")
        self._newest = keys[0].kid
        self._ciphers = {key.kid: AESGCM(key.secret) for key in keys}

    @property
    def newest_kid(self) -> str:
        """Return the name of the key that seals."""
        return self._newest

    def seal(self, plain: str, place: Place) -> str:
        """Return `v1.<kid>.<nonce>.<ciphertext>`, which opens for this place only."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = self._ciphers[self._newest].encrypt(nonce, plain.encode(), _bound(self._newest, place))
        return str(_Envelope(self._newest, nonce, sealed))

    def open(self, envelope: str, place: Place) -> str:
        """Return what was sealed.

        Raises:
            VaultError: it was sealed for another place, was changed, or its master key is not here.

        """
        parts = _read(envelope)
        cipher = self._ciphers.get(parts.kid)
        if cipher is None:
            raise VaultError(f"The {place.field} was sealed with master key {parts.kid}, which is not here.")
        try:
            return cipher.decrypt(parts.nonce, parts.sealed, _bound(parts.kid, place)).decode()
        except (InvalidTag, ValueError):
            raise VaultError(f"The sealed {place.field} was changed or belongs to another account.") from None

    def rotate(self, envelope: str, place: Place) -> str:
        """Seal anew with the newest key; what it sealed already stays as it is.

        Raises:
            VaultError: it cannot be opened.

        """
        plain = self.open(envelope, place)
        return envelope if kid_of(envelope) == self._newest else self.seal(plain, place)


def kid_of(envelope: str) -> str:
    """Return the name of the master key that a field was sealed with.

    Raises:
        VaultError: it is no sealed field.

    """
    return _read(envelope).kid


def _bound(kid: str, place: Place) -> bytes:
    # A list in JSON cannot be read two ways, whatever signs its parts contain.
    return json.dumps([VERSION, kid, place.user_id, place.broker, place.field]).encode()


def _read(envelope: str) -> _Envelope:
    parts = envelope.split(".")
    if len(parts) != _PARTS or parts[0] != VERSION:
        raise VaultError("This is no sealed field that this version can open.")
    try:
        return _Envelope(parts[1], _decode(parts[2]), _decode(parts[3]))
    except ValueError:
        raise VaultError("This is no sealed field that this version can open.") from None


def _encode(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


def _decode(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
