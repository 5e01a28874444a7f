"""GetWebSocketsToken, and whose account a token opens."""

import secrets
from collections.abc import Mapping

from sandbox.kraken.account import KrakenAccount
from sandbox.kraken.call import PrivateCall

#: A token that opened nothing by then opens nothing any more.
LIFE_S = 900


def get_token(call: PrivateCall) -> object:
    """A token for one or several connections."""
    token = secrets.token_urlsafe(32)
    call.account.stream_tokens[token] = call.now + LIFE_S
    return {"token": token, "expires": LIFE_S}


def account_of(token: object, accounts: Mapping[str, KrakenAccount], *, now: float) -> KrakenAccount | None:
    """Whose token it is, while it can open something."""
    for account in accounts.values():
        if account.stream_tokens.get(str(token), now) > now:
            return account
    return None
