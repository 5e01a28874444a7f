import asyncio

import pytest
from aiohttp import web
from pydantic import SecretStr

from bot.alerting.fallback_notifier import FallbackNotifier
from handlers.render.paper import mark_paper

TOKEN = SecretStr("12345678:s3cr3t-token-that-nobody-may-see-in-a-log")


class Address:
    """Telegram and a hook of the owner's on one address, writing down what they are told."""

    def __init__(self):
        self.received, self.answers = [], {}

    async def receive(self, request):
        self.received.append((request.path, await request.json()))
        return self.answers.get(request.path, web.Response(text="{}"))


@pytest.fixture
async def address():
    address = Address()
    app = web.Application()
    app.router.add_post("/{path:.*}", address.receive)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    address.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield address
    await runner.cleanup()


def line_to(url, *, alert_url=None, owners=(7, 8), **options):
    alert_url = SecretStr(alert_url) if alert_url else None
    return FallbackNotifier(token=TOKEN, api_url=url, owner_ids=owners, alert_url=alert_url, **options)


async def send(line, text):
    await asyncio.to_thread(line.send(text).join, 10)


@pytest.mark.fault("P4")
async def test_every_owner_and_the_hook_are_alerted(address):
    await send(line_to(address.url, alert_url=f"{address.url}/hook"), "NIJA hangs")

    assert sorted(address.received, key=str) == [
        (f"/bot{TOKEN.get_secret_value()}/sendMessage", {"chat_id": 7, "text": "NIJA hangs"}),
        (f"/bot{TOKEN.get_secret_value()}/sendMessage", {"chat_id": 8, "text": "NIJA hangs"}),
        ("/hook", {"text": "NIJA hangs"}),
    ]


async def test_on_paper_it_says_so_everywhere(address):
    line = line_to(address.url, alert_url=f"{address.url}/hook", owners=(7,), mark=mark_paper)

    await send(line, "NIJA hangs")

    assert [body["text"] for _, body in address.received] == ["NIJA hangs · PAPER"] * 2


async def test_one_that_does_not_listen_keeps_no_other_from_hearing(address, capfd):
    address.answers["/hook"] = web.Response(status=500)

    await send(line_to(address.url, alert_url=f"{address.url}/hook", owners=(7,)), "NIJA hangs")

    assert len(address.received) == 2


async def test_no_redirect_is_followed(address):
    address.answers["/hook"] = web.Response(status=307, headers={"Location": f"{address.url}/elsewhere"})

    await send(line_to(address.url, alert_url=f"{address.url}/hook", owners=()), "NIJA hangs")

    assert [path for path, _ in address.received] == ["/hook"]


async def test_a_silent_failure_names_no_address(unused_tcp_port, caplog):
    url = f"http://127.0.0.1:{unused_tcp_port}"

    await send(line_to(url, alert_url=f"{url}/s3cr3t-hook"), "NIJA hangs")

    assert "s3cr3t" not in caplog.text
