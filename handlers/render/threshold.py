"""Where the threshold of a guard comes from."""

from decimal import Decimal

from handlers.render.numbers import threshold_percent


def one_threshold(threshold: Decimal) -> str:
    """Say that every new guard has the same threshold, and which setting it is."""
    return f"One threshold is for all new guards: the setting NIJA_LIQUIDATION_PNL, now {threshold_percent(threshold)}."
