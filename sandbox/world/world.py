"""One market, three venues and Telegram on loopback, with an owner who has an account at each."""

import base64
import hashlib
import time
from collections.abc import Callable, Sequence
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import Self

from engine.brokers.paper.book import Listing
from engine.brokers.paper.ledger import Ledger
from sandbox.alpaca import AlpacaServer
from sandbox.alpaca import server as alpaca
from sandbox.catalogue import ALPACA, COINBASE, KRAKEN, VENUES, listings_of
from sandbox.coinbase import CoinbaseServer
from sandbox.coinbase import server as coinbase
from sandbox.faults import Faults
from sandbox.kraken import KrakenServer
from sandbox.kraken import server as kraken
from sandbox.market import Market
from sandbox.server import StandIn
from sandbox.streams.endpoint import Endpoint
from sandbox.tape import Tape
from sandbox.telegram import ChatUser, TelegramServer
from sandbox.world.expected import ExpectedBalance, Prices, expect_as_broker, expect_balance
from sandbox.world.opening import Opening, replay
from sandbox.world.story import DEMO_STORY, Story

OWNER_ID = 4_200_042
#: Of Kraken's form; they open nothing but this stand-in.
KRAKEN_KEY = base64.b64encode(hashlib.sha256(b"sandbox key").digest()).decode()
KRAKEN_SECRET = base64.b64encode(hashlib.sha512(b"sandbox secret").digest()).decode()
_HALF = Decimal("0.5")
_STREAMS = (
    (KRAKEN, "KRAKEN_WS_URL", kraken.STREAM),
    (KRAKEN, "KRAKEN_WS_AUTH_URL", kraken.ACCOUNT_STREAM),
    (COINBASE, "COINBASE_WS_URL", coinbase.STREAM),
    (COINBASE, "COINBASE_WS_USER_URL", coinbase.USER_STREAM),
    (ALPACA, "ALPACA_WS_URL", alpaca.CRYPTO_STREAM),
    (ALPACA, "ALPACA_STOCK_WS_URL", alpaca.STOCK_STREAM),
    (ALPACA, "ALPACA_TRADE_WS_URL", alpaca.TRADE_STREAM),
)
_ACCOUNT_STREAMS = {
    KRAKEN: kraken.ACCOUNT_STREAM,
    COINBASE: coinbase.USER_STREAM,
    ALPACA: alpaca.TRADE_STREAM,
}


