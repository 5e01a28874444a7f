import base64
from decimal import Decimal
from pathlib import Path

import pytest

from bot.command_errors import SettingsError
from bot.configuration.settings import Settings, setting_names
from bot.configuration.settings_sources import load_settings
from engine.model.venues import Venue
from tests.bot.loading import load, refusal

ROOT = Path(__file__).parents[3]
PEM = "-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIBase64==\n-----END EC PRIVATE KEY-----\n"


pytestmark = pytest.mark.usefixtures("bare_environment")


def test_the_example_file_lists_every_setting_and_no_other():
    lines = (ROOT / ".env.example").read_text().splitlines()
    names = [line.partition("=")[0] for line in lines if line and not line.startswith("#")]

    assert sorted(names) == sorted(setting_names())


def test_the_example_file_holds_exactly_the_defaults(monkeypatch):
    monkeypatch.chdir(ROOT)

    assert load_settings(ROOT / ".env.example") == load_settings(None)


def test_the_defaults_are_those_of_the_design(monkeypatch):
    settings = load(monkeypatch)

    assert settings.liquidation_pnl == Decimal("-0.01")
    assert settings.guard_existing == "ask"
    assert (settings.guard_interval_s, settings.snapshot_interval_s, settings.price_max_age_s) == (5, 60, 15)
    assert settings.coinbase_min_equity_usd == Decimal(50)
    assert settings.database_url == f"sqlite+aiosqlite:///{Path.cwd()}/data/nija.db"
    assert settings.owner_ids == ()


def test_the_database_lies_in_the_data_dir_unless_said_otherwise(monkeypatch):
    assert load(monkeypatch, DATA_DIR="/srv/nija").database_url == "sqlite+aiosqlite:////srv/nija/nija.db"
    assert load(monkeypatch, DATABASE_URL="sqlite+aiosqlite:///x.db").database_url.endswith("/x.db")


def test_an_empty_value_counts_as_unset(monkeypatch):
    settings = load(monkeypatch, GUARD_INTERVAL_S="", KRAKEN_API_KEY="  ", HEARTBEAT_URL="off")

    assert settings == load_settings(None)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("GUARD_INTERVALS", "5", "is not a setting: did you mean NIJA_GUARD_INTERVAL_S?"),
        ("OWNER_ID", "7", "is not a setting: did you mean NIJA_OWNER_IDS?"),
        ("KRAKEN_KEY", "k", "is not a setting: did you mean NIJA_KRAKEN_API_KEY?"),
        ("QQQ", "5", "is not a setting: the settings are listed in .env.example."),
        ("FOO", "5", "is not a setting: the settings are listed in .env.example."),
        ("GUARD_INTERVAL_S", "often", "must be a valid number."),
        ("GUARD_INTERVAL_S", "0", "must be greater than 0."),
        ("GUARD_INTERVAL_S", "inf", "must be a finite number."),
        ("MODE", "lvie", "must be 'live' or 'paper'."),
        ("OWNER_IDS", "12,@me", "must be numeric Telegram user ids separated by commas."),
        ("HEALTH_PORT", "70000", "must be less than or equal to 65535."),
        ("DATABASE_URL", "mysql://x", "must start with sqlite+aiosqlite://; this version runs on SQLite."),
        (
            "DATABASE_URL",
            "postgresql://a",
            "must start with sqlite+aiosqlite://; this version runs on SQLite.",
        ),
        ("MASTER_KEYS", "k1:c2hvcnQ=", "cannot be used: A master key must have 32 bytes, in base64."),
        ("TELEGRAM_TOKEN", "hunter2", "is not a bot token; BotFather's look like 123456789:AAH…."),
        ("KRAKEN_API_URL", "api.kraken.com", "must be a https:// address."),
        ("KRAKEN_API_URL", "https://x:port", "must be a https:// address."),
        ("ALERT_URL", "http://example.org/hook", None),
        ("KRAKEN_WS_URL", "ws://ws.kraken.com", None),
    ],
)
def test_a_wrong_setting_stops_the_start_with_one_sentence_naming_it(monkeypatch, name, value, words):
    sentence = refusal(monkeypatch, **{name: value})

    assert sentence.startswith(f"NIJA_{name} ")
    assert "\n" not in sentence
    if words:
        assert sentence == f"NIJA_{name} {words}"


