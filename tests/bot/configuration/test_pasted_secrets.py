import base64
import random
import string

import pytest

from bot.cli import main
from bot.command_errors import SettingsError
from bot.configuration.pasted_secrets import looks_secret
from bot.configuration.settings import PREFIX, secret_fields, setting_names
from bot.configuration.settings_sources import load_settings

ALPHANUMERIC = string.ascii_letters + string.digits
#: What the venues and Telegram hand out, made up from one seed.
KINDS = {
    "bot token": lambda dice: f"{dice.randrange(10**9, 10**10)}:AAH{letters(dice, 32)}",
    "kraken key": lambda dice: base64.b64encode(dice.randbytes(42)).decode(),
    "kraken secret": lambda dice: base64.b64encode(dice.randbytes(64)).decode(),
    "alpaca secret": lambda dice: letters(dice, 40),
    "coinbase key": lambda dice: f"organizations/{uuid(dice)}/apiKeys/{uuid(dice)}",
    "coinbase secret": lambda dice: (
        rf"-----BEGIN EC PRIVATE KEY-----\n{letters(dice, 64)}\n-----END EC PRIVATE KEY-----\n"
    ),
    "master key": lambda dice: f"k1:{base64.b64encode(dice.randbytes(32)).decode()}",
}
#: Where a secret may stand in a value that is otherwise right.
PLACES = {
    "DATA_DIR": ("{}", "/srv/{}", "./data/{}/x"),
    "DATABASE_URL": ("{}", "sqlite+aiosqlite:///{}", "sqlite+aiosqlite:////srv/{}/nija.db"),
    "TELEGRAM_API_URL": ("{}", "https://api.telegram.org/{}", "https://{}@api.telegram.org", "https://{}"),
    "KRAKEN_API_URL": ("{}", "https://api.kraken.com/?key={}"),
    "KRAKEN_WS_URL": ("{}", "wss://ws.kraken.com/v2/{}"),
}
ALL_PLACES = sorted({"{}", *(place for places in PLACES.values() for place in places)})
NOT_SECRET = [name for name in setting_names() if name.removeprefix(PREFIX).lower() not in secret_fields()]


def letters(dice, count):
    return "".join(dice.choices(ALPHANUMERIC, k=count))


def uuid(dice):
    return f"{dice.randrange(16**8):08x}-1111-4222-8333-{dice.randrange(16**12):012x}"


def parts_of(secret):
    """Every stretch of it that would be worth something to a finder."""
    secret = secret.removeprefix("organizations/")
    return {secret[at : at + 12] for at in range(max(1, len(secret) - 11))}


