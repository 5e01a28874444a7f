"""One Coinbase portfolio: its key, its scopes and its ledger."""

import uuid
from dataclasses import dataclass, field
from decimal import Decimal

from sandbox.coinbase.credentials import Credentials, new_credentials
from sandbox.ledger import Fees, Ledger, Order

#: "Advanced 1": less than $1,000 traded in 30 days.
FIRST_TIER = Fees(taker=Decimal("0.012"), maker=Decimal("0.006"))


def _new_uuid(_: str = "") -> str:
    return str(uuid.uuid4())


def new_ledger(fees: Fees) -> Ledger:
    """An empty ledger whose ids look like the venue's."""
    return Ledger(fees, new_id=_new_uuid)


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
