"""Whatever befalls a stream, in any order: what is believed is the venue's price, and in the end all of it is again."""

import random

import pytest

from sandbox.faults import Fault, FaultKind

STEPS = 40
#: Longer than any ban, with its jitter.
BANNED_AT_MOST_S = 800
#: Within this a dead connection is noticed.
NOTICED_S = 11


class Storm:
    """Moves prices and breaks the stream, both by one seed."""

    def __init__(self, stage, seed):
        self.stage = stage
        self.draw = random.Random(seed)
        self.symbols = (stage.symbol, stage.other)
        self.cents = 10_000

    def move(self):
        for symbol in self.symbols:
            self.cents += self.draw.choice((-7, 11))
            bid = self.cents / 100
            self.stage.set_prices(symbol, f"{bid:.2f}", f"{bid + 0.5:.2f}")

    async def befall(self):
        await self.draw.choice(
            (
                self.drop,
                self.close,
                self.silence,
                self.spoil,
                self.garble,
                self.unwant,
                self.withhold,
                self.restart,
            )
        )()

    async def drop(self):
        self.stage.endpoint.drop()

    async def close(self):
        await self.stage.endpoint.close(self.draw.choice((1000, 1001, 1012)))

    async def silence(self):
        self.stage.faults.is_silent = True
        seconds = self.draw.uniform(1, 20)
        await self.stage.clock.sleep(seconds)
        assert seconds < NOTICED_S or not self.stage.sink.live_now
        self.stage.faults.is_silent = False

    async def spoil(self):
        setattr(self.stage.faults, self.draw.choice(("lost", "doubled", "swapped")), self.draw.randint(1, 3))

    async def garble(self):
        self.stage.endpoint.send_raw(self.draw.choice(("{", "NaN", "[1]", '{"channel":"l2_data"}', "[]")))

    async def unwant(self):
        self.stage.stream.want(self.draw.choice(((), self.symbols[:1])))
        await self.stage.clock.sleep(self.draw.uniform(0, 5))
        self.stage.stream.want(self.symbols)

    async def withhold(self):
        self.stage.faults.withholds_confirmations = True
        self.stage.stream.renew(self.symbols)
        await self.stage.clock.sleep(self.draw.uniform(0, 10))
        self.stage.endpoint.confirm()

    async def restart(self):
        await self.stage.server.stop()
        await self.stage.clock.sleep(self.draw.uniform(0, 5))
        await self.stage.server.start()

    async def calm(self):
        """Let every fault be used up or end, and one move more arrive."""
        faults = self.stage.faults
        faults.lost = faults.doubled = faults.swapped = 0
        await self.stage.clock.sleep(NOTICED_S)
        for _ in range(2):  # a message that is held back leaves with the next one
            self.move()
            await self.stage.clock.sleep(1)

    def wrongly_believed(self):
        """What is live at another price than the venue's."""
        return {
            symbol: (self.stage.bid_of(symbol), self.top_of(symbol))
            for symbol in self.stage.sink.live_now
            if float(self.stage.bid_of(symbol)) != self.top_of(symbol)
        }

    def top_of(self, symbol):
        return float(self.stage.market.ticker(self.stage.venue, symbol).bid.price)


@pytest.mark.parametrize("seed", range(6))
async def test_what_is_believed_is_the_price_and_the_stream_recovers_from_everything(stage, seed):
    storm = Storm(stage, seed)
    stage.stream.want(storm.symbols)
    for _ in range(STEPS):
        storm.move()
        await storm.befall()
        storm.move()
        await storm.calm()
        assert storm.wrongly_believed() == {}

    await stage.clock.sleep(BANNED_AT_MOST_S)
    storm.move()
    await stage.sink.until_live(*storm.symbols)
    await stage.clock.sleep(1)
    assert storm.wrongly_believed() == {}


async def test_a_venue_that_bans_for_ever_is_asked_seldom(stage):
    stage.server.faults.add(
        Fault(kind=FaultKind.HTTP_ERROR_BEFORE, endpoint=f"stream {stage.path}", status=429, times=None)
    )
    stage.stream.want({stage.symbol})
    await stage.clock.sleep(3600)

    assert len(stage.server.tape.calls(f"stream {stage.path}")) <= 60
