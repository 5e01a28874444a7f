import pytest
from pydantic import SecretStr

from bot.alerting.http_call import HttpCallError, HttpRefusedError, call_url
from tests.bot.address import Address, received_by


@pytest.mark.parametrize("status", [400, 401, 404, 410, 422])
async def test_an_address_that_does_not_take_what_is_posted_refuses_it(address, status):
    address.status = status

    with pytest.raises(HttpRefusedError, match=f"it answered {status}"):
        await call_url(address.url, text="hello")


@pytest.mark.parametrize("status", [408, 425, 429, 500, 503])
async def test_an_address_in_trouble_refuses_nothing(address, status):
    address.status = status

    with pytest.raises(HttpCallError) as caught:
        await call_url(address.url, text="hello")

    assert not isinstance(caught.value, HttpRefusedError)


@pytest.mark.fault("P43")
@pytest.mark.parametrize("text", ["hello", None])
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_refused_and_takes_nothing_elsewhere(address, status, text):
    async with Address().open() as elsewhere:
        address.status, address.headers = status, {"Location": elsewhere.url.get_secret_value()}

        with pytest.raises(HttpRefusedError) as caught:
            await call_url(address.url, text=text)

        assert str(caught.value) == (
            f"it answered {status}: the address redirects to another one; set the final address"
        )
        assert (received_by(address), received_by(elsewhere)) == ([text or "ping"], [])


@pytest.mark.parametrize("status", [300, 304, 306, 399])
async def test_an_answer_that_takes_nothing_in_is_a_refusal(address, status):
    address.status = status

    with pytest.raises(HttpRefusedError, match=f"^it answered {status}$"):
        await call_url(address.url, text="hello")


async def test_an_address_that_fails_is_never_named():
    with pytest.raises(HttpCallError) as caught:
        await call_url(SecretStr("http://127.0.0.1:1/s3cr3t-hook"), text="hello")

    assert "s3cr3t" not in str(caught.value)
    assert caught.value.__cause__ is None
