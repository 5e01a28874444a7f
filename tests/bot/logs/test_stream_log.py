from types import SimpleNamespace

from structlog.testing import capture_logs

from bot.logs.stream_log import StreamLog
from engine.brokers.price_stream import LossReason
from engine.model.venues import Venue
from tests.engine.market.pushing import Pushing


async def test_a_line_is_written_when_prices_are_pushed_lost_and_pushed_again():
    async with Pushing() as pushing:
        stream_log = StreamLog({Venue.KRAKEN: SimpleNamespace(pushed=pushing.prices)})
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
                stream_log.look()

    assert [(line["log_level"], line["event"], line.get("why")) for line in logs] == [
        ("info", "a venue pushes prices", None),
        ("warning", "a venue pushes no prices; they are polled", "the stream is silent"),
        ("info", "a venue pushes prices", None),
    ]
