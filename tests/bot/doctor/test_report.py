from contextlib import asynccontextmanager

import pytest
from pydantic import SecretStr

from bot.configuration.settings import Settings, setting_names
from bot.configuration.settings_sources import Sources
from bot.doctor.checks import failed, passed
from bot.doctor.doctor import Link
from bot.doctor.report import line_of, report
from engine.clock import SystemClock
from engine.model.errors import MisconfiguredError
from engine.model.venues import Venue

TOKEN = "123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw_"


class Echo:
    """A venue that repeats the chat's token."""

    venue = Venue.KRAKEN

    async def fetch_time(self):
        raise MisconfiguredError(self.venue, f"no such host {TOKEN}")


def test_a_finding_is_one_line_with_its_advice_below():
    assert line_of(passed("settings", "36 read")) == "PASS  settings                 36 read"
    assert line_of(failed("kraken key", "it may not trade", "Give it the right.")).splitlines() == [
        "FAIL  kraken key               it may not trade",
        "      Give it the right.",
    ]


@pytest.mark.parametrize("as_json", [False, True])
async def test_no_secret_stands_in_the_report_whoever_repeats_it(monkeypatch, tmp_path, as_json):
    for name in setting_names():
        monkeypatch.delenv(name, raising=False)
    settings = Settings(
        _env_file=None,
        telegram_token=SecretStr(TOKEN),
        telegram_api_url="http://127.0.0.1:9",
        owner_ids=(7,),
        data_dir=tmp_path,
    )

    @asynccontextmanager
    async def connect(_settings, *, public_only):
        assert not public_only
        yield [Link(market=Echo(), broker=None)]

    written = []
    await report(
        settings,
        sources=Sources(file=None, in_file=0, in_environment=3),
        clock=SystemClock(),
        connect=connect,
        as_json=as_json,
        write=written.append,
    )

    assert "no such host ***" in "\n".join(written)
    assert TOKEN not in "\n".join(written)
