"""Everything the owner may set, read from the environment and `.env` in this one place."""

import difflib
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, Self, get_args

from dotenv.parser import Binding, parse_stream
from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, DotEnvSettingsSource, NoDecode, SettingsConfigDict

from bot.coinbase_key import check_coinbase_secret
from bot.env_file import check_encoding
from bot.errors import SettingsError
from bot.pasted_secrets import looks_secret
from bot.setting_checks import (
    WRONG_PLACE,
    check_database_url,
    check_host,
    check_master_keys,
    check_secret_url,
    check_stream_url,
    check_threshold,
    check_token,
    check_web_url,
    database_password,
    drop_empty,
    refuse_secret,
    split_ids,
    unescape_pem,
    unset_when_off,
)
from bot.settings_folder import resolve_paths
from engine.model.venues import Venue

PREFIX = "NIJA_"
ENV_FILE = Path(".env")
#: A shorter secret may be part of an ordinary value by chance.
SHORTEST_KNOWN = 8
#: A longer name is no slip of the pen; what was pasted there is not shown whole.
LONGEST_NAME = 40
#: How alike two names are, from 0 to 1, before one is guessed for the other.
NEAR_MISS = 0.75

WebUrl = Annotated[str, AfterValidator(check_web_url)]
StreamUrl = Annotated[str, AfterValidator(check_stream_url)]
SecretUrl = Annotated[SecretStr | None, BeforeValidator(unset_when_off), AfterValidator(check_secret_url)]
Secret = Annotated[SecretStr | None, BeforeValidator(unescape_pem)]
Seconds = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Port = Annotated[int, Field(ge=1, le=65535)]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyPair:
    """An API key and its secret."""

    key: SecretStr
    secret: SecretStr


