"""Requests to the addresses that the owner has set."""

import aiohttp
from pydantic import SecretStr

from bot.alerting.retry_after import RetryAfterHeader

TIMEOUT = aiohttp.ClientTimeout(total=5)
NOT_TAKEN, SERVER_ERROR = 300, 500
REDIRECTS = frozenset({301, 302, 303, 307, 308})
#: Refusals that do not depend on the request: Request Timeout, Too Early, Too Many Requests (RFC 9110, 8470, 6585).
PASSING = frozenset({408, 425, 429})
#: Answers whose `Retry-After` is about the address as a whole: Too Many Requests, Service Unavailable.
PAUSING = frozenset({429, 503})


class HttpCallError(Exception):
    """An address did not take a request; it is a secret and not in here."""

    def __init__(self, why: str, *, retry_after: RetryAfterHeader | None = None) -> None:
        super().__init__(why)
        #: Set where the address requested a pause.
        self.retry_after = retry_after


class HttpRefusedError(HttpCallError):
    """The request itself is wrong: the same would be refused again."""


async def call_url(url: SecretStr, *, text: str | None = None) -> None:
    """Fetch an address, or post a text to it as JSON; raise HttpCallError when that fails.

    No redirect is followed: it may drop the text, or hand it to another host.
    """
    try:
        async with aiohttp.ClientSession(timeout=TIMEOUT) as session:
            method, body = ("GET", None) if text is None else ("POST", {"text": text})
            async with session.request(
                method, url.get_secret_value(), json=body, allow_redirects=False
            ) as answer:
                if answer.status >= NOT_TAKEN:
                    raise _failure(answer)
    except (aiohttp.ClientError, TimeoutError) as error:
        # Their text may contain the address.
        raise HttpCallError(type(error).__name__) from None


def _failure(answer: aiohttp.ClientResponse) -> HttpCallError:
    refused = answer.status < SERVER_ERROR and answer.status not in PASSING
    kind = HttpRefusedError if refused else HttpCallError
    why = f"it answered {answer.status}"
    if answer.status in REDIRECTS:
        why += ": the address redirects to another one; set the final address"
    return kind(why, retry_after=_retry_after(answer))


def _retry_after(answer: aiohttp.ClientResponse) -> RetryAfterHeader | None:
    value = answer.headers.get("Retry-After")
    if value is None or answer.status not in PAUSING:
        return None
    return RetryAfterHeader(value=value, date=answer.headers.get("Date"))
