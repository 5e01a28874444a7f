from datetime import UTC, datetime, timedelta

from pydantic import SecretStr

from bot.commands.nonce_lines import brokers_by_fingerprint, render_nonce, with_broker
from bot.configuration.settings import Settings
from engine.nonce.fingerprint import key_fingerprint
from engine.nonce.store import NonceStatus

NOW = datetime(2026, 11, 29, 18, 29, tzinfo=UTC)
SETTINGS = Settings(
    _env_file=None,
    owner_ids=(7,),
    kraken_api_key=SecretStr("ours"),
    kraken_api_secret=SecretStr("secret"),
)


def shown(key, **what):
    known = {"last_nonce": 12, "last_used_at": NOW - timedelta(seconds=4), "issued": 1200}
    nonce = NonceStatus(fingerprint=key_fingerprint(key), **(known | what))
    return render_nonce(with_broker(nonce, brokers_by_fingerprint(SETTINGS)), now=NOW)


def test_each_key_is_named_with_its_broker():
    assert shown("ours") == f"Kraken  key {key_fingerprint('ours')}  last 12  4 s ago  1,200 issued"


def test_a_key_that_was_replaced_is_named_as_such():
    assert shown("former").startswith("no longer set  key ")


def test_what_cannot_be_read_is_said():
    line = shown("ours", last_nonce=None, last_used_at=None, issued=None)

    assert line.endswith("last unreadable  unreadable  unreadable issued")
