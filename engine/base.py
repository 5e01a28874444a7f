"""What the process gives the engine: where it stands, and what its owner set."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from engine.adoption.identities import Identities
from engine.brokers.base import Broker
from engine.brokers.streams.account_stream import AccountStream
from engine.clock import Clock
from engine.market.feed import Markets
from engine.offers.arming import ArmingMode
from engine.storage.database import Database
from engine.tasks import Tasks


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineSettings:
    """What the owner may set of the engine's ways."""

    #: The result, as a ratio of the cost, at which a guarded position is sold.
    liquidation_pnl: Decimal
    price_max_age_s: float
    guard_interval_s: float
    snapshot_interval_s: float
    #: Accounts with less keep off Coinbase while another broker can take the trade.
    coinbase_min_equity_usd: Decimal
    guard_existing: ArmingMode


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """What the engine stands on: clock, database, venues."""

    clock: Clock
    database: Database
    markets: Markets
    brokers: Mapping[str, Broker]
    #: By account, what pushes its news; the others are polled.
    account_streams: Mapping[str, AccountStream] = field(default_factory=dict)
    tasks: Tasks
    identities: Identities
    #: Returns whether no other bot polls for the same owner: guards from a backup wait for that.
    is_alone: Callable[[], bool]
