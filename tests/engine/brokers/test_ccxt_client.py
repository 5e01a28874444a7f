"""The way to a venue and back, over a socket to a server that answers as it is told."""

import asyncio
import base64
import dataclasses
import gzip
import json
import logging
import ssl
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from engine.brokers.bounded_answers import MOST_BYTES, MOST_VALUES
from engine.brokers.ccxt_client import (
    Call,
    _UnsignableError,
    alpaca_client,
    coinbase_client,
    kraken_client,
)
from engine.brokers.error_classes import Operation
from engine.brokers.kraken.parse import result_of
from engine.brokers.venue_http import Http
from engine.clock import SystemClock
from engine.model.errors import (
    BrokerError,
    InvalidNonceError,
    KeyRejectedError,
    MalformedKeyError,
    MisconfiguredError,
    RefusedError,
    TryLaterError,
    UnknownOutcomeError,
)

KEY, SECRET = "the-api-key", base64.b64encode(b"the secret of the key").decode()
READ = Call(path="BalanceEx", api=("private",), method="POST")
ORDER = Call(path="AddOrder", api=("private",), method="POST", operation=Operation.ORDER)


def _pem(key):
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )


PEM = _pem(ec.generate_private_key(ec.SECP256R1())).decode()


@pytest.fixture
async def http():
    http = Http.open(SystemClock())
    yield http
    await http.close()


class Server:
    """Answers every request with `self.answer` and keeps what it was asked."""

    def __init__(self):
        self.answer = None
        self.requests = []
        self.url = ""

    async def serve(self, request):
        self.requests.append((request.method, request.path_qs, request.headers.copy(), await request.text()))
        return await self.answer(request)


@asynccontextmanager
async def serving(tls=None):
    server = Server()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", server.serve)
    # A handler that hangs ends with its client.
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1, handler_cancellation=True)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls)
    await site.start()
    server.url = f"{'https' if tls else 'http'}://127.0.0.1:{runner.addresses[0][1]}"
    yield server
    await runner.cleanup()


@pytest.fixture
async def server():
    async with serving() as server:
        yield server


@pytest.fixture
async def impostor(tmp_path):
    """A server that shows a certificate of its own making."""
    async with serving(_tls_of_our_own(tmp_path)) as server:
        server.answer = answering("{}")
        yield server


