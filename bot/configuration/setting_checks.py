"""What each kind of setting may be: every check answers with the value or raises a plain sentence."""

import ipaddress
import re
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import unquote, urlsplit

from pydantic import SecretStr

from bot.configuration.pasted_secrets import looks_secret
from engine.guards.rule import LOWEST_THRESHOLD
from engine.users.master_keys import MasterKeyError, parse_master_keys

DATABASES = ("sqlite+aiosqlite://", "postgresql+psycopg://")
WRONG_PLACE = "holds what looks like a secret; was it pasted into the wrong setting? It is not shown here"
_HOST = re.compile(r"[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})*\.?")
#: At most 52 bits, by https://core.telegram.org/bots/api#user.
_USER_ID = r"[1-9]\d{0,15}"
_LARGEST_EXPONENT = 30


def drop_empty(values: dict[str, Any]) -> dict[str, Any]:
    """Strip blanks around values and treat what is then empty as unset."""
    stripped = {name: value.strip() if isinstance(value, str) else value for name, value in values.items()}
    return {name: value for name, value in stripped.items() if value != ""}


def unset_when_off(value: object) -> object:
    """Let `off` stand for unset."""
    return None if isinstance(value, str) and value.lower() == "off" else value


def check_token(token: SecretStr | None) -> SecretStr | None:
    """Accept what BotFather hands out: digits, a colon, letters."""
    if token and not re.fullmatch(r"\d+:[\w-]+", token.get_secret_value(), re.ASCII):
        raise ValueError("is not a bot token; BotFather's look like 123456789:AAH…")
    return token


def split_ids(value: object) -> object:
    """Read comma separated Telegram user ids."""
    if not isinstance(value, str):
        return value
    parts = [part.strip() for part in value.split(",") if part.strip()]
    for part in parts:
        if not re.fullmatch(_USER_ID, part, re.ASCII):
            raise ValueError("must be numeric Telegram user ids separated by commas")
    return tuple(int(part) for part in parts)


def parse_threshold(value: object) -> Decimal:
    """Accept a loss as a fraction in [-0.5, 0) and guess what a percentage was meant to be."""
    text = str(value).replace("\N{MINUS SIGN}", "-").strip()
    percent, comma = text.endswith("%"), "," in text
    threshold = _number(text.replace(",", "."))
    if not (percent or comma) and threshold.is_finite() and LOWEST_THRESHOLD <= threshold < 0:
        return threshold
    how = " and ".join(
        (
            *(["with a point instead of the comma"] if comma else []),
            *(["without the % sign"] if percent else []),
        )
    )
    written = f", written {how}" if how else ""
    is_ratio = threshold.is_finite() and abs(threshold) <= -LOWEST_THRESHOLD
    meant = threshold / 100 if percent and is_ratio else threshold
    raise ValueError(f"must be a fraction in [-0.5, 0){written}: {_meant(meant)}")


def _number(text: str) -> Decimal:
    try:
        number = Decimal(text.rstrip("% "))
    except InvalidOperation:
        return Decimal("NaN")
    # Beyond that nobody means a ratio, and arithmetic overflows.
    return number if abs(number.adjusted()) <= _LARGEST_EXPONENT else Decimal("NaN")


def _meant(threshold: Decimal) -> str:
    size = abs(threshold) if threshold.is_finite() and threshold else Decimal("0.01")
    if size > -LOWEST_THRESHOLD:
        size /= 100
    guess = size if size <= -LOWEST_THRESHOLD else Decimal("0.01")
    return f"did you mean -{guess.normalize():f}?"


def check_web_url(url: str) -> str:
    """Accept https anywhere and plain http on loopback, and drop a trailing slash."""
    return _check_url(url, secure="https", plain="http")


def check_stream_url(url: str | None) -> str | None:
    """Accept wss anywhere and plain ws on loopback, and drop a trailing slash."""
    return url and _check_url(url, secure="wss", plain="ws")


def check_secret_url(url: SecretStr | None) -> SecretStr | None:
    """Check an address that is itself a secret, such as a webhook."""
    return url and SecretStr(_check_url(url.get_secret_value(), secure="https", plain="http", is_secret=True))


def _check_url(url: str, *, secure: str, plain: str, is_secret: bool = False) -> str:
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - reading it is what validates it
    except ValueError:
        raise ValueError(f"must be a {secure}:// address") from None
    if parts.scheme not in {secure, plain} or not parts.hostname:
        raise ValueError(f"must be a {secure}:// address")
    if not is_secret and "@" in parts.netloc:
        raise ValueError("must be an address without a user or a password")
    if parts.scheme == plain and not _is_loopback(parts.hostname):
        raise ValueError(
            f"must be a {secure}:// address; {plain}:// is for this machine's own addresses only"
        )
    return url.rstrip("/")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def check_database_url(url: str) -> str:
    """Accept SQLite, and PostgreSQL, which the start refuses with its own sentence."""
    if not url.startswith(DATABASES):
        raise ValueError(f"must start with {DATABASES[0]}; this version runs on SQLite")
    return url


def check_host(host: str) -> str:
    """Accept a name or an address to listen on."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        if not _HOST.fullmatch(host):
            raise ValueError("must be a host name or an address") from None
    return host


def refuse_secret(text: str) -> None:
    """Refuse what looks like a secret in a setting whose value may be shown; here it is not shown."""
    password = database_password(text) if text.startswith(DATABASES) else None
    if looks_secret(text.replace(password, "") if password else text):
        raise ValueError(WRONG_PLACE)


def database_password(url: str) -> str | None:
    """Return the password inside a database address, if any."""
    try:
        password = urlsplit(url).password
    except ValueError:
        return None
    return unquote(password) if password else None


def check_master_keys(keys: SecretStr | None) -> SecretStr | None:
    """Accept `kid:base64,…`, each of the right length."""
    if keys:
        try:
            parse_master_keys(keys.get_secret_value())
        except MasterKeyError as error:
            raise ValueError(f"cannot be used: {str(error).rstrip('.')}") from None
    return keys


def unescape_pem(value: object) -> object:
    r"""Turn the literal \n of a one-line PEM into line ends; refuse one that was cut."""
    if not isinstance(value, str) or not value.startswith("-----BEGIN"):
        return value
    pem = value.replace("\\r", "").replace("\\n", "\n").replace("\r", "")
    if "-----END" not in pem:
        raise ValueError(r"is cut off: write the whole PEM on one line, with \n for each line end")
    return pem