class Settings(BaseSettings):
    """One frozen record of the table in `.env.example`."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file_encoding="utf-8-sig",
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    telegram_token: Annotated[SecretStr | None, AfterValidator(check_token)] = None
    telegram_api_url: WebUrl = "https://api.telegram.org"
    owner_ids: Annotated[tuple[int, ...], NoDecode, BeforeValidator(split_ids)] = ()

    data_dir: Path = Path("./data")
    database_url: Annotated[str, AfterValidator(check_database_url)] = Field(
        default_factory=lambda data: f"sqlite+aiosqlite:///{data.get('data_dir')}/nija.db", repr=False
    )
    master_keys: Annotated[SecretStr | None, AfterValidator(check_master_keys)] = None

    kraken_api_key: Secret = None
    kraken_api_secret: Secret = None
    coinbase_api_key: Secret = None
    coinbase_api_secret: Annotated[Secret, AfterValidator(check_coinbase_secret)] = None
    alpaca_api_key: Secret = None
    alpaca_api_secret: Secret = None

    kraken_api_url: WebUrl = "https://api.kraken.com"
    kraken_ws_url: StreamUrl = "wss://ws.kraken.com/v2"
    coinbase_api_url: WebUrl = "https://api.coinbase.com"
    coinbase_ws_url: StreamUrl = "wss://advanced-trade-ws.coinbase.com"
    alpaca_api_url: WebUrl = "https://api.alpaca.markets"
    alpaca_data_url: WebUrl = "https://data.alpaca.markets"
    alpaca_ws_url: StreamUrl = "wss://stream.data.alpaca.markets/v1beta3/crypto/us"

    liquidation_pnl: Annotated[Decimal, BeforeValidator(check_threshold)] = Decimal("-0.01")
    guard_existing: Literal["ask", "all", "none"] = "ask"
    guard_interval_s: Seconds = 5
    snapshot_interval_s: Seconds = 60
    price_max_age_s: Seconds = 15
    coinbase_min_equity_usd: Annotated[Decimal, Field(ge=0, allow_inf_nan=False)] = Decimal(50)
    mode: Literal["live", "paper"] = "live"

    heartbeat_url: SecretUrl = None
    alert_url: SecretUrl = None
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] = "INFO"
    #: None: console on a terminal, json elsewhere.
    log_format: Literal["console", "json"] | None = None
    health_host: Annotated[str, AfterValidator(check_host)] = "127.0.0.1"
    health_port: Annotated[Port | None, BeforeValidator(unset_when_off)] = None

    @model_validator(mode="before")
    @classmethod
    def _drop_empty(cls, values: dict[str, Any]) -> dict[str, Any]:
        return drop_empty(values)

    @field_validator("*", mode="before")
    @classmethod
    def _hold_no_secret_of_another(cls, value: object, info: ValidationInfo) -> object:
        if isinstance(value, str) and info.field_name not in secret_fields():
            refuse_secret(value)
        return value

    @field_validator("log_level", mode="before")
    @classmethod
    def _upper(cls, level: object) -> object:
        return level.upper() if isinstance(level, str) else level

    @model_validator(mode="after")
    def _complete(self) -> Self:
        for venue in Venue:
            key, secret = self._halves(venue)
            name = f"{PREFIX}{venue.upper()}_API_"
            if (key is None) != (secret is None):
                there, missing = ("KEY", "SECRET") if key else ("SECRET", "KEY")
                raise ValueError(f"{name}{there} is set but {name}{missing} is not; a key needs both.")
            if key and not self.owner_ids:
                raise ValueError(f"{name}KEY is set but NIJA_OWNER_IDS is not; an account needs its owner.")
        self._refuse_known_secrets()
        return self

    def _refuse_known_secrets(self) -> None:
        secrets = [secret for secret in self._secrets() if len(secret) >= SHORTEST_KNOWN]
        password = database_password(self.database_url)
        for name in type(self).model_fields:
            shown = str(getattr(self, name))
            if name in secret_fields():
                continue
            if any(secret in shown and secret != password for secret in secrets):
                raise ValueError(f"{PREFIX}{name.upper()} {WRONG_PLACE}.")

    def key_pair(self, venue: Venue) -> KeyPair | None:
        """Return the first owner's key at a venue, or None where there is none."""
        key, secret = self._halves(venue)
        return KeyPair(key=key, secret=secret) if key and secret else None

    def secrets(self) -> tuple[str, ...]:
        """Return every value that must never be written down, for redaction."""
        return tuple(self._secrets())

    def _halves(self, venue: Venue) -> tuple[SecretStr | None, SecretStr | None]:
        return getattr(self, f"{venue}_api_key"), getattr(self, f"{venue}_api_secret")

    def _secrets(self) -> Iterator[str]:
        for name in type(self).model_fields:
            value = getattr(self, name)
            if isinstance(value, SecretStr):
                yield value.get_secret_value()
        if self.master_keys:
            for entry in self.master_keys.get_secret_value().split(","):
                yield entry.partition(":")[2].strip()
        if password := database_password(self.database_url):
            yield password


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Where the settings come from: how many that are not empty each place names."""

    #: None when there is no such file.
    file: Path | None
    in_file: int
    in_environment: int


def load_settings(env_file: Path | None = ENV_FILE) -> Settings:
    """Read the environment and the file; raise SettingsError with everything that is wrong, a line each.

    Only the file that nobody named may be missing; /dev/null stands for none. Paths in what is returned are absolute.
    """
    if env_file not in {None, ENV_FILE, Path(os.devnull)} and not Path(env_file).is_file():
        raise SettingsError(f"{env_file}: there is no such file; settings are read from it.")
    check_encoding(env_file)
    wrong = [*_unreadable(env_file)] or [*_unknown([*os.environ, *_in_file(env_file)])]
    try:
        settings = Settings(_env_file=env_file)
    except ValidationError as refusal:
        wrong += _sentences(refusal)
    if wrong:
        raise SettingsError("\n".join(dict.fromkeys(wrong)))
    return resolve_paths(settings, env_file, in_environment=_in_environment())


def find_sources(env_file: Path) -> Sources:
    """Tell where the settings were found."""
    return Sources(
        file=env_file if env_file.is_file() else None,
        in_file=_count(_in_file(env_file)),
        in_environment=_count(os.environ),
    )


@cache
def secret_fields() -> frozenset[str]:
    """Return the settings whose values are never shown, because they are secrets."""
    fields = Settings.model_fields.items()
    return frozenset(name for name, field in fields if SecretStr in get_args(field.annotation))


def notify_socket() -> str:
    """Return where systemd wants to hear from the process; empty without systemd."""
    return os.environ.get("NOTIFY_SOCKET", "")


def setting_names() -> tuple[str, ...]:
    """Return every setting's name as it stands in the environment."""
    return tuple(PREFIX + field.upper() for field in Settings.model_fields)


