"""Every fault the bot must survive, and what must hold then."""

from tests.faults.account_streams import ACCOUNT_STREAMS
from tests.faults.buys import BUYS
from tests.faults.chat import CHAT
from tests.faults.process import PROCESS_FAULTS
from tests.faults.streams import STREAMS
from tests.faults.venue_fields import VENUE_FIELDS
from tests.faults.venue_holds import VENUE_HOLDS
from tests.faults.venue_orders import VENUE_ORDERS
from tests.faults.venue_prices import VENUE_PRICES
from tests.faults.venue_readings import VENUE_READINGS
from tests.faults.venues import VENUE

#: Files are by subject; the numbers run through all of them.
_OF_VENUES = (
    *VENUE,
    *VENUE_ORDERS,
    *VENUE_READINGS,
    *STREAMS,
    *VENUE_FIELDS,
    *VENUE_HOLDS,
    *ACCOUNT_STREAMS,
    *VENUE_PRICES,
    *BUYS,
)

GROUPS = {
    "Venues": tuple(sorted(_OF_VENUES, key=lambda row: int(row.number[1:]))),
    "The process": PROCESS_FAULTS,
    "The chat": CHAT,
}
