"""Look an order up in every list of a venue that may show it."""

from collections.abc import Awaitable, Callable, Iterable

from engine.model.errors import BrokerError, InvalidNonceError, LockedOutError
from engine.model.orders import Order


async def find_in_any(looks: Iterable[Callable[[], Awaitable[Order | None]]]) -> Order | None:
    """Return what the first of some looks finds, taken one after the other; None when all were answered and none does.

    A list that cannot be read hides none of the others: what one of them shows is found, and only the absence stays
    unproven.

    Raises:
        BrokerError: a look failed and none of the others found it.

    """
    unread: BrokerError | None = None
    for look in looks:
        try:
            found = await look()
        except (InvalidNonceError, LockedOutError):
            # Each further call makes it worse.
            raise
        except BrokerError as e:
            unread = unread or e
            continue
        if found is not None:
            return found
    if unread is not None:
        raise unread
    return None
