"""What is reported of the prices that guards are judged by."""

from enum import StrEnum


class PriceEvent(StrEnum):
    """Stored with alerts as they are."""

    #: There has been no price for too long.
    UNKNOWN = "unknown"
    BACK = "back"
    WIDE_SPREAD = "wide_spread"
    NARROW_SPREAD = "narrow_spread"
