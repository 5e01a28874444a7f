import pytest

from sandbox.alpaca import AlpacaServer
from sandbox.alpaca.server import CRYPTO_STREAM, STOCK_STREAM
from tests.sandbox.streams.raw import connect


@pytest.fixture
async def server(market, hand_clock):
    async with AlpacaServer(market=market, monotonic=hand_clock.monotonic) as server:
        server.session.forced = True
        yield server


@pytest.fixture
def account(server):
    return server.add_account()


@pytest.fixture
async def client(server, account):
    async with connect(server, CRYPTO_STREAM) as client:
        await client.receive()
        yield client


@pytest.fixture
async def known(client, account):
    """A client whose key was accepted."""
    await authenticate(client, account)
    return client


async def authenticate(client, account):
    await client.send(action="auth", key=account.key, secret=account.secret)
    assert await client.receive() == [{"T": "success", "msg": "authenticated"}]


def error(code, msg):
    return [{"T": "error", "code": code, "msg": msg}]


async def test_it_greets_and_every_frame_is_an_array(server):
    async with connect(server, CRYPTO_STREAM) as client:
        assert await client.receive() == [{"T": "success", "msg": "connected"}]


async def test_nothing_is_subscribed_without_a_key(client):
    await client.send(action="subscribe", quotes=["BTC/USD"])

    assert await client.receive() == error(401, "not authenticated")


async def test_a_wrong_secret_is_refused(client, account):
    await client.send(action="auth", key=account.key, secret="another")

    assert await client.receive() == error(402, "auth failed")


async def test_a_key_is_presented_once(known, account):
    await known.send(action="auth", key=account.key, secret=account.secret)

    assert await known.receive() == error(403, "already authenticated")


async def test_a_client_that_does_not_authenticate_is_disconnected(client, quick_beats, hand_clock):
    hand_clock.ahead_s += 10

    assert await client.receive() == error(404, "auth timeout")
    await client.end()


async def test_the_confirmation_is_the_whole_set_and_no_quote_comes_with_it(known, set_prices):
    await known.send(action="subscribe", quotes=["ETH/USD"])
    await known.receive()
    await known.send(action="subscribe", quotes=["BTC/USD"])

    (confirmation,) = await known.receive()
    assert (confirmation["T"], confirmation["quotes"]) == ("subscription", ["BTC/USD", "ETH/USD"])

    set_prices("alpaca", "BTC/USD", "1.5", "2")
    (quote,) = await known.receive()
    assert (quote["T"], quote["S"], str(quote["bp"]), quote["ap"]) == ("q", "BTC/USD", "1.5", 2)


@pytest.mark.parametrize(
    ("action", "refusal"),
    [
        ({"action": "subscribe"}, error(400, "invalid syntax")),
        ({"action": "subscribe", "quotes": "BTC/USD"}, error(400, "invalid syntax")),
        ({"action": "subscribe", "quotes": ["BTCUSD"]}, error(400, "invalid syntax")),
        ({"action": "listen"}, error(400, "invalid syntax")),
        (
            {"action": "subscribe", "quotes": ["BTC/USD"], "trades": ["BTC/USD"]},
            error(410, "invalid subscribe action for this feed"),
        ),
    ],
)
async def test_what_is_not_understood_is_refused(known, action, refusal):
    await known.send(**action)

    assert await known.receive() == refusal


async def test_a_second_connection_with_one_key_is_refused(server, known, account):
    async with connect(server, CRYPTO_STREAM) as second:
        await second.receive()
        await second.send(action="auth", key=account.key, secret=account.secret)
        assert await second.receive() == error(406, "connection limit exceeded")

    async with connect(server, STOCK_STREAM) as other_path:
        await other_path.receive()
        await authenticate(other_path, account)


async def test_a_connection_that_vanished_counts_for_ninety_seconds(server, account, hand_clock, eventually):
    async with connect(server, CRYPTO_STREAM) as first:
        await first.receive()
        await authenticate(first, account)
        server.streams[CRYPTO_STREAM].drop()
        await first.end()
    await eventually(lambda: not server.streams[CRYPTO_STREAM].sessions)

    async with connect(server, CRYPTO_STREAM) as second:
        await second.receive()
        await second.send(action="auth", key=account.key, secret=account.secret)
        assert await second.receive() == error(406, "connection limit exceeded")
        hand_clock.ahead_s += 90
        await authenticate(second, account)


async def test_a_connection_that_is_closed_in_order_is_free_at_once(server, account, eventually):
    for _ in range(2):
        async with connect(server, CRYPTO_STREAM) as client:
            await client.receive()
            await authenticate(client, account)
        await eventually(lambda: not server.streams[CRYPTO_STREAM].sessions)


async def test_more_symbols_than_the_plan_has_leave_the_set_as_it_was(server, account):
    async with connect(server, STOCK_STREAM) as client:
        await client.receive()
        await authenticate(client, account)
        await client.send(action="subscribe", quotes=["AAPL"])
        await client.receive()
        await client.send(action="subscribe", quotes=[f"S{chr(65 + n)}" for n in range(26)])
        await client.receive()
        await client.send(action="subscribe", quotes=[f"T{chr(65 + n)}" for n in range(26)])

        assert await client.receive() == error(405, "symbol limit exceeded")


async def test_stocks_are_quoted_in_their_session_only(server, account, set_prices):
    async with connect(server, STOCK_STREAM) as client:
        await client.receive()
        await authenticate(client, account)
        await client.send(action="subscribe", quotes=["AAPL"])
        await client.receive()
        server.session.forced = False
        set_prices("alpaca", "AAPL/USD", "1", "2")
        server.session.forced = True
        set_prices("alpaca", "AAPL/USD", "3", "4")

        (quote,) = await client.receive()
        assert (quote["S"], quote["bp"], quote["bx"], quote["z"]) == ("AAPL", 3, "V", "C")