def _in_file(env_file: Path | None) -> Mapping[str, str | None]:
    return DotEnvSettingsSource(Settings, env_file=env_file).env_vars


def _in_environment() -> frozenset[str]:
    return frozenset(
        name.upper().removeprefix(PREFIX).lower() for name, value in os.environ.items() if value.strip()
    )


def _count(found: Mapping[str, str | None]) -> int:
    known = setting_names()
    return sum(
        1 for name, value in found.items() if name.upper() in known and value and _differs(name, value)
    )


def _differs(name: str, value: str) -> bool:
    """Tell whether a value was filled in: one that is the default says nothing."""
    default = Settings.model_fields[name.upper().removeprefix(PREFIX).lower()].get_default()
    if default is None or default == ():
        return value.strip().lower() not in {"", "off"}
    try:
        return bool(type(default)(value.strip()) != default)
    except (ArithmeticError, ValueError):
        return True


def _unreadable(env_file: Path | None) -> Iterator[str]:
    """Name the lines that the reader of the file could make nothing of, and show none of them."""
    if env_file is None or not Path(env_file).is_file():
        return
    with Path(env_file).open(encoding="utf-8-sig", errors="replace") as lines:
        for binding in parse_stream(lines):
            # A word alone is read as a name without a value.
            if binding.error or (_is_ours(binding.key) and binding.value is None):
                yield (
                    f"{env_file}, line {_line_of(binding)}: this is no NAME=value; "
                    "comments begin with #, and an opened quote must be closed."
                )


def _is_ours(name: str | None) -> bool:
    return name is not None and name.upper().startswith(PREFIX)


def _line_of(binding: Binding) -> int:
    blank = len(binding.original.string) - len(binding.original.string.lstrip())
    return binding.original.line + binding.original.string[:blank].count("\n")


def _unknown(names: Iterable[str]) -> Iterator[str]:
    known = setting_names()
    for name in names:
        upper = name.upper()
        if upper.startswith(PREFIX) and upper not in known:
            near = [name.removeprefix(PREFIX) for name in known]
            close = difflib.get_close_matches(upper.removeprefix(PREFIX), near, n=1, cutoff=NEAR_MISS)
            hint = (
                f"did you mean {PREFIX}{close[0]}?" if close else "the settings are listed in .env.example."
            )
            yield f"{_shown(name)} is not a setting: {hint}"


def _shown(name: str) -> str:
    """Return a name as it may be shown: in a line without `=` the reader of the file takes all of it for a name."""
    text = re.match(r"\w+", name, re.ASCII)
    name_part = text.group() if text else ""
    if len(name_part) > LONGEST_NAME or looks_secret(name_part):
        return f"{PREFIX}…"
    return name_part.upper() if name_part == name else f"{name_part.upper()}… (a line without = ?)"


def _sentences(refusal: ValidationError) -> list[str]:
    errors = refusal.errors(include_url=False, include_context=False)
    # What follows from another setting cannot be worked out while that one is wrong.
    return [_sentence(error) for error in errors if error["type"] != "default_factory_not_called"]


def _sentence(error: ErrorDetails) -> str:
    text = str(error["msg"]).removeprefix("Value error, ")
    if not error["loc"]:
        return text
    field = str(error["loc"][0])
    text = text.replace("Input should be", "must be").partition(", unable to parse")[0]
    # What was met is never shown: it may be a secret that was pasted into the wrong setting.
    return f"{PREFIX}{field.upper()} {text}{'' if text.endswith('?') else '.'}"
