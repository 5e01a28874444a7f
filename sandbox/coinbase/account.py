"""One Coinbase portfolio: its key, its scopes and its ledger."""

import uuid
from dataclasses import dataclass, field
from decimal import Decimal

from engine.brokers.paper.ledger import Fees, Ledger, Order
from engine.model.venue_fees import FIRST_TIERS
from engine.model.venues import Venue
from sandbox.coinbase.credentials import Credentials, new_credentials
from sandbox.coinbase.derivatives import DerivativeFill, DerivativeOrder
from sandbox.coinbase.wallets import Wallet

#: "Advanced 1": less than $1,000 traded in 30 days.
FIRST_TIER = FIRST_TIERS[Venue.COINBASE]


def _new_uuid(_: str = "") -> str:
    return str(uuid.uuid4())


def new_ledger(fees: Fees) -> Ledger:
    """An empty ledger whose ids look like the venue's."""
    return Ledger(fees, new_id=_new_uuid)


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A part of an accepted order and when it fills; the last part is all that is left."""

    order_id: str
    at: float
    quantity: Decimal | None
    fails: bool = False


@dataclass(slots=True, kw_only=True)
class CoinbaseAccount:
    """Change `ledger.fees` for another tier, and the scopes for another key."""

    credentials: Credentials = field(default_factory=new_credentials)
    ledger: Ledger = field(default_factory=lambda: new_ledger(FIRST_TIER))
    portfolio_id: str = field(default_factory=_new_uuid)
    user_id: str = field(default_factory=_new_uuid)
    created_at: float
    can_view: bool = True
    can_trade: bool = True
    can_transfer: bool = False
    #: product ids this account may not trade, each with how the venue says so
    closed_products: dict[str, str] = field(default_factory=dict)
    #: open orders by id that are shown with another status than OPEN: QUEUED, EDIT_QUEUED
    shown_as: dict[str, str] = field(default_factory=dict)
    #: when accepted cancels count, by order id
    cancelling: dict[str, float] = field(default_factory=dict)
    failed: set[str] = field(default_factory=set)
    due: list[Due] = field(default_factory=list)
    derivative_orders: list[DerivativeOrder] = field(default_factory=list)
    derivative_fills: list[DerivativeFill] = field(default_factory=list)
    #: what is owned where no spot order sells or spends it, listed beside the ledger's wallets
    other_wallets: list[Wallet] = field(default_factory=list)

    @property
    def key(self) -> str:
        """The key's name, `organizations/…/apiKeys/…`."""
        return self.credentials.name

    @property
    def secret(self) -> str:
        """The private key as PEM."""
        return self.credentials.pem

    def order_with(self, client_id: str) -> Order | None:
        """The order that was placed under a client_order_id."""
        return next((o for o in self.ledger.orders.values() if o.draft.client_id == client_id), None)

    def account_id(self, asset: str) -> str:
        """The uuid of the wallet that holds an asset."""
        return str(uuid.uuid5(uuid.UUID(self.portfolio_id), asset))
