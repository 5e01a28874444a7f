"""Which addresses the server takes for a button or a link in a text (after TDLib's LinkManager)."""

import ipaddress
import re
from urllib.parse import urlsplit

SCHEMES = frozenset({"http", "https", "tg", "ton", "tonsite"})
_LABEL = re.compile(r"[\w-]{1,63}")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*(?=://)", re.IGNORECASE)


def link_fault(url: str) -> str | None:
    """Say in the server's words why it does not take an address; None when it does.

    A missing scheme is http. `localhost` and other names without a dot lead nowhere from a phone.
    """
    named = _SCHEME.match(url)
    scheme = named.group().lower() if named else "http"
    if scheme not in SCHEMES:
        return "Unsupported URL protocol"
    if not url.isprintable() or " " in url:
        return "Wrong HTTP URL"
    try:
        parts = urlsplit(url if named else f"http://{url}")
        host = parts.hostname or ""
        parts.port  # noqa: B018 - reading it is what validates it
    except ValueError:
        return "Wrong HTTP URL"
    if scheme in {"tg", "ton"}:
        return None if host else "Wrong HTTP URL"
    return None if _is_reachable(host) else "Wrong HTTP URL"


def _is_reachable(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        labels = host.split(".")
        has_top_level = len(labels) > 1 and not labels[-1].isdecimal()
        return has_top_level and all(_LABEL.fullmatch(label) for label in labels)
    return True
