"""A key's counter in one line."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from bot.configuration.settings import Settings
from engine import wall_time
from engine.model.venues import Venue
from engine.nonce.fingerprint import key_fingerprint
from engine.nonce.store import NonceStatus

NO_LONGER_SET = "no longer set"


def brokers_by_fingerprint(settings: Settings) -> Mapping[str, str]:
    """Return which broker each key of the settings belongs to."""
    pairs = {venue: settings.key_pair(venue) for venue in Venue}
    return {
        key_fingerprint(pair.key.get_secret_value()): venue.label for venue, pair in pairs.items() if pair
    }


def with_broker(nonce: NonceStatus, brokers: Mapping[str, str]) -> NonceStatus:
    """Return a counter with the broker whose key it is."""
    return replace(nonce, broker=brokers.get(nonce.fingerprint, ""))


def render_nonce(nonce: NonceStatus, *, now: datetime) -> str:
    """Name the broker, or that the settings hold this key no more, with its counter."""
    last = "unreadable" if nonce.last_nonce is None else nonce.last_nonce
    issued = "unreadable" if nonce.issued is None else f"{nonce.issued:,}"
    age = "unreadable"
    if nonce.last_used_at is not None:
        age = f"{wall_time.between(nonce.last_used_at, now).total_seconds():.0f} s ago"
    return f"{nonce.broker or NO_LONGER_SET}  key {nonce.fingerprint}  last {last}  {age}  {issued} issued"