class SandboxWorld:
    """Everything outside of the bot; all venues have accounts, those named in `venues` are open."""

    def __init__(
        self,
        *,
        venues: Sequence[str] = VENUES,
        story: Story = DEMO_STORY,
        owner_id: int = OWNER_ID,
        telegram_port: int = 0,
        now: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.venues = tuple(venues)
        self.market = Market(now=now)
        for listing in listings_of(*VENUES):
            self.market.add(listing)
        for asset, usd in story.prices.items():
            self.market.set_price(asset, usd)
        self.telegram = TelegramServer(now=now)
        self.owner: ChatUser = self.telegram.user(user_id=owner_id)
        self.kraken = KrakenServer(market=self.market, now=now, monotonic=monotonic)
        self.coinbase = CoinbaseServer(market=self.market, now=now, monotonic=monotonic)
        self.alpaca = AlpacaServer(market=self.market, now=now, monotonic=monotonic)
        self.kraken_account = self.kraken.add_account(key=KRAKEN_KEY, secret=KRAKEN_SECRET)
        self.coinbase_account = self.coinbase.add_account()
        self.alpaca_account = self.alpaca.add_account()
        self.coinbase.switches.page_size = story.coinbase_page_size
        self._servers: dict[str, StandIn] = {
            KRAKEN: self.kraken,
            COINBASE: self.coinbase,
            ALPACA: self.alpaca,
        }
        self._ledgers: dict[str, Ledger] = {
            KRAKEN: self.kraken_account.ledger,
            COINBASE: self.coinbase_account.ledger,
            ALPACA: self.alpaca_account.ledger,
        }
        self._telegram_port = telegram_port
        for venue, ledger in self._ledgers.items():
            opening = story.openings.get(venue, Opening())
            replay(opening, ledger, self._listings(venue), now=now())
            self._recall(opening, now=now())

    # looking behind the curtain

    def ledger(self, venue: str) -> Ledger:
        """What the owner really has at a venue."""
        return self._ledgers[venue]

    def is_held(self, asset: str) -> bool:
        """Whether the owner has any of it at an open venue, staked included (`ETH.S`)."""
        return any(
            name.partition(".")[0] == asset and ledger.total(name)
            for ledger in map(self.ledger, self.venues)
            for name in ledger.assets()
        )

    def server(self, venue: str) -> StandIn:
        """A venue's stand-in."""
        return self._servers[venue]

    def tape(self, venue: str) -> Tape:
        """Every request a venue received."""
        return self._servers[venue].tape

    def faults(self, venue: str) -> Faults:
        """What a venue is told to do wrong."""
        return self._servers[venue].faults

    def streams(self, venue: str) -> tuple[Endpoint, ...]:
        """A venue's streams of prices."""
        streams = self._servers[venue].streams
        return tuple(stream for path, stream in streams.items() if path != _ACCOUNT_STREAMS[venue])

    def account_stream(self, venue: str) -> Endpoint:
        """A venue's stream of what accounts do."""
        return self._servers[venue].streams[_ACCOUNT_STREAMS[venue]]

    def expected_balance(self, venue: str) -> ExpectedBalance:
        """What /balance must show for a venue."""
        prices = Prices(
            self.market.listings(venue), lambda listing: self.market.ticker(venue, listing.symbol)
        )
        if venue == ALPACA:
            return expect_as_broker(self.ledger(venue), self.market.price, prices)
        return expect_balance(self.ledger(venue), prices)

    def bid(self, venue: str, symbol: str) -> Decimal:
        """The best bid a venue shows for a pair."""
        level = self.market.ticker(venue, symbol).bid
        if level is None:
            raise LookupError(f"nobody bids for {symbol} at {venue}")
        return level.price

    def set_bid(self, venue: str, symbol: str, bid: Decimal) -> None:
        """Move an asset's price everywhere so that one venue's bid for it is exactly this."""
        listing = self.market.listing(venue, symbol)
        mid = (bid + listing.tick * _HALF) / (1 - listing.spread_ratio * _HALF)
        quote = self.market.price(listing.quote)
        if quote is None:
            raise LookupError(f"{listing.quote} has no price")
        self.market.set_price(listing.base, mid * quote)

    # the bot's side

    def environment(self, data_dir: Path) -> dict[str, str]:
        """The settings of a bot that lives in this world."""
        settings = {
            "NIJA_TELEGRAM_TOKEN": self.telegram.token,
            "NIJA_TELEGRAM_API_URL": self.telegram.url,
            "NIJA_OWNER_IDS": str(self.owner.user_id),
            "NIJA_DATA_DIR": str(data_dir),
        }
        credentials = {
            KRAKEN: (KRAKEN_KEY, KRAKEN_SECRET),
            COINBASE: (self.coinbase_account.key, self.coinbase_account.secret),
            ALPACA: (self.alpaca_account.key, self.alpaca_account.secret),
        }
        for venue in self.venues:
            name, (key, secret) = f"NIJA_{venue.upper()}", credentials[venue]
            settings[f"{name}_API_URL"] = self._servers[venue].url
            settings[f"{name}_API_KEY"] = key
            settings[f"{name}_API_SECRET"] = secret.replace("\n", "\\n")
        if ALPACA in self.venues:
            settings["NIJA_ALPACA_DATA_URL"] = self.alpaca.url
        for venue, name, path in _STREAMS:
            if venue in self.venues:
                settings[f"NIJA_{name}"] = self._servers[venue].stream_url(path)
        return settings

    # running it

    async def start(self) -> None:
        """Open Telegram and the venues."""
        await self.telegram.start(self._telegram_port)
        for venue in self.venues:
            await self._servers[venue].start()

    async def stop(self) -> None:
        """Close everything."""
        for venue in self.venues:
            await self._servers[venue].stop()
        await self.telegram.stop()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    def _recall(self, opening: Opening, *, now: float) -> None:
        """Make the market know what the money of past purchases was worth."""
        for bought in opening.purchases:
            if bought.usd_rate is not None:
                self.market.set_past_price(bought.money, bought.usd_rate, since=bought.at(now))

    def _listings(self, venue: str) -> dict[str, Listing]:
        return {listing.symbol: listing for listing in self.market.listings(venue)}