def _tls_of_our_own(folder):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem = folder / "server.pem"
    pem.write_bytes(_pem(key) + certificate.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return context


def answering(text, status=200, content_type="application/json"):
    async def answer(_request):
        return web.Response(text=text, status=status, content_type=content_type)

    return answer


async def half(request):
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    response.content_length = 100
    await response.prepare(request)
    await response.write(b'{"error":[],"result":{"txid":["OID')
    request.transport.close()
    return response


async def dropped(request):
    request.transport.abort()
    return web.Response()


async def hanging(_request):
    await asyncio.sleep(30)


def as_it_is(answer, _operation):
    return answer


def kraken(http, url, *, numbers=None, timeout_s=5.0, secret=SECRET, unwrap=as_it_is):
    numbers = numbers or iter(range(1, 1_000_000))

    async def next_nonce():
        await asyncio.sleep(0)
        return next(numbers)

    return kraken_client(
        http=http,
        url=url,
        key=KEY,
        secret=secret,
        next_nonce=next_nonce,
        unwrap=unwrap,
        timeout_s=timeout_s,
    )


LOST = [
    (half, TryLaterError),
    (dropped, TryLaterError),
    (answering("<html>Bad gateway</html>", 502, "text/html"), TryLaterError),
    (answering('{"error":["EGeneral:Internal error"]}', 500), TryLaterError),
    (answering("<html>Just a moment</html>", 200, "text/html"), MisconfiguredError),
    (answering(""), MisconfiguredError),
    (answering('{"error":[],"resu'), MisconfiguredError),
    (answering("null"), MisconfiguredError),
    (answering("", content_type="application/octet-stream"), MisconfiguredError),
]


def odd(body, content_type="application/json", **headers):
    async def answer(_request):
        return web.Response(body=body.encode(), headers={"Content-Type": content_type, **headers})

    return answer


def zipped(body):
    async def answer(_request):
        headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
        return web.Response(body=gzip.compress(body.encode(), 1), headers=headers)

    return answer


def nested(levels, opening="[", closing="]"):
    return f'{{"error":[],"result":{opening * levels}1{closing * levels}}}'


UNREADABLE = {
    "a list nested too deep to be read": odd(nested(200_000)),
    "an object nested too deep to be walked": odd(nested(900, '{"a":', "}")),
    "a charset that is none of texts": odd('{"error":[]}', "application/json; charset=hex"),
    "a charset that does not exist": odd('{"error":[]}', "application/json; charset=idna"),
    "a number too long to be one": odd('{"error":[],"result":' + "9" * 6000 + "}"),
    "no gzip": odd("not gzip", **{"Content-Encoding": "gzip"}),
    "no zstd": odd("not zstd", **{"Content-Encoding": "zstd"}),
    "more bytes than any answer has": odd(f'{{"error":[],"pad":"{"x" * MOST_BYTES}"}}'),
    "a page of more bytes than any answer has": odd("x" * (MOST_BYTES + 1), "text/html"),
    "more values than any answer has": odd(f"[{'[],' * MOST_VALUES}[]]"),
    "a small body that becomes a large one": zipped(f'{{"pad":"{"x" * (100 << 20)}"}}'),
}


@pytest.mark.parametrize("status", [200, 500])
@pytest.mark.parametrize("answer", UNREADABLE.values(), ids=UNREADABLE)
async def test_an_answer_that_cannot_be_read_leaves_an_order_unknown_and_is_no_answer_to_a_read(
    http, server, answer, status
):
    async def with_status(request):
        response = await answer(request)
        response.set_status(status)
        return response

    server.answer = with_status
    client = kraken(http, server.url, unwrap=result_of)
    with pytest.raises(UnknownOutcomeError):
        await client.send(ORDER)
    with pytest.raises((MisconfiguredError, TryLaterError)):
        await client.send(READ)


class Endless:
    """An answer that goes on for as long as anybody reads it."""

    def __init__(self):
        self.written = 0
        self.over = asyncio.Event()

    async def __call__(self, request):
        response, piece = web.StreamResponse(headers={"Content-Type": "application/json"}), b"[]," * 50_000
        await response.prepare(request)
        try:
            while True:
                await response.write(piece)
                self.written += len(piece)
        finally:
            self.over.set()


@pytest.mark.fault("V138")
async def test_no_more_is_read_of_an_answer_than_the_largest_one_has(http, server):
    server.answer = endless = Endless()

    with pytest.raises(UnknownOutcomeError, match=r"its answer cannot be read \(it has more than 8 MB\)"):
        await kraken(http, server.url).send(ORDER)

    await endless.over.wait()
    # What the sockets take in before anybody reads it counts as written.
    assert endless.written < 4 * MOST_BYTES


@pytest.mark.fault("V138")
async def test_what_is_too_large_after_decompression_is_not_read_either(http, server):
    server.answer = UNREADABLE["a small body that becomes a large one"]

    with pytest.raises(MisconfiguredError, match="more than 8 MB"):
        await kraken(http, server.url).send(READ)


#: A row of Kraken's AssetPairs, as it is published.
PAIR = {
    "altname": "XBTUSD",
    "wsname": "XBT/USD",
    "aclass_base": "currency",
    "base": "XXBT",
    "aclass_quote": "currency",
    "quote": "ZUSD",
    "lot": "unit",
    "cost_decimals": 5,
    "pair_decimals": 1,
    "lot_decimals": 8,
    "lot_multiplier": 1,
    "leverage_buy": list(range(2, 11)),
    "leverage_sell": list(range(2, 11)),
    "fees": [[volume * 50_000, 0.25] for volume in range(9)],
    "fees_maker": [[volume * 50_000, 0.16] for volume in range(9)],
    "fee_volume_currency": "ZUSD",
    "margin_call": 80,
    "margin_stop": 40,
    "ordermin": "0.00005",
    "costmin": "0.5",
    "tick_size": "0.1",
    "status": "online",
    "long_position_limit": 250,
    "short_position_limit": 200,
}


async def test_a_listing_of_four_thousand_pairs_is_read(http, server):
    server.answer = answering(json.dumps({"result": {f"XBT{number}": PAIR for number in range(4_000)}}))

    answer = await kraken(http, server.url).send(READ)

    assert len(answer["result"]) == 4_000


async def test_a_defect_in_reading_an_answer_leaves_an_order_unknown(http, server):
    def unwrap(_answer, _operation):
        raise LookupError

    server.answer = answering("{}")
    client = kraken(http, server.url, unwrap=unwrap)
    with pytest.raises(UnknownOutcomeError, match="LookupError"):
        await client.send(ORDER)
    with pytest.raises(MisconfiguredError, match="LookupError"):
        await client.send(READ)


async def test_a_number_that_could_not_be_written_down_is_no_answer_of_the_venue(http, server):
    """Nothing was sent: that the outcome is unknown would be wrong."""
    with pytest.raises(KeyError):
        await kraken(http, server.url, numbers=_NoNumbers()).send(ORDER)
    assert server.requests == []


class _NoNumbers:
    def __next__(self):
        raise KeyError


@pytest.mark.parametrize("charset", ["utf-8", "unicode_escape"])
@pytest.mark.parametrize("reported", [r"EOrder:\ud800 nope", r"EOrder:a\u0000b", r"EOrder:\udfff\ud83d"])
async def test_what_a_venue_says_can_always_be_stored_and_sent_on(http, server, reported, charset):
    server.answer = odd(f'{{"error":["{reported}"]}}', f"application/json; charset={charset}")
    client = kraken(http, server.url, unwrap=result_of)

    with pytest.raises(BrokerError) as error:
        await client.send(READ)

    error.value.message.encode()
    assert "\0" not in error.value.message


async def test_an_emoji_that_is_written_as_two_escapes_stays_one(http, server):
    server.answer = odd(r'{"error":[],"result":{"\u0000\ud83d\ude80":["\ud83d\ude80\ud800"]}}')

    answer = await kraken(http, server.url, unwrap=result_of).send(READ)

    assert answer == {"\ufffd\U0001f680": ["\U0001f680\ufffd"]}


@pytest.mark.fault("V16")
@pytest.mark.parametrize(("answer", "for_a_read"), LOST)
async def test_a_lost_or_garbled_answer_to_an_order_is_unknown(http, server, answer, for_a_read):
    server.answer = answer
    client = kraken(http, server.url)
    with pytest.raises(UnknownOutcomeError):
        await client.send(ORDER)
    with pytest.raises(for_a_read):
        await client.send(READ)


@pytest.mark.fault("P10")
async def test_no_answer_in_time_is_unknown_for_an_order(http, server):
    server.answer = hanging
    client = kraken(http, server.url, timeout_s=0.05)
    with pytest.raises(UnknownOutcomeError):
        await client.send(ORDER)
    with pytest.raises(TryLaterError):
        await client.send(READ)


async def test_a_call_may_have_less_time_than_its_client(http, server):
    server.answer = hanging
    client = kraken(http, server.url)
    with pytest.raises(UnknownOutcomeError):
        await client.send(dataclasses.replace(ORDER, timeout_s=0.05))


@pytest.mark.fault("P10")
async def test_an_order_that_found_no_connection_was_certainly_not_sent(http, unused_tcp_port):
    with pytest.raises(TryLaterError):
        await kraken(http, f"http://127.0.0.1:{unused_tcp_port}").send(ORDER)


@pytest.mark.fault("P10")
async def test_an_order_to_a_server_whose_certificate_nobody_trusts_was_certainly_not_sent(http, impostor):
    with pytest.raises(MisconfiguredError, match="its certificate is not trusted"):
        await kraken(http, impostor.url).send(ORDER)
    assert impostor.requests == []


async def test_a_redirect_is_not_followed_with_the_key(http, server):
    async def answer(_request):
        raise web.HTTPTemporaryRedirect("/elsewhere")

    server.answer = answer
    client = kraken(http, server.url)
    with pytest.raises(MisconfiguredError):
        await client.send(READ)
    with pytest.raises(UnknownOutcomeError):
        await client.send(ORDER)
    assert [path for _, path, _, _ in server.requests] == ["/0/private/BalanceEx", "/0/private/AddOrder"]


async def test_numbers_come_as_the_text_they_were_written_in(http, server):
    server.answer = answering('{"a": 65000.12345678901234567890, "b": 1e-7, "c": NaN, "d": 7}')
    client = kraken(http, server.url)
    assert await client.send(READ) == {"a": "65000.12345678901234567890", "b": "1e-7", "c": "NaN", "d": 7}


async def test_an_order_does_not_wait_behind_reads_in_any_limiter_of_ccxt(http, server):
    server.answer = answering("{}")
    client = kraken(http, server.url)
    started = asyncio.get_running_loop().time()
    for _ in range(4):
        await client.send(READ)
    await client.send(ORDER)
    assert asyncio.get_running_loop().time() - started < 1


async def test_every_private_call_carries_a_new_number_of_ours(http, server):
    server.answer = answering("{}")
    client = kraken(http, server.url, numbers=iter([1_700_000_000_000_000_001, 1_700_000_000_000_000_002]))
    await client.send(READ)
    await client.send(READ)
    assert [body for *_, body in server.requests] == [
        "nonce=1700000000000000001",
        "nonce=1700000000000000002",
    ]


async def test_a_call_whose_number_was_overtaken_before_it_left_is_not_sent(http, server):
    server.answer = answering("{}")
    client = kraken(http, server.url, numbers=iter([5, 4]))
    await client.send(READ)
    with pytest.raises(InvalidNonceError):
        await client.send(READ)
    assert len(server.requests) == 1


async def test_nothing_can_be_signed_twice_with_one_number(http, server):
    server.answer = answering("{}")
    exchange = kraken(http, server.url)._exchange
    await exchange.request("BalanceEx", ["private"], "POST", {})
    with pytest.raises(_UnsignableError):
        exchange.sign("BalanceEx", ["private"], "POST", {})


@pytest.mark.parametrize("secret", ["x", "not base64 at all"])
async def test_a_malformed_kraken_secret_is_the_owners_to_mend(http, server, secret):
    with pytest.raises(MalformedKeyError):
        await kraken(http, server.url, secret=secret).send(ORDER)


ACCOUNTS = Call(path="brokerage/accounts", api=("v3", "private"))


@pytest.mark.parametrize("pem", [PEM, PEM.replace("\n", "\\n")], ids=["lines", "spelled-out line breaks"])
async def test_a_coinbase_pem_signs_a_jwt(http, server, pem):
    server.answer = answering('{"accounts":[]}')
    client = coinbase_client(
        http=http, url=server.url, key="organizations/1/apiKeys/2", secret=pem, timeout_s=5
    )
    await client.send(ACCOUNTS)
    assert server.requests[0][2]["Authorization"].count(".") == 2


@pytest.mark.parametrize(
    "pem", ["-----BEGIN EC PRIVATE KEY-----\nabc\n-----END EC PRIVATE KEY-----", "-----BEGIN"]
)
async def test_a_malformed_coinbase_pem_is_the_owners_to_mend(http, server, pem):
    client = coinbase_client(
        http=http, url=server.url, key="organizations/1/apiKeys/2", secret=pem, timeout_s=5
    )
    with pytest.raises(MalformedKeyError):
        await client.send(ACCOUNTS)


async def test_an_empty_key_is_the_owners_to_mend(http, server):
    client = alpaca_client(http=http, url=server.url, data_url=server.url, key="", secret="", timeout_s=5)
    with pytest.raises(MalformedKeyError):
        await client.send(Call(path="v2/account", api=("trader", "private")))


async def test_an_empty_confirmation_is_accepted_only_where_the_venue_gives_one(http, server):
    async def answer(_request):
        return web.Response(status=204)

    server.answer = answer
    client = alpaca_client(http=http, url=server.url, data_url=server.url, key="k", secret="s", timeout_s=5)
    call = {
        "path": "v2/orders/1",
        "api": ("trader", "private"),
        "method": "DELETE",
        "operation": Operation.ORDER,
    }
    await client.send(Call(**call, may_be_empty=True))
    with pytest.raises(UnknownOutcomeError):
        await client.send(Call(**call))


async def test_all_clients_share_one_session_and_one_ssl_context(http, server):
    server.answer = answering("{}")
    clients = [kraken(http, server.url) for _ in range(3)]
    for client in clients:
        await client.send(READ)
        assert client._exchange.session is http.session
        assert client._exchange.ssl_context is http.ssl_context
        client.close()
    assert not http.session.closed


async def test_nothing_secret_reaches_a_log_or_an_error(http, server, caplog):
    caplog.set_level(logging.DEBUG)
    server.answer = answering("<html>", 403, "text/html")
    with pytest.raises(MisconfiguredError) as error:
        await kraken(http, server.url).send(READ)
    _, _, headers, _ = server.requests[0]
    said = caplog.text + repr(error.value) + str(error.value.__context__)
    assert not [secret for secret in (KEY, SECRET, headers["API-Sign"]) if secret in said]


@pytest.mark.parametrize("status", [200, 403])
@pytest.mark.parametrize(
    "written", [str, lambda text: quote(text, safe=""), lambda text: text.replace("/", "\\/")]
)
async def test_what_a_venue_says_never_names_the_key_or_its_secret(http, server, status, written):
    secret = base64.b64encode(bytes(range(180, 244))).decode()
    reported = "EGeneral:Permission denied " + "x" * 200 + f" {written(KEY)} {written(secret)}"
    server.answer = answering(json.dumps({"error": [reported]}), status)
    client = kraken(http, server.url, secret=secret, unwrap=result_of)

    with pytest.raises(KeyRejectedError) as error:
        await client.send(ORDER)

    assert not [part for part in (KEY, secret[:20], written(secret)[:20]) if part in error.value.message]
    assert "***" in error.value.message


@pytest.fixture
async def http_with_secrets():
    http = Http.open(
        SystemClock(), secrets=(BOT_TOKEN, PEM.replace("\n", "\\n"), "hunter2!", "minimum", "1234567890")
    )
    yield http
    await http.close()


BOT_TOKEN = "123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw_"


async def test_what_all_accounts_share_shows_no_secret_when_it_is_written_down(http_with_secrets):
    assert BOT_TOKEN in http_with_secrets.secrets
    assert BOT_TOKEN not in repr(http_with_secrets)


@pytest.mark.fault("V41")
@pytest.mark.parametrize(
    ("status", "echoed"),
    [
        pytest.param(403, BOT_TOKEN, id="the chat's token"),
        pytest.param(200, BOT_TOKEN, id="in an answer without an error status"),
        pytest.param(500, BOT_TOKEN.upper(), id="in capitals"),
        pytest.param(403, base64.b64encode(BOT_TOKEN.encode()).decode(), id="base64"),
        pytest.param(403, "x" * 265 + " " + BOT_TOKEN, id="where long words are cut"),
        pytest.param(200, PEM.splitlines()[1], id="a line of another venue's secret"),
        pytest.param(403, "hunter2!", id="a short password"),
        pytest.param(403, "postgresql+psycopg://nija:pw@db.example/nija", id="the database's address"),
    ],
)
async def test_what_a_venue_says_names_no_secret_of_another(http_with_secrets, server, status, echoed):
    server.answer = answering(json.dumps({"error": [f"EGeneral:Permission denied {echoed}"]}), status)

    with pytest.raises(BrokerError) as error:
        await kraken(http_with_secrets, server.url, unwrap=result_of).send(READ)

    said = f"{error.value!r} {error.value.message}"
    secret = echoed.split()[-1].partition("@")[0].rpartition("//")[2]
    assert not [part for at in range(len(secret) - 6) if (part := secret[at : at + 7]) in said]
    assert "***" in said


async def test_an_ordinary_word_or_number_that_is_some_password_stays_readable(http_with_secrets, server):
    server.answer = answering(json.dumps({"error": ["EOrder:Order minimum not met: 1234567890"]}))

    with pytest.raises(RefusedError) as error:
        await kraken(http_with_secrets, server.url, unwrap=result_of).send(ORDER)

    assert error.value.message == "EOrder:Order minimum not met: 1234567890"


async def test_what_a_venue_says_names_no_line_of_a_pem(http, server):
    server.answer = answering(json.dumps({"error": "unauthorized", "message": f"key {PEM} refused"}), 401)
    client = coinbase_client(http=http, url=server.url, key="organizations/1", secret=PEM, timeout_s=5)

    with pytest.raises(KeyRejectedError) as error:
        await client.send(ACCOUNTS)

    assert not [line for line in PEM.split() if line in error.value.message and len(line) > 15]


async def test_a_good_answer_that_holds_the_key_is_read_without_it(http, server):
    server.answer = answering(json.dumps({"result": {"api_key": KEY, "permissions": ["trade", SECRET]}}))

    answer = await kraken(http, server.url).send(READ)

    assert answer == {"result": {"api_key": "***", "permissions": ["trade", "***"]}}
