from decimal import Decimal

from engine.brokers.paper.ledger import Fees
from sandbox.coinbase.wallets import Wallet


async def all_accounts(client):
    params, rows = [], []
    while True:
        _, body = await client.get("accounts", params)
        rows += body["accounts"]
        if not body["has_next"]:
            return rows
        params = [("cursor", body["cursor"])]


async def test_an_account_reports_what_is_free_and_what_is_held(client):
    await client.order("SELL", limit_limit_gtc={"base_size": "0.5", "limit_price": "120"})

    usd, btc = await all_accounts(client)

    assert (usd["type"], usd["available_balance"]["value"]) == ("ACCOUNT_TYPE_FIAT", "1000")
    assert (btc["type"], btc["available_balance"]["value"], btc["hold"]["value"]) == (
        "ACCOUNT_TYPE_CRYPTO",
        "1.5",
        "0.5",
    )


async def test_a_client_that_reads_one_page_misses_what_is_on_the_second(client, server):
    server.switches.page_size = 1

    _, first = await client.get("accounts", [("limit", "250")])

    assert [row["currency"] for row in first["accounts"]] == ["USD"]
    assert (first["has_next"], first["size"]) == (True, 1)
    assert [row["currency"] for row in await all_accounts(client)] == ["USD", "BTC"]


async def test_coins_on_another_platform_are_an_account_of_their_own_that_no_sale_reaches(
    client, server, account
):
    server.switches.page_size = 1
    account.other_wallets.append(
        Wallet(asset="BTC", available=Decimal(7), hold=Decimal(1), platform="ACCOUNT_PLATFORM_INTX")
    )

    rows = await all_accounts(client)
    _, refusal = await client.order("SELL", market_market_ioc={"base_size": "3"})

    assert [(row["currency"], row["platform"].rpartition("_")[2]) for row in rows] == [
        ("USD", "CONSUMER"),
        ("BTC", "CONSUMER"),
        ("BTC", "INTX"),
    ]
    assert (rows[2]["available_balance"]["value"], rows[2]["hold"]["value"]) == ("7", "1")
    assert refusal["error_response"]["error"] == "INSUFFICIENT_FUND"


async def test_the_last_page_has_an_empty_cursor(client):
    _, body = await client.get("accounts")

    assert (body["has_next"], body["cursor"]) == (False, "")


async def test_a_cursor_of_nothing_is_refused(client):
    assert (await client.get("accounts", [("cursor", "made-up")]))[0] == 400


async def test_the_old_accounts_path_hides_holds_and_has_pages_of_its_own(client, server):
    server.switches.page_size = 1
    await client.order("SELL", limit_limit_gtc={"base_size": "0.5", "limit_price": "120"})

    _, first = await client.get("/v2/accounts", [("limit", "250")])
    after = first["pagination"]["next_starting_after"]
    _, second = await client.get("/v2/accounts", [("starting_after", after)])

    assert second["data"][0]["balance"] == {"amount": "2", "currency": "BTC"}
    assert second["pagination"]["next_uri"] is None


async def test_the_fee_tier_is_the_accounts_own(client, account):
    _, before = await client.get("transaction_summary")
    account.ledger.fees = Fees(taker=Decimal("0.004"), maker=Decimal("0.0025"))
    _, after = await client.get("transaction_summary")

    assert before["fee_tier"]["taker_fee_rate"] == "0.012"
    assert before["fee_tier"]["maker_fee_rate"] == "0.006"
    assert after["fee_tier"]["taker_fee_rate"] == "0.004"


async def test_the_summary_adds_up_what_was_traded(client):
    await client.sell("1")

    _, body = await client.get("transaction_summary")

    assert body["total_volume"] == 99.5
    assert body["total_fees"] == 1.194


async def test_a_key_reports_its_scopes_and_portfolio(client, account):
    account.can_transfer = True

    _, body = await client.get("key_permissions")

    assert (body["can_view"], body["can_trade"], body["can_transfer"]) == (True, True, True)
    assert body["portfolio_uuid"] == account.portfolio_id


async def test_two_keys_see_two_portfolios(client, server, clock):
    other = server.add_account()
    other.ledger.deposit("EUR", Decimal(5), at=clock.now())
    mine, client.account = client.account, other

    theirs = await all_accounts(client)

    assert [row["currency"] for row in theirs] == ["EUR"]
    assert other.portfolio_id != mine.portfolio_id
