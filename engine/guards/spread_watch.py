"""How long a spread has been too wide to sell by, so that its owner is told once, and when that is over."""

from dataclasses import dataclass
from datetime import timedelta

from engine.clock import Moment
from engine.market.mark import Mark

WIDE_SPREAD_TOLD_AFTER = timedelta(seconds=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class SpreadWatch:
    """How long a spread has been too wide, and whether its owner was told."""

    wide_since: Moment | None = None
    told: bool = False
    #: True in the one step in which it is to be told.
    tell_now: bool = False
    #: True in the one step in which its end is to be told.
    tell_end: bool = False


def watch_spread(watch: SpreadWatch, *, mark: Mark, now: Moment) -> SpreadWatch:
    """Return the next state of the watch; `tell_now` is true once per wide stretch, after 60 s, `tell_end` once it is over."""
    if not mark.wide_spread:
        return SpreadWatch(tell_end=watch.told)
    since = watch.wide_since or now
    tell = not watch.told and now - since >= WIDE_SPREAD_TOLD_AFTER
    return SpreadWatch(wide_since=since, told=watch.told or tell, tell_now=tell)
