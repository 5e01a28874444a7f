"""Critical alerts to a second address, whatever Telegram does: each at least once, and none held up by another."""

from collections.abc import Callable
from datetime import datetime
from math import inf

import structlog
from pydantic import SecretStr

from bot.alerting.http_call import HttpCallError, HttpRefusedError, call_url
from bot.alerting.requested_pause import RequestedPause
from bot.telegram.doubling_pause import doubling_pause_s
from engine.alerts.batches import Alert
from engine.alerts.kinds import PostState
from engine.alerts.posts import Post, begin_posts, forget_posts, load_unposted, note_post
from engine.clock import Clock
from engine.storage.database import Database
from handlers.render.alerts import render_alert
from handlers.render.html import plain_text
from handlers.render.times import Reader

POST_REFUSED_FIRST_S, POST_REFUSED_MOST_S = 10.0, 3600.0
#: At the next refusal it is given up, a day after the first.
POST_REFUSALS_MOST = 32

log = structlog.get_logger(__name__)


def pause_after_refused_post_s(refusals: int) -> float | None:
    """Return how long an alert waits that the address refused so often: 10, 20, 40 … s, then an hour; None: no more.

    That makes a day in all.
    """
    if refusals > POST_REFUSALS_MOST:
        return None
    return doubling_pause_s(refusals, first_s=POST_REFUSED_FIRST_S, most_s=POST_REFUSED_MOST_S)


class SecondChannel:
    """Posts every critical alert to an address of the owner's, whatever Telegram does.

    What becomes of each is stored, so that a restart loses none; one that was posted when the process died is posted again.
    """

    def __init__(
        self, url: SecretStr, *, database: Database, clock: Clock, mark: Callable[[str], str] = str
    ) -> None:
        self._url = url
        self._mark = mark
        self._database = database
        self._clock = clock
        #: Posted, and not noted yet: the database may not be writable just then.
        self._posted = set[int]()
        #: By the steady clock.
        self._held_until_s = dict[int, float]()
        self._tried_at_s = dict[int, float]()
        self._pause = RequestedPause(clock)

    async def post_new(self) -> None:
        """Post what the address has not taken; what does not reach it is tried again by the next run of this job.

        What it refuses waits for itself. After one that does not get through the others have their turn first: it
        may be this one alone. Where the address names a pause nothing is posted until that is over.
        """
        async with self._database.read() as session:
            waiting = await load_unposted(session)
        if waiting:
            self._pause.raise_while_on()
        for post in sorted(filter(self._is_due, waiting), key=self._last_tried_s):
            await self._post(post)

    def _last_tried_s(self, post: Post) -> float:
        return self._tried_at_s.get(post.alert.alert_id, -inf)

    def _is_due(self, post: Post) -> bool:
        """Hold what was refused, after a start too: a process that starts often uses up no attempts."""
        now_s, pause_s = self._clock.monotonic(), pause_after_refused_post_s(post.refusals)
        if not post.refusals or pause_s is None:
            return True
        return now_s >= self._held_until_s.setdefault(post.alert.alert_id, now_s + pause_s)

    async def _post(self, post: Post) -> None:
        number = post.alert.alert_id
        try:
            if number not in self._posted:
                await call_url(self._url, text=self._text(post.alert))
        except HttpRefusedError as refused:
            await self._set_aside(post, str(refused))
        except HttpCallError as failed:
            self._tried_at_s[number] = self._clock.monotonic()
            self._pause.take(failed)
            await self._note(post, PostState.WAITING, refusals=post.refusals, error=str(failed))
            raise
        else:
            self._posted.add(number)
            await self._note(post, PostState.POSTED)
            self._forget(number)

    def _text(self, alert: Alert) -> str:
        try:
            screen = render_alert(alert.message, Reader(now=self._clock.now()))
            return self._mark(plain_text(screen.text))
        except Exception as error:
            # Whatever is wrong with one alert, it must not hold up the others.
            raise HttpRefusedError(f"it could not be rendered: {type(error).__name__}") from error

    async def _set_aside(self, post: Post, why: str) -> None:
        number, refusals = post.alert.alert_id, post.refusals + 1
        pause_s = pause_after_refused_post_s(refusals)
        log.error("NIJA_ALERT_URL does not take an alert", alert=number, why=why, again_in_s=pause_s)
        if pause_s is None:
            await self._note(post, PostState.GIVEN_UP, refusals=refusals, error=why)
            self._forget(number)
            return
        self._held_until_s[number] = self._clock.monotonic() + pause_s
        await self._note(post, PostState.WAITING, refusals=refusals, error=why)

    async def _note(
        self, post: Post, state: PostState, *, refusals: int = 0, error: str | None = None
    ) -> None:
        number, now = post.alert.alert_id, self._clock.now()
        async with self._database.write() as session:
            await note_post(session, number, state, now=now, refusals=refusals, error=error)

    def _forget(self, number: int) -> None:
        self._posted.discard(number)
        self._held_until_s.pop(number, None)
        self._tried_at_s.pop(number, None)


async def settle_posts(database: Database, *, is_wanted: bool, now: datetime) -> None:
    """Begin to keep what the second address has not taken, or forget it where none is set."""
    async with database.write() as session:
        if is_wanted:
            await begin_posts(session, now=now)
        else:
            await forget_posts(session)
