"""Messages to the owners that bypass the outbox and the event loop, for when one of these fails."""

import http.client
import json
import threading
from collections.abc import Callable, Sequence
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, Request, build_opener

import structlog
from pydantic import SecretStr

TIMEOUT_S = 5.0

log = structlog.get_logger(__name__)


class FallbackNotifier:
    """Best effort: each is tried once, in a thread of its own, so that the caller does not wait."""

    def __init__(
        self,
        *,
        token: SecretStr,
        api_url: str,
        owner_ids: Sequence[int],
        alert_url: SecretStr | None,
        mark: Callable[[str], str] = str,
    ) -> None:
        self._mark = mark
        self._telegram = SecretStr(f"{api_url}/bot{token.get_secret_value()}/sendMessage")
        self._owner_ids = tuple(owner_ids)
        self._alert_url = alert_url

    def send(self, text: str) -> threading.Thread:
        """Start sending to every owner's chat and to the address for critical alerts; return the sending thread."""
        thread = threading.Thread(
            target=self._send, args=(self._mark(text),), name="fallback notifier", daemon=True
        )
        thread.start()
        return thread

    def _send(self, text: str) -> None:
        if self._alert_url:
            _try("alert address", self._alert_url, {"text": text})
        for owner_id in self._owner_ids:
            _try("chat", self._telegram, {"chat_id": owner_id, "text": text})


def _try(what: str, url: SecretStr, body: dict[str, object]) -> None:
    try:
        _post(url.get_secret_value(), body)
    except HTTPError as refusal:
        log.warning("a direct message was refused", to=what, status=refusal.code)
        refusal.close()
    except (OSError, http.client.HTTPException) as error:
        # Its text may contain the address, which is a secret.
        log.warning("a direct message did not leave", to=what, why=type(error).__name__)


def _post(url: str, body: dict[str, object]) -> None:
    headers = {"Content-Type": "application/json"}
    request = Request(url, json.dumps(body).encode(), headers)  # noqa: S310 - the settings take http(s) only
    with build_opener(_Stay).open(request, timeout=TIMEOUT_S):
        pass


class _Stay(HTTPRedirectHandler):
    """Follows no redirect: the address is a secret, and so is the text."""

    def redirect_request(self, *_args: object) -> None:
        return None
