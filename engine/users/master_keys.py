"""The keys that seal all other keys: read from the settings, or from a private file made at first start."""

import base64
import os
import re
import secrets
import stat
from dataclasses import dataclass, field
from pathlib import Path

KEY_BYTES = 32
_KID = re.compile(r"[A-Za-z0-9_-]{1,32}")


class MasterKeyError(Exception):
    """Master keys that cannot be used; the message advises what to do and never shows a key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MasterKey:
    """A key and the name under which sealed rows remember it."""

    kid: str
    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if not _KID.fullmatch(self.kid):
            raise MasterKeyError("A master key's name has 1 to 32 letters, digits, - or _.")
        if len(self.secret) != KEY_BYTES:
            # Its name is not shown: of something else that was pasted here it may be the secret part.
            raise MasterKeyError(f"A master key must have {KEY_BYTES} bytes, in base64.")


def parse_master_keys(text: str) -> tuple[MasterKey, ...]:
    """Read `kid:base64,kid:base64`, newest first.

    Raises:
        MasterKeyError: there is none, one is malformed, or two share a name.

    """
    keys = tuple(_parse_entry(entry.strip()) for entry in text.split(",") if entry.strip())
    if not keys:
        raise MasterKeyError("There is no master key; write one as kid:base64.")
    if len({key.kid for key in keys}) < len(keys):
        raise MasterKeyError("Two master keys have the same name.")
    return keys


def load_or_create_master_keys(file: Path) -> tuple[MasterKey, ...]:
    """Read the key file; make it with one new key, for the owner's eyes only, when there is none.

    Raises:
        MasterKeyError: the file is malformed, or others may read it.

    """
    _create(file)
    if stat.S_IMODE(file.stat().st_mode) & (stat.S_IRWXG | stat.S_IRWXO):
        raise MasterKeyError(f"{file} can be read by others; run: chmod 600 {file}")
    return parse_master_keys(file.read_text())


def _create(file: Path) -> None:
    draft = file.with_name(f".{file.name}.{os.getpid()}.partial")
    entry = f"k{secrets.token_hex(4)}:{base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()}\n"
    if file.exists():
        return
    handle = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        with os.fdopen(handle, "w") as writing:
            writing.write(entry)
            writing.flush()
            os.fsync(handle)
        # A link never replaces a file that came to stand there meanwhile: losing a key loses what it sealed.
        os.link(draft, file)
    except FileExistsError:
        return
    finally:
        draft.unlink()


def _parse_entry(entry: str) -> MasterKey:
    kid, colon, encoded = entry.partition(":")
    if not colon:
        raise MasterKeyError("A master key is written as kid:base64.")
    try:
        secret = base64.b64decode(encoded, validate=True)
    except ValueError:
        raise MasterKeyError("A master key is not valid base64.") from None
    return MasterKey(kid=kid, secret=secret)