@pytest.mark.parametrize(
    ("value", "meant"),
    [("-1", "-0.01"), ("-1.5", "-0.015"), ("-1%", "-0.01"), ("-1 %", "-0.01"), ("0.02", "-0.02"), ("0", "-0.01"),
     ("-0.51", "-0.0051"), ("5", "-0.05"), ("NaN", "-0.01"), ("low", "-0.01"), ("-100", "-0.01"), ("\N{MINUS SIGN}2", "-0.02")],
)  # fmt: skip
def test_a_percentage_as_threshold_is_asked_back(monkeypatch, value, meant):
    sentence = refusal(monkeypatch, LIQUIDATION_PNL=value)

    assert sentence.startswith("NIJA_LIQUIDATION_PNL must be a fraction in [-0.5, 0)")
    assert sentence.endswith(f"did you mean {meant}?")


@pytest.mark.parametrize(
    ("value", "how", "meant"),
    [
        ("-0,01", "with a point instead of the comma", "-0.01"),
        ("-1%", "without the % sign", "-0.01"),
        ("-0.5 %", "without the % sign", "-0.005"),
        ("-1,5 %", "with a point instead of the comma and without the % sign", "-0.015"),
    ],
)
def test_a_decimal_comma_and_a_percent_sign_are_named(monkeypatch, value, how, meant):
    sentence = refusal(monkeypatch, LIQUIDATION_PNL=value)

    assert sentence == (
        f"NIJA_LIQUIDATION_PNL must be a fraction in [-0.5, 0), written {how}: did you mean {meant}?"
    )


@pytest.mark.parametrize("value", ["-0.5", "-0.01", "-0.000001", "\N{MINUS SIGN}0.02"])
def test_a_threshold_inside_the_range_is_taken_exactly(monkeypatch, value):
    assert load(monkeypatch, LIQUIDATION_PNL=value).liquidation_pnl == Decimal(
        value.replace("\N{MINUS SIGN}", "-")
    )


@pytest.mark.parametrize("host", ["127.0.0.1:81", "localhost:81", "[::1]:81", "127.9.9.9"])
def test_plain_http_is_for_loopback_only(monkeypatch, host):
    assert load(monkeypatch, KRAKEN_API_URL=f"http://{host}/").kraken_api_url == f"http://{host}"
    assert load(monkeypatch, KRAKEN_WS_URL=f"ws://{host}/v2").kraken_ws_url == f"ws://{host}/v2"
    assert "own addresses only" in refusal(monkeypatch, KRAKEN_API_URL="http://127.0.0.1.evil.example")


@pytest.mark.parametrize(
    "name",
    [
        "KRAKEN_WS_URL",
        "COINBASE_WS_URL",
        "ALPACA_WS_URL",
        "ALPACA_STOCK_WS_URL",
        "KRAKEN_WS_AUTH_URL",
        "COINBASE_WS_USER_URL",
        "ALPACA_TRADE_WS_URL",
    ],
)
def test_each_stream_can_be_switched_off(monkeypatch, name):
    assert getattr(load(monkeypatch), name.lower()).startswith("wss://")
    assert getattr(load(monkeypatch, **{name: "off"}), name.lower()) is None
    assert "own addresses only" in refusal(monkeypatch, **{name: "ws://example.org"})


