"""What the engine may know of an account's balance: what it read, and what the private stream reported since."""

#: A balance may be so old, and one that a private stream keeps known, before it is requested again.
_MAX_AGE_S, _KNOWN_MAX_AGE_S = 5, 300
#: From the decision to the order's departure it takes no longer.
_DEPARTS_WITHIN_S = 2


class KnownBalance:
    """Stands beside one life's requests to a venue and its private stream there, and checks what each order is based on."""

    def __init__(self, *, pushes_transfers, monotonic, violate):
        self._pushes_transfers = pushes_transfers
        self._monotonic = monotonic
        self._violate = violate
        #: when a balance was requested last, answered or not
        self._requested_at = None
        #: and when the latest one that was answered
        self._read_at = None
        #: since when something may have happened that no answer shows; None while the stream says that nothing has
        self._unknown_since = 0
        self._is_live = False

    def note_request(self):
        self._requested_at = self._monotonic()
        return self._requested_at

    def note_answer(self, requested_at):
        """Take note of an answer: it makes a balance known where the stream was live and silent all the while."""
        self._read_at = requested_at
        was_silent = self._unknown_since is not None and self._unknown_since < requested_at
        if self._pushes_transfers and self._is_live and was_silent:
            self._unknown_since = None

    def watching(self, sink):
        """Return a sink that hands everything on and is heard here."""
        return _Sink(self, sink)

    def note_news(self, *, is_live=True):
        self._is_live = is_live
        self._unknown_since = self._monotonic()

    def check(self, request):
        """Check that a sale is based on a balance requested just now or one that the stream keeps known."""
        now_s = self._monotonic()
        if self._is_within(self._requested_at, _MAX_AGE_S, now_s):
            return
        is_kept = self._unknown_since is None or now_s - self._unknown_since <= _DEPARTS_WITHIN_S
        if not (is_kept and self._is_within(self._read_at, _KNOWN_MAX_AGE_S, now_s)):
            age = "none" if self._read_at is None else f"one of {now_s - self._read_at:.0f} s ago"
            self._violate(
                f"{request.client_order_id} is based on {age}, and its stream vouches for no balance"
            )

    @staticmethod
    def _is_within(at_s, age_s, now_s):
        return at_s is not None and now_s - at_s <= age_s + _DEPARTS_WITHIN_S


class _Sink:
    """Takes what a private stream reads."""

    def __init__(self, known, sink):
        self._known = known
        self._sink = sink

    def order(self, news):
        self._known.note_news()
        self._sink.order(news)

    def balance(self):
        self._known.note_news()
        self._sink.balance()

    def live(self):
        self._known.note_news()
        self._sink.live()

    def lost(self, loss):
        self._known.note_news(is_live=False)
        self._sink.lost(loss)
