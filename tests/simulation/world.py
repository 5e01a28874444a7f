"""Everything outside the process: time, venues, prices, what goes wrong, and what is known to be true."""

import random
import uuid
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from bot.configuration.settings import Settings
from engine.model.venues import Account, Venue
from engine.users.accounts import environment_account_id
from tests.simulation.alarms import newest_alert
from tests.simulation.crashes import Crashes
from tests.simulation.database import OWNER_ID
from tests.simulation.endings import interruption_in
from tests.simulation.faults import Faults
from tests.simulation.loop import START, VirtualClock, WallClock
from tests.simulation.prices import Prices
from tests.simulation.tally import Tally
from tests.simulation.venue import SimVenue
from tests.simulation.venue_rules import RULES

THRESHOLD = Decimal("-0.01")
SNAPSHOT_EVERY_S = 20
#: How many venues push their prices, and how many what an account does.
_STREAMED = 2 / 3
SETTINGS = Settings(
    _env_file=None, owner_ids=str(OWNER_ID), guard_existing="none", snapshot_interval_s=SNAPSHOT_EVERY_S
)


@dataclass(slots=True, kw_only=True)
class Armed:
    """A guard as it was set, and what really happened to its coins since."""

    guard_id: str
    venue: str
    symbol: str
    quantity: Decimal
    cost: Decimal
    threshold: Decimal
    #: the newest alert when it was set
    alerts_before: int = 0
    sold: Decimal = Decimal(0)
    #: what the owner sold or took out since
    owner_out: Decimal = Decimal(0)
    is_closed: bool = False
    #: since when it should have been sold
    breached_since: float | None = None
    sold_before: Decimal = Decimal(0)
    #: how much may be sold in all since its owner asked for a sale; None while nobody did
    agreed: Decimal | None = None
    #: whether that was ever all of it
    is_all_agreed: bool = False

    @property
    def may_sell(self):
        return max(self.quantity, self.agreed or self.quantity)

    @property
    def asset(self):
        return self.symbol.split("/")[0]

    def is_breached(self, mark):
        return mark * self.quantity - self.cost <= self.threshold * self.cost


class ArmedGuards(dict):
    """The guards by their ids; one that a sale its owner asked for has set is met in the store."""

    def __init__(self, store):
        super().__init__()
        self._store = store

    def __missing__(self, guard_id):
        ((venue, symbol, quantity, cost, threshold),) = self._store.rows(
            "SELECT venue, symbol, quantity, cost, threshold FROM guards WHERE guard_id = ?", guard_id
        )
        self[guard_id] = Armed(
            guard_id=guard_id,
            venue=venue,
            symbol=symbol,
            quantity=Decimal(quantity),
            cost=Decimal(cost),
            threshold=Decimal(threshold),
            alerts_before=newest_alert(self._store),
            agreed=Decimal(quantity),
            is_all_agreed=True,
        )
        return self[guard_id]


class World:
    """One scenario's outside."""

    def __init__(self, seed, store, *, loop):
        self.seed = seed
        self.store = store
        self.settings = SETTINGS
        self.clock = VirtualClock(loop)
        #: what the process takes for the time of day
        self.wall = WallClock(loop)
        self.tally = Tally(scenarios=1)
        self.lines = []
        self.violations = []
        self.armed = ArmedGuards(store)
        #: the newest alert that was looked through
        self.failing_checked_to = self.cancelled_checked_to = 0
        self._interruption = None
        #: whether the process lived through the last cycle
        self.life_is_up = False
        self._loop = loop
        self._rngs = {}
        self._ids = self.rng("ids")
        self.faults = Faults(rng=self.rng("faults"), monotonic=loop.time, tally=self.tally, trace=self.trace)
        self.crashes = Crashes(tally=self.tally, trace=self.trace)
        self.venues = {}
        self._streamed = {}
        self._pushing_orders = {}
        self._nonces = {}
        loop.set_exception_handler(self._lost)

    def open_venue(self, venue):
        prices = Prices(venue, clock=self.clock, faults=self.faults, rng=self.rng(f"prices {venue}"))
        truth = SimVenue(RULES[venue], prices=prices, clock=self.clock, later=self.later)
        self.venues[venue] = truth
        return truth

    def is_streamed(self, venue):
        """Tell whether a venue pushes its prices."""
        return self._streamed.get(venue, False)

    def pushes_orders(self, venue):
        """Tell whether a venue pushes what an account's orders do."""
        return self._pushing_orders.get(venue, False)

    def stream_some(self):
        """Let some venues push their prices, and what an account does: what is only polled must be sold, too."""
        self._streamed = {venue: self.rng("streamed").random() < _STREAMED for venue in Venue}
        self._pushing_orders = {venue: self.rng("pushing orders").random() < _STREAMED for venue in Venue}

    def guard_of(self, venue, symbol):
        """The open guard of a position, as it was set; None when there is none."""
        for armed in self.armed.values():
            if (armed.venue, armed.symbol) == (venue, symbol) and not armed.is_closed:
                return armed
        return None

    def owner_took(self, venue, symbol, quantity):
        """Note what the owner sold or took out of a guarded position."""
        armed = self.guard_of(venue, symbol)
        if armed is not None:
            armed.owner_out += quantity

    def account(self, venue):
        return Account(account_id=environment_account_id(venue), user_id=OWNER_ID, venue=venue)

    def rng(self, name):
        """Return the source of chance of one part, the same for each life of the process."""
        return self._rngs.setdefault(name, random.Random(f"{self.seed}: {name}"))

    def new_id(self):
        return uuid.UUID(int=self._ids.getrandbits(128), version=4)

    def new_token(self, _bytes):
        return self.new_id().hex

    def later(self, after_s, do):
        """Have something happen outside, whether the process lives or not."""
        self._loop.call_later(after_s, do)

    def trace(self, line):
        self.lines.append(f"{self._loop.time():8.2f}  {line}")

    def violate(self, line):
        self.trace(f"VIOLATION: {line}")
        self.violations.append(line)

    def break_off(self, interruption):
        """Have the run end with what struck within a task, if anything did: it is no fault of the engine."""
        self._interruption = self._interruption or interruption

    def check_unbroken(self):
        if self._interruption is not None:
            raise self._interruption

    def note_nonce(self, venue, nonce):
        """Hold a request's number against the one before it."""
        before, self._nonces[venue] = self._nonces.get(venue), nonce
        if before is not None and nonce <= before:
            self.violate(f"request {nonce} to {venue} comes after {before}")

    def seconds_of(self, stamp):
        """Return the loop's time of a moment as the database keeps it."""
        return self.wall.seconds_of(datetime.fromisoformat(stamp).replace(tzinfo=START.tzinfo))

    def _lost(self, _loop, context):
        error = context.get("exception")
        self.break_off(interruption_in(error))
        if isinstance(error, Exception):
            self.violate(f"nobody took notice of {error!r}: {context['message']}")
