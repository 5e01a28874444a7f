"""What the three venues' servers share: accounts at one market, orders that rest there, and how they refuse."""

import time
from abc import abstractmethod
from collections.abc import Awaitable, Callable, Mapping
from typing import Generic, Protocol, TypeVar

from aiohttp import web

from engine.brokers.paper.book import Book, Listing
from engine.brokers.paper.ledger import Ledger
from sandbox.faults import Fault
from sandbox.market import Market
from sandbox.server import Handler, StandIn
from sandbox.streams.endpoint import ConnectLimit, Endpoint, OpenSession
from sandbox.streams.session import Surroundings
from sandbox.streams.stream_faults import StreamFaults

_REASON = web.ResponseKey("reason", str)


class RefusedError(Exception):
    """The request is answered with this status and body, and has no effect."""

    def __init__(self, status: int, body: Mapping[str, object], *, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.body = body
        #: how the tape words it; empty: by its HTTP status
        self.reason = reason


class VenueAccount(Protocol):
    """One key's account."""

    @property
    def key(self) -> str:
        """What the key is called in requests."""

    @property
    def ledger(self) -> Ledger:
        """What it owns and trades."""


AccountT = TypeVar("AccountT", bound=VenueAccount)
Public = Callable[[web.Request], Awaitable[object]]
Private = Callable[[AccountT, web.Request], Awaitable[object]]


class VenueServer(StandIn, Generic[AccountT]):
    """A venue whose resting orders fill as the market moves; it answers in JSON."""

    #: under which name the market lists its pairs
    venue: str
    #: listing states in which the engine goes on matching
    matching: frozenset[str] = frozenset({"online"})

    def __init__(
        self,
        *,
        market: Market,
        now: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(now=now, monotonic=monotonic)
        self.market = market
        self.accounts: dict[str, AccountT] = {}
        market.on_change(self.match)

    @abstractmethod
    def worded(self, fault: Fault) -> RefusedError:
        """A planned refusal in the venue's words."""

    def word(self, fault: Fault) -> web.Response:
        """The answer to a planned refusal."""
        return self.refuse(self.worded(fault))

    def outcome_of(self, response: web.StreamResponse) -> str:
        """The venue's reason, or ok."""
        return response.get(_REASON) or super().outcome_of(response)

    def keep(self, account: AccountT) -> AccountT:
        """Let an account's key in."""
        self.accounts[account.key] = account
        return account

    def open_stream(self, path: str, *, limit: ConnectLimit, open_session: OpenSession) -> None:
        """Serve a path by websocket."""
        around = Surroundings(
            market=self.market, faults=StreamFaults(), now=self.now, monotonic=self.monotonic
        )
        self.streams[path] = Endpoint(around, limit=limit, open_session=open_session)

    def match(self) -> None:
        """Fill the resting orders that the market has crossed."""
        for account in self.accounts.values():
            account.ledger.match(self.resting_book, at=self.now())

    def resting_book(self, listing: Listing) -> Book:
        """What resting orders meet."""
        if self.market.listing(self.venue, listing.symbol).status in self.matching:
            return self.market.liquidity(self.venue, listing.symbol)
        return Book(bids=(), asks=(), at=self.now())

    # answering

    def answer(self, body: object, *, status: int = 200) -> web.Response:
        """An answer as the venue writes it."""
        return web.json_response(body, status=status)

    def refuse(self, refusal: RefusedError) -> web.Response:
        """The answer that a refusal is."""
        response = self.answer(refusal.body, status=refusal.status)
        response[_REASON] = refusal.reason
        return response

    def answering(self, handle: Public) -> Handler:
        """What answers with what a function returns, or with its refusal."""

        async def answer(request: web.Request) -> web.StreamResponse:
            try:
                return self.answer(await handle(request))
            except RefusedError as refusal:
                return self.refuse(refusal)

        return answer


def for_anyone(handle: Public) -> Private[VenueAccount]:
    """What answers every account alike."""

    async def answer(_: VenueAccount, request: web.Request) -> object:
        return await handle(request)

    return answer
