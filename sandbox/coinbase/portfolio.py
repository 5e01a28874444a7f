"""What an account is told about itself: balances, fee tier and the key's scopes."""

from aiohttp import web

from engine.model.money import ZERO
from sandbox.coinbase.account import CoinbaseAccount
from sandbox.coinbase.pages import limit_of, page
from sandbox.coinbase.prices import EXPONENT, asset_id
from sandbox.coinbase.products import FIAT
from sandbox.coinbase.refusals import Json
from sandbox.coinbase.switches import Switches
from sandbox.coinbase.wallets import Wallet, wallet_row
from sandbox.formats import iso_time, number, plain

MOST_ACCOUNTS = 250
DEFAULT_ACCOUNTS = 49


class Portfolio:
    """Answers from the ledger; every asset ever booked has its account, also when it is empty."""

    def __init__(self, switches: Switches) -> None:
        self._switches = switches

    async def accounts(self, account: CoinbaseAccount, request: web.Request) -> Json:
        """GET accounts: one page of balances with what is free and what is held."""
        rows, cursor = page(
            [*(_wallet_of(account, asset) for asset in account.ledger.assets()), *account.other_wallets],
            cursor=request.query.get("cursor", ""),
            limit=self._most(request, DEFAULT_ACCOUNTS),
            id_of=lambda wallet: wallet.id,
        )
        return {
            "accounts": [
                wallet_row(wallet, portfolio_id=account.portfolio_id, created_at=account.created_at)
                for wallet in rows
            ],
            "has_next": bool(cursor),
            "cursor": cursor,
            "size": len(rows),
        }

    async def wallets(self, account: CoinbaseAccount, request: web.Request) -> Json:
        """GET /v2/accounts: totals only, so what open orders hold looks free."""
        limit = self._most(request, 25)
        rows, following = page(
            account.ledger.assets(),
            cursor=request.query.get("starting_after", ""),
            limit=limit,
            id_of=account.account_id,
        )
        uri = f"/v2/accounts?limit={limit}&starting_after={following}" if following else None
        return {
            "pagination": {
                "ending_before": None,
                "starting_after": request.query.get("starting_after"),
                "limit": limit,
                "order": "desc",
                "previous_uri": None,
                "next_uri": uri,
                "next_starting_after": following or None,
            },
            "data": [_wallet(account, asset) for asset in rows],
        }

    async def summary(self, account: CoinbaseAccount, _: web.Request) -> Json:
        """GET transaction_summary: the fee tier and what was traded."""
        fills, fees = account.ledger.fills, account.ledger.fees
        volume = number(sum((fill.cost for fill in fills), ZERO))
        paid = number(sum((fill.fee for fill in fills), ZERO))
        return {
            "total_volume": volume,
            "total_fees": paid,
            "fee_tier": {
                "pricing_tier": "Advanced 1",
                "usd_from": "0",
                "usd_to": "1000",
                "taker_fee_rate": plain(fees.taker),
                "maker_fee_rate": plain(fees.maker),
                "aop_from": "",
                "aop_to": "",
            },
            "margin_rate": None,
            "goods_and_services_tax": None,
            "advanced_trade_only_volume": volume,
            "advanced_trade_only_fees": paid,
            "coinbase_pro_volume": 0,
            "coinbase_pro_fees": 0,
            "total_balance": "",
            "has_promo_fee": False,
        }

    async def permissions(self, account: CoinbaseAccount, _: web.Request) -> Json:
        """GET key_permissions."""
        return {
            "can_view": account.can_view,
            "can_trade": account.can_trade,
            "can_transfer": account.can_transfer,
            "portfolio_uuid": account.portfolio_id,
            "portfolio_type": "DEFAULT",
        }

    def _most(self, request: web.Request, default: int) -> int:
        asked = min(limit_of(request, default), MOST_ACCOUNTS)
        return min(asked, self._switches.page_size or asked)


def _wallet_of(account: CoinbaseAccount, asset: str) -> Wallet:
    return Wallet(
        id=account.account_id(asset),
        asset=asset,
        available=account.ledger.free(asset),
        hold=account.ledger.held(asset),
        type="ACCOUNT_TYPE_FIAT" if asset in FIAT else "ACCOUNT_TYPE_CRYPTO",
    )


def _wallet(account: CoinbaseAccount, asset: str) -> Json:
    created, wallet_id = iso_time(account.created_at), account.account_id(asset)
    return {
        "id": wallet_id,
        "name": f"{asset} Wallet",
        "primary": True,
        "type": "fiat" if asset in FIAT else "wallet",
        "balance": {"amount": plain(account.ledger.total(asset)), "currency": asset},
        "currency": {
            "asset_id": asset_id(asset),
            "code": asset,
            "name": asset,
            "exponent": EXPONENT,
            "type": "fiat" if asset in FIAT else "crypto",
        },
        "created_at": created,
        "updated_at": created,
        "resource": "account",
        "resource_path": f"/v2/accounts/{wallet_id}",
        "allow_deposits": True,
        "allow_withdrawals": True,
    }