@pytest.mark.parametrize(("there", "missing"), [("KEY", "SECRET"), ("SECRET", "KEY")])
def test_half_a_key_is_refused(monkeypatch, there, missing):
    sentence = refusal(monkeypatch, OWNER_IDS="7", **{f"ALPACA_API_{there}": "value"})

    assert sentence.startswith(f"NIJA_ALPACA_API_{there} is set but NIJA_ALPACA_API_{missing} is not")
    assert "value" not in sentence


def test_a_key_without_an_owner_is_refused(monkeypatch):
    sentence = refusal(monkeypatch, KRAKEN_API_KEY="k", KRAKEN_API_SECRET="s")

    assert sentence.startswith("NIJA_KRAKEN_API_KEY is set but NIJA_OWNER_IDS is not")


def test_a_one_line_pem_gets_its_line_ends_back(monkeypatch):
    settings = load(
        monkeypatch,
        OWNER_IDS="7",
        COINBASE_API_KEY="organizations/x",
        COINBASE_API_SECRET=PEM.replace("\n", "\\n"),
    )

    pair = settings.key_pair(Venue.COINBASE)
    assert pair is not None
    assert pair.secret.get_secret_value() == PEM
    assert settings.key_pair(Venue.KRAKEN) is None


def test_a_pem_cut_after_its_first_line_is_refused(monkeypatch):
    first_line = PEM.splitlines()[0]

    assert "whole PEM" in refusal(monkeypatch, COINBASE_API_SECRET=first_line)


def test_no_secret_shows_in_the_settings_or_in_a_refusal(monkeypatch):
    secret = "s3cr3t-value-nobody-may-see"
    new, old = (base64.b64encode(bytes([number]) * 32).decode() for number in (2, 1))
    environment = {
        "OWNER_IDS": "7",
        "TELEGRAM_TOKEN": f"123456789:{secret}",
        "KRAKEN_API_KEY": f"{secret}k",
        "KRAKEN_API_SECRET": f"{secret}s",
        "DATABASE_URL": f"postgresql+psycopg://nija:{secret}p%40@db/nija",
        "ALERT_URL": f"https://hooks.example/{secret}",
        "MASTER_KEYS": f"k2:{new},k1:{old}",
    }

    settings = load(monkeypatch, **environment)

    assert secret not in f"{settings!r}{settings}"
    assert new not in repr(settings)
    hidden = {f"123456789:{secret}", f"{secret}k", f"{secret}s", f"{secret}p@", new, old}
    assert hidden <= set(settings.secrets())
    for name in ("TELEGRAM_TOKEN", "ALERT_URL", "MASTER_KEYS", "DATABASE_URL"):
        with monkeypatch.context() as patch:
            patch.setenv(f"NIJA_{name}", f"{secret} {secret}")
            assert secret not in refusal(patch)


def test_settings_cannot_be_changed(monkeypatch):
    settings = load(monkeypatch)

    with pytest.raises(ValueError, match="frozen"):
        settings.mode = "paper"
    assert isinstance(settings, Settings)


@pytest.mark.parametrize(
    "value",
    ["x%", "%", "-1e-999999999", "1e999999999", "nan%", "sNaN%", "inf%", "-", "1e999999999%", "x,y%", "--1"],
)
def test_a_threshold_that_is_no_number_is_named_and_nothing_else_happens(monkeypatch, value):
    assert refusal(monkeypatch, LIQUIDATION_PNL=value).startswith("NIJA_LIQUIDATION_PNL must be a fraction")


@pytest.mark.parametrize("name", setting_names())
@pytest.mark.parametrize(
    "value",
    [
        "x%",
        "nan",
        "-nan",
        "sNaN",
        "inf",
        "-inf",
        "1e999999999",
        "9" * 5000,
        "\udcff",
        "\N{SUPERSCRIPT TWO}",
        "[",
        "//[",
    ],
)
def test_no_setting_ends_in_a_traceback(monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    said = ""
    try:
        load_settings(None)
    except SettingsError as refused:
        said = str(refused)
    assert not said or name in said
