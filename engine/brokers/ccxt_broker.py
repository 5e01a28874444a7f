"""What all venues' brokers share: one key's lane and health around the client, and who its account is."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from engine.brokers.base import BookedFee, Priority
from engine.brokers.ccxt_client import Call, VenueClient
from engine.brokers.departure import Departure
from engine.brokers.error_classes import Operation, RateLimitedError, judge_unreadable
from engine.brokers.key_health import KeyHealth
from engine.brokers.lane import Lane
from engine.brokers.parse import MalformedAnswerError
from engine.clock import Clock
from engine.model.errors import BrokerError, MisconfiguredError, UnknownOutcomeError
from engine.model.orders import Order
from engine.model.venues import Account, Venue

#: Parameters that count from when their request leaves.
DatedParams = Callable[[datetime], Mapping[str, str]]


class Send(Protocol):
    """Sends one call of an account in its key's turn."""

    async def __call__(
        self,
        call: Call,
        *,
        priority: Priority,
        departure: Departure | None = None,
        dated: DatedParams | None = None,
    ) -> object:
        """Return the venue's answer; raises a BrokerError when there is none that can be used."""


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
        return self._account

    @property
    def is_short_of_points(self) -> bool:
        return self._lane.is_short_of_points

    async def fetch_account_name(self) -> str | None:
        """Return what the venue itself calls the account, whatever key opens it; None where it does not report it."""
        return None

    async def close(self) -> None:
        """Let go of the shared session."""
        self._client.close()

    async def _send(
        self,
        call: Call,
        *,
        priority: Priority,
        departure: Departure | None = None,
        dated: DatedParams | None = None,
    ) -> object:
        left = departure or Departure(self._clock)

        async def leave() -> object:
            left.note()
            params = dated(left.at.at) if dated else {}
            return await self._client.send(replace(call, params={**call.params, **params}))

        async def once() -> object:
            return await self._lane.run(leave, priority=priority, cost=call.cost)

        try:
            return await self._health.run(once)
        except RateLimitedError:
            self._lane.drain()
            raise


def booked_with(order: Order) -> BookedFee | None:
    """Return the fee that an order is reported with."""
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
