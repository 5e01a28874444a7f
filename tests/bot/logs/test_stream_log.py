from types import SimpleNamespace

from structlog.testing import capture_logs

from bot.logs.stream_log import StreamLog
from engine.accounts.live_accounts import AccountStreamStatus
from engine.brokers.streams.price_stream import Loss, LossReason
from engine.model.venues import Venue
from tests.builders import an_account
from tests.engine.market.pushing import Pushing


async def test_a_line_is_written_when_prices_are_pushed_lost_and_pushed_again():
    async with Pushing() as pushing:
        stream_log = StreamLog({Venue.KRAKEN: SimpleNamespace(pushed=pushing.prices)}, None, {})
        pushing.stream.push()

        def begin():
            pushing.stream.push()
            pushing.stream.confirm()

        with capture_logs() as logs:
            for change in (
                lambda: None,
                begin,
                begin,
                lambda: pushing.stream.lose(reason=LossReason.REFUSED),
                lambda: pushing.stream.lose(reason=LossReason.SILENT),
                lambda: pushing.stream.lose(reason=LossReason.DISCONNECTED, message="1006"),
                begin,
            ):
                change()
                stream_log.log_changes()

    assert [(line["log_level"], line["event"], line.get("why")) for line in logs] == [
        ("info", "a venue pushes prices", None),
        ("warning", "a venue pushes no prices; they are polled", "the stream is silent"),
        ("info", "a venue pushes prices", None),
    ]


class AccountStatuses:
    """What is known of one account's stream."""

    def __init__(self):
        self.now = AccountStreamStatus(has_stream=True)

    def status(self, account_id):
        del account_id
        return self.now


async def test_a_line_is_written_when_orders_are_pushed_and_one_when_they_are_not():
    accounts = AccountStatuses()
    stream_log = StreamLog({}, accounts, {"kraken-1": SimpleNamespace(account=an_account())})
    live = AccountStreamStatus(has_stream=True, is_live=True)
    refused = AccountStreamStatus(has_stream=True, loss=Loss(LossReason.NOT_PERMITTED, "denied"))
    ended = AccountStreamStatus(has_stream=True, loss=Loss(LossReason.DISCONNECTED, "1006"))

    with capture_logs() as logs:
        for status in (accounts.now, refused, refused, ended, live, live, ended):
            accounts.now = status
            stream_log.log_changes()

    assert [(line["log_level"], line["event"], line.get("why")) for line in logs] == [
        (
            "warning",
            "a venue does not push orders; they are polled",
            "the key is not permitted to open the stream: denied",
        ),
        ("info", "a venue pushes orders", None),
        ("warning", "a venue does not push orders; they are polled", "the stream ended: 1006"),
    ]


async def test_an_account_that_is_polled_as_its_owner_wished_writes_nothing():
    accounts = AccountStatuses()
    accounts.now = AccountStreamStatus(has_stream=False)
    stream_log = StreamLog({}, accounts, {"kraken-1": SimpleNamespace(account=an_account())})

    with capture_logs() as logs:
        stream_log.log_changes()

    assert logs == []
