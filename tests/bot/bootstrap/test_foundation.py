from contextlib import AsyncExitStack

from structlog.testing import capture_logs

from bot.bootstrap.foundation import open_foundation, open_links
from bot.configuration.settings import Settings
from engine.clock import SystemClock
from tests.bot.database import empty_database

TOKEN = "1234567890:AAbbCCddEEffGGhhIIjjKKllMMnnOOppQQr"


async def warnings_of(folder, **keys):
    (folder / "nija.db").write_bytes(empty_database())
    settings = Settings(_env_file=None, data_dir=folder, telegram_token=TOKEN, owner_ids="7", **keys)
    with capture_logs() as logs:
        async with AsyncExitStack() as resources:
            await open_foundation(settings, SystemClock(), resources)
    return [line["event"] for line in logs if line["log_level"] == "warning"]


async def test_a_start_without_any_broker_is_warned_of(tmp_path):
    [warning] = await warnings_of(tmp_path)

    assert warning.startswith("no broker is set: nothing is read, guarded or sold")


async def test_one_broker_is_enough(tmp_path):
    assert await warnings_of(tmp_path, alpaca_api_key="PKTEST", alpaca_api_secret="s" * 40) == []


KEYS = {
    "kraken_api_key": "k" * 56,
    "kraken_api_secret": "c2VjcmV0",
    "alpaca_api_key": "PKTEST",
    "alpaca_api_secret": "s" * 40,
}


async def streams_of(folder, **settings):
    base = await foundation_of(folder, **settings)
    return {stream.name for each in base.connections.values() for stream in each.streams}


async def account_streams_of(folder, **settings):
    base = await foundation_of(folder, **settings)
    return {stream.name for stream in base.account_streams.values()}


async def foundation_of(folder, **settings):
    (folder / "nija.db").write_bytes(empty_database())
    settings = Settings(_env_file=None, data_dir=folder, telegram_token=TOKEN, owner_ids="7", **settings)
    async with AsyncExitStack() as resources:
        return await open_foundation(settings, SystemClock(), resources)


async def test_each_venue_with_a_key_has_its_streams(tmp_path):
    assert await streams_of(tmp_path, **KEYS) == {"Kraken", "Alpaca", "Alpaca stocks"}


async def test_a_stream_that_is_off_is_none(tmp_path):
    off = {"kraken_ws_url": "off", "alpaca_stock_ws_url": "off"}

    assert await streams_of(tmp_path, **KEYS, **off) == {"Alpaca"}


async def test_each_account_has_its_private_stream_unless_it_is_off(tmp_path):
    every = await account_streams_of(tmp_path, **KEYS)

    assert every == {"Kraken orders", "Alpaca orders"}
    assert await account_streams_of(tmp_path, **KEYS, kraken_ws_auth_url="off") == {"Alpaca orders"}


async def test_on_paper_every_venue_is_there_and_no_key_is_used(tmp_path):
    base = await foundation_of(tmp_path, mode="paper", **KEYS)

    assert [type(one).__name__ for one in base.brokers.values()] == ["PaperBroker"] * 3
    assert list(base.brokers) == ["paper-kraken", "paper-coinbase", "paper-alpaca"]
    assert await streams_of(tmp_path, mode="paper", **KEYS) == {"Kraken", "Coinbase"}
    assert base.account_streams == {}


async def test_an_account_on_paper_keeps_what_it_was_given_first(tmp_path):
    for usd in ("700", "900"):
        settings = a_paper_settings(tmp_path, paper_usd=usd)
        async with AsyncExitStack() as resources:
            base = await open_foundation(settings, SystemClock(), resources)
            report = await base.brokers["paper-alpaca"].fetch_report()
        assert [(one.asset, one.free) for one in report.holdings] == [("USD", 700)]


def a_paper_settings(folder, **settings):
    if not (folder / "nija.db").exists():
        (folder / "nija.db").write_bytes(empty_database())
    return Settings(
        _env_file=None, data_dir=folder, telegram_token=TOKEN, owner_ids="7", mode="paper", **settings
    )


async def test_the_doctor_s_look_at_paper_leaves_keys_and_accounts_alone(tmp_path):
    async with open_links(a_paper_settings(tmp_path, **KEYS), public_only=False) as links:
        assert [(link.broker, link.account_stream) for link in links] == [(None, None)] * 3
