"""What all venues' brokers share: one key's lane and health around the client, and who its account is."""

from collections.abc import Iterator
from contextlib import contextmanager

from engine.brokers.base import BookedFee, Priority
from engine.brokers.ccxt_client import Call, VenueClient
from engine.brokers.error_classes import Operation, RateLimitedError, judge_unreadable
from engine.brokers.key_health import KeyHealth
from engine.brokers.lane import Lane
from engine.brokers.parse import MalformedAnswerError
from engine.clock import Clock, Moment, moment
from engine.model.errors import BrokerError, MisconfiguredError, UnknownOutcomeError
from engine.model.orders import Order
from engine.model.venues import Account, Venue


class Departure:
    """When the first request of a reading left, which may be long after it was put into the key's queue."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self.at: Moment = moment(clock)

    def note(self) -> None:
        """Note that the request leaves now; one that is repeated left when it did so last."""
        self.at = moment(self._clock)


class CcxtBroker:
    """One account at one venue; a venue's broker adds the calls and how their answers are read."""

    def __init__(self, *, account: Account, client: VenueClient, lane: Lane, clock: Clock) -> None:
        self._account = account
        self._client = client
        self._lane = lane
        self._health = KeyHealth(clock)
        self._clock = clock

    @property
    def account(self) -> Account:
        """Return whose account it is."""
        return self._account

    async def fetch_account_name(self) -> str | None:
        """Return what the venue itself calls the account, whatever key opens it; None where it does not tell."""
        return None

    async def close(self) -> None:
        """Let go of the shared session."""
        self._client.close()

    async def _send(self, call: Call, *, priority: Priority, departure: Departure | None = None) -> object:
        async def leave() -> object:
            if departure is not None:
                departure.note()
            return await self._client.send(call)

        async def once() -> object:
            return await self._lane.run(leave, priority=priority, cost=call.cost)

        try:
            return await self._health.run(once)
        except RateLimitedError:
            self._lane.drain()
            raise


def booked_with(order: Order) -> BookedFee | None:
    """Return the fee that an order is told with."""
    if order.fee is None or order.fee_asset is None:
        return None
    return BookedFee(amount=order.fee, asset=order.fee_asset)


@contextmanager
def reading(venue: Venue, operation: Operation = Operation.READ) -> Iterator[None]:
    """Turn what cannot be read into an error: for an order nobody knows then whether it was placed."""
    try:
        yield
    except BrokerError:
        raise
    except MalformedAnswerError as e:
        error = UnknownOutcomeError if operation is Operation.ORDER else MisconfiguredError
        raise error(venue, str(e)) from e
    except Exception as e:
        raise judge_unreadable(venue, e, operation) from e
