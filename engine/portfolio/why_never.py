"""Pure: what keeps a position from being guarded or sold whatever its quantity and price."""

from enum import StrEnum

from engine.model.instruments import AssetClass
from engine.portfolio.position import Position


class Never(StrEnum):
    """Why NIJA neither guards nor sells a position."""

    SHORT = "short"
    NOT_LISTED = "not_listed"
    TOKENIZED = "tokenized"


def why_never(position: Position) -> Never | None:
    """Return why a position can be neither guarded nor sold; None while that depends on quantity and price."""
    instrument = position.instrument
    if position.is_short_spot:
        return Never.SHORT
    if instrument is None:
        return Never.NOT_LISTED if position.is_listing_known else None
    return Never.TOKENIZED if instrument.asset_class is AssetClass.TOKENIZED else None
