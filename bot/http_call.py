"""Requests to the addresses that the owner has set."""

import aiohttp
from pydantic import SecretStr

from bot.retry_after import RetryAfterHeader

TIMEOUT = aiohttp.ClientTimeout(total=5)
BAD_STATUS, SERVER_ERROR = 400, 500
#: Refusals that say nothing of the request: Request Timeout, Too Early, Too Many Requests (RFC 9110, 8470, 6585).
PASSING = frozenset({408, 425, 429})
#: Answers whose `Retry-After` is about the address as a whole: Too Many Requests, Service Unavailable.
PAUSING = frozenset({429, 503})


class HttpCallError(Exception):
    """An address did not take a request; it is a secret and not in here."""

    def __init__(self, why: str, *, retry_after: RetryAfterHeader | None = None) -> None:
        super().__init__(why)
        #: Set where the address asked for a pause.
        self.retry_after = retry_after


class HttpRefusedError(HttpCallError):
    """The request itself is wrong: the same would be refused again."""


async def call_url(url: SecretStr, *, text: str | None = None) -> None:
    """Fetch an address, or post a text to it as JSON; raise HttpCallError when that fails."""
    try:
        async with aiohttp.ClientSession(timeout=TIMEOUT) as session:
            method, body = ("GET", None) if text is None else ("POST", {"text": text})
            async with session.request(method, url.get_secret_value(), json=body) as answer:
                if answer.status >= BAD_STATUS:
                    refused = answer.status < SERVER_ERROR and answer.status not in PASSING
                    kind = HttpRefusedError if refused else HttpCallError
                    raise kind(f"it answered {answer.status}", retry_after=_retry_after(answer))
    except (aiohttp.ClientError, TimeoutError) as error:
        # Their text may contain the address.
        raise HttpCallError(type(error).__name__) from None


def _retry_after(answer: aiohttp.ClientResponse) -> RetryAfterHeader | None:
    value = answer.headers.get("Retry-After")
    if value is None or answer.status not in PAUSING:
        return None
    return RetryAfterHeader(value=value, date=answer.headers.get("Date"))
