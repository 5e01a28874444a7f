"""The rows of the list of accounts: those that spot orders reach, vaults, and the same coins on another platform."""

import uuid
from dataclasses import dataclass, field
from decimal import Decimal

from sandbox.coinbase.refusals import Json
from sandbox.formats import iso_time, plain


def _new_uuid() -> str:
    return str(uuid.uuid4())


@dataclass(frozen=True, slots=True, kw_only=True)
class Wallet:
    """One currency on one platform."""

    id: str = field(default_factory=_new_uuid)
    asset: str
    available: Decimal
    hold: Decimal = Decimal(0)
    type: str = "ACCOUNT_TYPE_CRYPTO"
    platform: str = "ACCOUNT_PLATFORM_CONSUMER"
    active: bool = True
    ready: bool = True


def wallet_row(wallet: Wallet, *, portfolio_id: str, created_at: float) -> Json:
    """One row of the list of accounts."""
    created = iso_time(created_at)
    return {
        "uuid": wallet.id,
        "name": f"{wallet.asset} Wallet",
        "currency": wallet.asset,
        "available_balance": _money(wallet.available, wallet.asset),
        "default": True,
        "active": wallet.active,
        "created_at": created,
        "updated_at": created,
        "deleted_at": None,
        "type": wallet.type,
        "ready": wallet.ready,
        "hold": _money(wallet.hold, wallet.asset),
        "retail_portfolio_id": portfolio_id,
        "platform": wallet.platform,
    }


def _money(amount: Decimal, asset: str) -> Json:
    return {"value": plain(amount), "currency": asset}
