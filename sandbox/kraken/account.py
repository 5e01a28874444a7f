"""One Kraken account with one API key: its ledger, permissions, nonce and what it is made to lie about."""

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

from engine.brokers.paper.ledger import Fees, Ledger, Order
from engine.model.venue_fees import FIRST_TIERS
from engine.model.venues import Venue
from sandbox.kraken.counter import CallCounter, Tier
from sandbox.pace import Pace

# https://docs.kraken.com/api/docs/rest-api/get-api-key-info
TRADING_PERMISSIONS = frozenset(
    {
        "query-funds",
        "query-open-trades",
        "query-closed-trades",
        "modify-trades",
        "close-trades",
        "query-ledger",
        "create-ws-token",
    }
)
ALL_PERMISSIONS = TRADING_PERMISSIONS | {
    "add-funds",
    "withdraw-funds",
    "earn-funds",
    "export-data",
    "add-withdraw-address",
    "update-withdraw-address",
}
FIRST_TIER = FIRST_TIERS[Venue.KRAKEN]


@dataclass(slots=True, kw_only=True)
class KrakenAccount:
    """What Kraken knows of one key's owner."""

    key: str
    #: base64, as Kraken hands it out
    secret: str
    ledger: Ledger
    permissions: frozenset[str]
    counter: CallCounter
    created_at: float
    last_nonce: int = 0
    last_used_at: float | None = None
    #: what opens private streams, and until when
    stream_tokens: dict[str, float] = field(default_factory=dict)
    #: order id -> userref
    userrefs: dict[str, int] = field(default_factory=dict)
    #: how slowly an order fills; one that is not here filled at once or rests
    paces: dict[str, Pace] = field(default_factory=dict)
    #: asset -> (balance, hold_trade) reported instead of the ledger's
    shown_balances: dict[str, tuple[Decimal, Decimal]] = field(default_factory=dict)
    #: orders and trades younger than this are in no list yet; an order's own id finds it
    listing_delay_s: float = 0.0

    def show_balance(self, asset: str, *, balance: Decimal, hold: Decimal = Decimal(0)) -> None:
        """Report these figures for an asset, whatever the ledger has; orders still follow the ledger."""
        self.shown_balances[asset] = (balance, hold)

    def show_nothing_free(self, asset: str) -> None:
        """Report the asset's present total as held by orders."""
        total = self.ledger.total(asset)
        self.show_balance(asset, balance=total, hold=total)

    def show_true_balances(self) -> None:
        """End every lie about balances."""
        self.shown_balances.clear()

    def open_order_with(self, client_id: str) -> Order | None:
        """The open order that carries a client order id."""
        return next((o for o in self.ledger.open_orders() if o.draft.client_id == client_id), None)


def open_account(
    *, key: str, secret: str, permissions: frozenset[str], tier: Tier, fees: Fees, now: float
) -> KrakenAccount:
    """A new, empty account."""
    base64.b64decode(secret, validate=True)
    return KrakenAccount(
        key=key,
        secret=secret,
        ledger=Ledger(fees, new_id=_kraken_ids(key), pocket_suffix=".F"),
        permissions=permissions,
        counter=CallCounter(tier),
        created_at=now,
    )


def _kraken_ids(key: str) -> Callable[[str], str]:
    """Ids like OQCLML-BW3P3-BUCMWZ: the first letter tells orders, trades and ledger entries apart."""
    letters = {"order": "O", "fill": "T", "position": "T", "entry": "L", "transfer": "R"}
    count = 0

    def next_id(kind: str) -> str:
        nonlocal count
        count += 1
        text = base64.b32encode(hashlib.sha256(f"{key}/{kind}/{count}".encode()).digest()).decode()
        return f"{letters[kind]}{text[:5]}-{text[5:10]}-{text[10:16]}"

    return next_id
