"""How long a spread has been too wide to sell by, so that its owner is alerted once, and when that is over."""

from dataclasses import dataclass
from datetime import timedelta

from engine.clock import Moment
from engine.market.mark import Mark

WIDE_SPREAD_REPORTED_AFTER = timedelta(seconds=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class SpreadWatch:
    """How long a spread has been too wide, and whether its owner was alerted."""

    wide_since: Moment | None = None
    reported: bool = False
    #: True in the one step in which it is to be reported.
    report_now: bool = False
    #: True in the one step in which its end is to be reported.
    report_end: bool = False


def watch_spread(watch: SpreadWatch, *, mark: Mark, now: Moment) -> SpreadWatch:
    """Return the next state of the watch; `report_now` is true once per wide stretch, after 60 s, `report_end` once it is over."""
    if not mark.wide_spread:
        return SpreadWatch(report_end=watch.reported)
    since = watch.wide_since or now
    report = not watch.reported and now - since >= WIDE_SPREAD_REPORTED_AFTER
    return SpreadWatch(wide_since=since, reported=watch.reported or report, report_now=report)
