"""Calling addresses of the owner's outside, and the heartbeat that one of them hears."""

import asyncio

import aiohttp
import structlog
from pydantic import SecretStr

from bot.retry_after import RetryAfterHeader

TIMEOUT = aiohttp.ClientTimeout(total=5)
BAD_STATUS, SERVER_ERROR = 400, 500
#: Refusals that say nothing of what was told: Request Timeout, Too Early, Too Many Requests (RFC 9110, 8470, 6585).
PASSING = frozenset({408, 425, 429})
#: Answers whose `Retry-After` is about the address as a whole: Too Many Requests, Service Unavailable.
PAUSING = frozenset({429, 503})

log = structlog.get_logger(__name__)


class OutsideError(Exception):
    """An address outside did not take what it was told; its name is a secret and not in here."""

    def __init__(self, why: str, *, retry_after: RetryAfterHeader | None = None) -> None:
        super().__init__(why)
        #: Set where the address asked for a pause.
        self.retry_after = retry_after


class RefusedOutsideError(OutsideError):
    """What it was told is wrong: the same would be refused again."""


async def call(url: SecretStr, *, text: str | None = None) -> None:
    """Fetch an address, or post a text to it as JSON; raise OutsideError when that fails."""
    try:
        async with aiohttp.ClientSession(timeout=TIMEOUT) as session:
            method, body = ("GET", None) if text is None else ("POST", {"text": text})
            async with session.request(method, url.get_secret_value(), json=body) as answer:
                if answer.status >= BAD_STATUS:
                    refused = answer.status < SERVER_ERROR and answer.status not in PASSING
                    kind = RefusedOutsideError if refused else OutsideError
                    raise kind(f"it answered {answer.status}", retry_after=_retry_after(answer))
    except (aiohttp.ClientError, TimeoutError) as error:
        # Their words may contain the address.
        raise OutsideError(type(error).__name__) from None


def _retry_after(answer: aiohttp.ClientResponse) -> RetryAfterHeader | None:
    value = answer.headers.get("Retry-After")
    if value is None or answer.status not in PAUSING:
        return None
    return RetryAfterHeader(value=value, date=answer.headers.get("Date"))


class Heartbeat:
    """Pings an address while all guards are watched, so that silence is noticed elsewhere."""

    def __init__(self, url: SecretStr) -> None:
        self._url = url
        self._ping: asyncio.Task[None] | None = None

    def beat(self) -> None:
        """Send a ping unless one is still under way; nobody waits for it."""
        if self._ping is None or self._ping.done():
            self._ping = asyncio.create_task(self._send(), name="heartbeat")

    async def _send(self) -> None:
        try:
            await call(self._url)
        except OutsideError as error:
            log.warning("the heartbeat was not heard", why=str(error))
