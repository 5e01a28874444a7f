"""Everything the owner may set, read from the environment and `.env` in this one place."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SecretStr,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.configuration.coinbase_key import check_coinbase_secret
from bot.configuration.setting_checks import (
    WRONG_PLACE,
    check_database_url,
    check_host,
    check_master_keys,
    check_secret_url,
    check_stream_url,
    check_token,
    check_web_url,
    database_password,
    drop_empty,
    parse_threshold,
    refuse_secret,
    split_ids,
    unescape_pem,
    unset_when_off,
)
from engine.model.venues import Venue

PREFIX = "NIJA_"
#: A shorter secret may be part of an ordinary value by chance.
SHORTEST_KNOWN = 8

WebUrl = Annotated[str, AfterValidator(check_web_url)]
StreamUrl = Annotated[str | None, BeforeValidator(unset_when_off), AfterValidator(check_stream_url)]
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
    #: None, here and below: prices are polled.
    kraken_ws_url: StreamUrl = "wss://ws.kraken.com/v2"
    #: None, here and below: orders are polled.
    kraken_ws_auth_url: StreamUrl = "wss://ws-auth.kraken.com/v2"
    coinbase_api_url: WebUrl = "https://api.coinbase.com"
    coinbase_ws_url: StreamUrl = "wss://advanced-trade-ws.coinbase.com"
    coinbase_ws_user_url: StreamUrl = "wss://advanced-trade-ws-user.coinbase.com"
    alpaca_api_url: WebUrl = "https://api.alpaca.markets"
    alpaca_data_url: WebUrl = "https://data.alpaca.markets"
    alpaca_ws_url: StreamUrl = "wss://stream.data.alpaca.markets/v1beta3/crypto/us"
    alpaca_stock_ws_url: StreamUrl = "wss://stream.data.alpaca.markets/v2/iex"
    alpaca_trade_ws_url: StreamUrl = "wss://api.alpaca.markets/stream"

    liquidation_pnl: Annotated[Decimal, BeforeValidator(parse_threshold)] = Decimal("-0.01")
    guard_existing: Literal["ask", "all", "none"] = "ask"
    guard_interval_s: Seconds = 5
    snapshot_interval_s: Seconds = 60
    price_max_age_s: Seconds = 15
    coinbase_min_equity_usd: Annotated[Decimal, Field(ge=0, allow_inf_nan=False)] = Decimal(50)
    mode: Literal["live", "paper"] = "live"
    #: What each account on paper begins with.
    paper_usd: Annotated[Decimal, Field(gt=0, allow_inf_nan=False)] = Decimal(500)

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
        if wrong := "\n".join(self._incomplete()):
            raise ValueError(wrong)
        self._refuse_known_secrets()
        return self

    def _incomplete(self) -> Iterator[str]:
        for venue in Venue:
            key, secret = self._halves(venue)
            name = f"{PREFIX}{venue.upper()}_API_"
            if (key is None) != (secret is None):
                there, missing = ("KEY", "SECRET") if key else ("SECRET", "KEY")
                yield f"{name}{there} is set but {name}{missing} is not; a key needs both."
            if key and not self.owner_ids:
                yield f"{name}KEY is set but NIJA_OWNER_IDS is not; an account needs its owner."

    def _refuse_known_secrets(self) -> None:
        secrets = [secret for secret in self._secrets() if len(secret) >= SHORTEST_KNOWN]
        password = database_password(self.database_url)
        for name in type(self).model_fields:
            text = str(getattr(self, name))
            if name in secret_fields():
                continue
            if any(secret in text and secret != password for secret in secrets):
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


@cache
def secret_fields() -> frozenset[str]:
    """Return the settings whose values are never shown, because they are secrets."""
    fields = Settings.model_fields.items()
    return frozenset(name for name, field in fields if SecretStr in get_args(field.annotation))


def setting_names() -> tuple[str, ...]:
    """Return every setting's name as it stands in the environment."""
    return tuple(PREFIX + field.upper() for field in Settings.model_fields)
