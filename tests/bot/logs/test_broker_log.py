import pytest
from structlog.testing import capture_logs

from bot.logs.broker_log import BrokerLog
from engine.accounts.reader import AccountReader
from engine.accounts.reports import Reports
from engine.market.feed import VenueMarket
from engine.model.errors import KeyRejectedError, TryLaterError
from engine.model.holdings import AccountReport
from engine.model.venues import Account, Venue
from tests.bot.hand_clock import HandClock

ACCOUNT = Account(account_id="kraken-7", user_id=7, venue=Venue.KRAKEN)


async def no_step():
    return 0


class Kraken:
    """An account that answers with nothing in it, or with an error."""

    account, error = ACCOUNT, None

    async def fetch_report(self):
        if self.error:
            raise self.error
        return AccountReport(account=ACCOUNT, holdings=(), at=HandClock().now())


class KrakenListings:
    venue = Venue.KRAKEN
    spare_calls_per_s = 1.0

    async def fetch_instruments(self):
        return {}


@pytest.fixture
def kraken():
    return Kraken()


@pytest.fixture
def look(kraken):
    clock = HandClock()
    reader = AccountReader(
        brokers={ACCOUNT.account_id: kraken},
        markets={Venue.KRAKEN: VenueMarket(data=KrakenListings(), clock=clock)},
        reports=Reports(HandClock(), last_step=no_step),
        clock=clock,
    )
    account_log = BrokerLog(reader)

    async def read_and_look(*, read=True):
        if read:
            await reader.read(ACCOUNT)
        with capture_logs() as lines:
            await account_log.log_changes()
        return [(line["log_level"], line["broker"], line.get("why")) for line in lines]

    return read_and_look


async def test_an_account_nobody_has_read_yet_is_no_news(look):
    assert await look(read=False) == []


async def test_each_change_is_one_line(look, kraken):
    kraken.error = KeyRejectedError(Venue.KRAKEN, "EAPI:Invalid key")
    assert await look() == [("error", "Kraken", "EAPI:Invalid key")]
    assert await look() == []

    kraken.error = TryLaterError(Venue.KRAKEN, "no connection")
    assert await look() == [("warning", "Kraken", "no connection")]

    kraken.error = None
    assert await look() == [("info", "Kraken", None)]
    assert await look() == []