@pytest.fixture(autouse=True)
def _nothing_set(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in setting_names():
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(("kind", "place"), [(kind, place) for kind in KINDS for place in ALL_PLACES])
def test_whatever_its_letters_a_secret_looks_like_one(kind, place):
    for seed in range(100):
        assert looks_secret(place.format(KINDS[kind](random.Random(seed))))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", NOT_SECRET)
def test_a_secret_in_another_setting_is_refused_by_name_and_never_shown(monkeypatch, name, kind):
    for seed in range(2):
        secret = KINDS[kind](random.Random(seed))
        for place in PLACES.get(name.removeprefix(PREFIX), ("{}",)):
            monkeypatch.setenv(name, place.format(secret))

            with pytest.raises(SettingsError) as refusal:
                load_settings(None)

            sentence = str(refusal.value)
            assert sentence.startswith(name)
            assert not [part for part in parts_of(secret) if part in sentence]


@pytest.mark.parametrize("name", [name for name in setting_names() if name not in NOT_SECRET])
@pytest.mark.parametrize("kind", KINDS)
def test_a_secret_in_the_setting_of_another_secret_is_never_shown(monkeypatch, name, kind):
    secret = KINDS[kind](random.Random(0))
    monkeypatch.setenv(name, secret)

    try:
        shown, kept = repr(load_settings(None)), load_settings(None).secrets()
    except SettingsError as refusal:
        shown, kept = str(refusal), None

    assert not [part for part in parts_of(secret) if part in shown]
    assert kept is None or secret.replace("\\n", "\n").strip() in {value.strip() for value in kept}


@pytest.mark.parametrize("name", ["DATA_DIR", "DATABASE_URL", "HEALTH_HOST"])
def test_a_secret_that_is_set_elsewhere_is_known_whatever_it_looks_like(monkeypatch, name):
    monkeypatch.setenv("NIJA_ALERT_URL", "https://hooks.example.org/hunter2")
    monkeypatch.setenv("NIJA_MASTER_KEYS", f"k1:{base64.b64encode(bytes(32)).decode()}")
    planted = base64.b64encode(bytes(32)).decode()
    if name == "DATABASE_URL":
        planted = f"sqlite+aiosqlite:///{planted}"
    monkeypatch.setenv(f"NIJA_{name}", planted)

    with pytest.raises(SettingsError, match=f"^NIJA_{name} ") as refusal:
        load_settings(None)

    assert "AAAA" not in str(refusal.value)


LINES = {
    "no equals sign": "NIJA_TELEGRAM_TOKEN:{}",
    "a blank instead": "NIJA_TELEGRAM_TOKEN {}",
    "a name made of it": "NIJA_{}=1",
}


@pytest.mark.parametrize("line", LINES.values(), ids=LINES)
@pytest.mark.parametrize("kind", KINDS)
def test_a_secret_in_a_broken_line_of_the_file_is_never_shown(tmp_path, capfd, line, kind):
    secret = KINDS[kind](random.Random(1))
    (tmp_path / ".env").write_text(line.format(secret) + "\n")

    try:
        load_settings()
        said = ""
    except SettingsError as refusal:
        said = str(refusal)

    said += "".join(capfd.readouterr())
    assert not [part for part in parts_of(secret) if part.upper() in said.upper()]


COMMANDS = [
    ("run",),
    ("doctor",),
    ("doctor", "--json"),
    ("migrate",),
    ("backup", "copy.db"),
    ("restore", "copy.db"),
    ("halt",),
    ("resume",),
    ("close", "BTC"),
    ("nonce", "show"),
]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_no_command_shows_a_secret_from_the_wrong_setting(monkeypatch, tmp_path, capfd, caplog, command):
    monkeypatch.setattr("sys.argv", ["nija", *command])
    for name in NOT_SECRET:
        secret = KINDS["kraken secret"](random.Random(name))
        with monkeypatch.context() as setting:
            setting.setenv(name, secret)
            with pytest.raises(SystemExit) as end:
                main()

        said = "".join(capfd.readouterr()) + caplog.text
        assert end.value.code == 2
        assert said.startswith(name)
        assert not [part for part in parts_of(secret) if part in said]
        assert list(tmp_path.iterdir()) == []


ORDINARY = [
    "./data",
    "/srv/nija",
    "/Users/JohnDoe/Library/Application Support/NijaTrading2026/Data",
    "/var/lib/docker/volumes/5f3a9c0b1d2e4f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8/_data",
    "/tmp/pytest-of-root/pytest-12/test_parse_BTC_USD_kraken_1_0/data",  # noqa: S108 - a text only
    "/var/folders/zz/zyxvpxvq6csfxvn_n0000000000000/T/nija",
    "sqlite+aiosqlite:////srv/nija/nija.db",
    "https://api.telegram.org",
    "wss://stream.data.alpaca.markets/v1beta3/crypto/us",
    "https://paper-api.alpaca.markets",
    "7,8,123456789",
]


@pytest.mark.parametrize("value", ORDINARY)
def test_an_ordinary_value_does_not_look_secret(value):
    assert not looks_secret(value)


def test_a_password_in_the_database_address_is_where_it_belongs(monkeypatch):
    secret = KINDS["alpaca secret"](random.Random(3))
    monkeypatch.setenv("NIJA_DATABASE_URL", f"postgresql+psycopg://nija:{secret}@db.example.org/nija")

    assert secret in load_settings(None).secrets()
