import asyncio
import ssl
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import pytest
from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from engine.brokers.kraken.market import KrakenMarketData
from engine.brokers.kraken.stream import kraken_stream
from engine.brokers.streams.price_stream import LossReason
from engine.brokers.venue_http import Http
from engine.clock import SystemClock
from tests.engine.brokers.streams.stage import RecordingSink


def a_certificate_of_its_own(folder):
    """A certificate for 127.0.0.1 that nobody else has signed."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = folder / "own.pem"
    plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    pem.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, *plain)
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return pem


@asynccontextmanager
async def a_server(pem):
    connected = []

    async def serve(request):
        connected.append(request)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        return socket

    app = web.Application()
    app.add_routes([web.get("/v2", serve)])
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(pem)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context).start()
    yield f"wss://127.0.0.1:{runner.addresses[0][1]}/v2", connected
    await runner.cleanup()


@pytest.fixture
async def http():
    http = Http.open(SystemClock())
    yield http
    await http.close()


async def test_a_server_whose_certificate_nobody_signed_gets_no_connection(tmp_path, http):
    async with a_server(a_certificate_of_its_own(tmp_path)) as (url, connected):
        data = KrakenMarketData(http=http, clock=SystemClock(), url=url.replace("wss", "https"))
        stream, sink = kraken_stream(url, market=data, clock=SystemClock()), RecordingSink()
        stream.want(["BTC/USD"])
        running = asyncio.create_task(stream.run(sink))

        message = await sink.until_lost("BTC/USD", LossReason.DISCONNECTED)

        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await data.close()
    assert "certificate" in message.lower()
    assert connected == []
