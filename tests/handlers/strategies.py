"""Any values the engine could hand to the chat, for holding screens against Telegram's limits."""

from datetime import UTC, datetime
from decimal import Decimal

from hypothesis import strategies as st

from engine.accounts.fees import FeeProfile, TakerFee
from engine.accounts.snapshot import BalanceSnapshot, CashLine, OpenPosition, UserBrokerState, combine
from engine.alerts import messages
from engine.alerts.posts import PostCounts
from engine.alerts.questions import (
    Armed,
    Choice,
    ChoiceKind,
    Exclusion,
    NoEntry,
    Offer,
    OfferLine,
    PartLeftOut,
    PartReason,
    Standing,
)
from engine.brokers.venue_rules import Execution
from engine.entries.cost import TradeCost
from engine.entries.gates import DamagedRecord, Gate, GateName, GateVerdict, Remedy
from engine.entries.plan import EntryPlan, EntryRequest, Refused
from engine.entries.route import (
    LeftOut,
    Missed,
    NoRoute,
    Reason,
    Route,
    RouteChoice,
    RouteObstacle,
    RoutePreview,
)
from engine.entries.sizing import Size, SizeBasis, SizeUnknown
from engine.entries.trade import TradeRequest
from engine.guards.guard import Guard, GuardSource, GuardState
from engine.guards.unwatched import Unwatched, UnwatchedReason
from engine.market.mark import Mark, MarkBasis, PriceProblem, PriceUnknown
from engine.model.failing_actions import CancelAgain, FailingAction
from engine.model.failing_reasons import LittleFree, NoPair, OfferProblem, PairOffer, UnknownHold
from engine.model.guard_reasons import GuardReason
from engine.model.holdings import Direction, PositionKind, Unsettled
from engine.model.instruments import AssetClass, Instrument
from engine.model.money import exact
from engine.model.orders import CancelledOrder, Side
from engine.model.venues import Account, Venue
from engine.model.walk import BookProblem
from engine.nonce.store import NonceStatus
from engine.offers.levels_kept import GuardedSeveralTimes, LevelObstacle, LevelsKept, NoGuard
from engine.offers.not_held import HeldSeveralTimes, HoldingUnknown, NotHeld, Wanted
from engine.offers.outcomes import (
    BeingSold,
    GuardChanged,
    LeftAlone,
    NotGuarded,
    Nothing,
    Outdated,
    Rejected,
    SaleBegun,
    TooManyInvites,
    Unguarded,
)
from engine.portfolio.portfolio import Portfolio, Unread
from engine.portfolio.position import Position
from engine.status import BrokerStatus, FailingExit, JobStatus, PausedGuard, PriceAge, StatusReport
from engine.users.roles import Role
from handlers.render.times import Reader, zone_named

amounts = st.decimals(min_value=-(10**15), max_value=10**15, places=18)
positive = st.decimals(min_value=Decimal("1e-18"), max_value=10**15, places=18)
ratios = st.decimals(min_value=-1, max_value=10, places=12)
thresholds = st.decimals(min_value=Decimal("-0.5"), max_value=Decimal("-0.00001"), places=6)
words = st.text(max_size=400)
names = st.text(min_size=1, max_size=30)
currencies = st.sampled_from(["USD", "EUR", "USDT"]) | names
#: From 2020 to 2040.
times = st.integers(min_value=1_577_836_800, max_value=2_208_988_800).map(
    lambda seconds: datetime.fromtimestamp(seconds, UTC)
)
venues = st.sampled_from(Venue)
directions = st.sampled_from(Direction)
kinds = st.sampled_from(PositionKind)
readers = st.builds(
    Reader, now=times, zone=st.sampled_from(["UTC", "America/New_York", "Asia/Kathmandu"]).map(zone_named)
)
accounts = st.builds(Account, account_id=names, user_id=st.integers(), venue=venues)


def maybe(strategy):
    return st.none() | strategy


def several(strategy, most=4):
    return st.lists(strategy, max_size=most).map(tuple)


_holds = st.builds(UnknownHold, quantity=positive, error=maybe(words))
_pair_offers = st.builds(
    PairOffer,
    symbol=st.sampled_from(["BTC/EUR", "1000PEPE/USDC"]),
    price=positive,
    problem=maybe(st.sampled_from([*OfferProblem, *BookProblem])),
    detail=words,
    least=positive,
)
_why_failing = (
    _holds
    | st.builds(LittleFree, quantity=positive, asset=names, unknown_hold=maybe(_holds))
    | st.builds(NoPair, why=words, refused=several(names), offers=several(_pair_offers), currency=currencies)
)


_cash = st.builds(
    CashLine,
    currency=currencies,
    free=amounts,
    rate_usd=maybe(positive),
    value_usd=maybe(amounts),
)


@st.composite
def snapshots(draw):
    available, locked = draw(amounts), draw(amounts)
    with exact():
        total = available + locked
    return BalanceSnapshot(
        total_equity_usd=total,
        available_usd=available,
        locked_in_positions_usd=locked,
        held_by_orders_usd=draw(amounts),
        cash=draw(several(_cash)),
        unpriced=draw(several(names)),
        held_unpriced=draw(several(names)),
        as_of=draw(times),
    )


_open_positions = st.builds(OpenPosition, kind=kinds, asset=names, quantity=amounts)
_states = st.builds(
    UserBrokerState,
    broker=venues,
    user_id=st.integers(),
    account_id=names,
    balance=maybe(snapshots()),
    open_positions=several(_open_positions),
    last_updated=maybe(times),
    connected=st.booleans(),
    error=maybe(words),
)
overviews = st.builds(lambda states, now: combine(states, now=now, stale_after_s=60), several(_states), times)

guards = st.builds(
    Guard,
    guard_id=names,
    user_id=st.integers(),
    account_id=names,
    venue=venues,
    kind=kinds,
    direction=directions,
    asset=names,
    symbol=names,
    quantity=positive,
    cost=positive,
    currency=currencies,
    threshold=thresholds,
    source=st.sampled_from(GuardSource),
    state=st.sampled_from(GuardState),
    reason=maybe(st.sampled_from(GuardReason) | words),
    detail=words,
    created_at=times,
)
plain_marks = st.builds(Mark, price=positive, basis=st.sampled_from(MarkBasis), at=times)
marks = plain_marks | st.builds(PriceUnknown, problem=st.sampled_from(PriceProblem))
instruments = st.builds(
    Instrument,
    venue=venues,
    symbol=names,
    base=names,
    quote=currencies,
    asset_class=st.sampled_from(AssetClass),
    lot=positive,
    tick=positive,
    minimum_quantity=positive,
    minimum_notional=positive,
)
positions = st.builds(
    Position,
    account=accounts,
    kind=kinds,
    direction=directions,
    asset=names,
    instrument=maybe(instruments),
    quantity=amounts,
    locked=amounts,
    explained=amounts,
    cost=maybe(amounts),
    cost_currency=maybe(currencies),
    history_incomplete=st.booleans(),
    mark=marks,
    last_mark=maybe(plain_marks),
    quote_usd=maybe(positive),
    taker=st.builds(TakerFee, ratio=ratios, is_own=st.booleans()),
    guard=maybe(guards),
    has_open_question=st.booleans(),
    fills_pending=st.booleans(),
    unsettled=maybe(st.builds(Unsettled, quantity=positive, at=times, is_read=st.booleans())),
    as_of=times,
)
portfolios = st.builds(
    Portfolio,
    positions=several(positions, most=9),
    unread=several(
        st.builds(Unread, account=accounts, as_of=maybe(times), error=words, is_awaited=st.booleans())
    ),
    as_of=times,
)

_fees = st.builds(
    FeeProfile, taker=ratios, spread=ratios, taker_live=st.booleans(), spread_live=st.booleans()
)
_reasons = st.builds(
    Reason,
    obstacle=st.sampled_from(RouteObstacle),
    limit=maybe(amounts),
    actual=maybe(amounts),
    unit=st.sampled_from(["", "USD", "USDC", "BTC"]),
)
_executions = st.builds(Execution, quantity=positive, value=positive, total=positive, change=positive)
_costs = st.builds(TradeCost, fees=_fees, round_trip=ratios, execution=maybe(_executions))
_left_out = st.builds(LeftOut, account=accounts, cost=_costs, reasons=several(_reasons))
_sizes = st.builds(
    Size,
    usd=positive,
    basis=st.sampled_from(SizeBasis),
    share=maybe(ratios),
    equity_usd=maybe(amounts),
    is_equity_complete=st.booleans(),
)
_requests = st.builds(
    TradeRequest,
    symbol=names,
    base=names,
    usd=positive,
    profit_target=maybe(ratios),
)
_routes = st.builds(
    Route,
    request=_requests,
    account=accounts,
    instrument=st.none(),
    cost=_costs,
    choice=st.sampled_from(RouteChoice),
    profit_target=ratios,
    left_out=several(_left_out),
    missed=maybe(
        st.builds(
            Missed,
            account=accounts,
            saving_usd=positive,
            lacking=positive,
            currency=st.sampled_from(["USD", "USDC", "EUR"]),
        )
    ),
)
previews = st.builds(
    RoutePreview,
    requested=maybe(names),
    symbol=names,
    size=_sizes,
    decision=_routes | st.builds(NoRoute, request=_requests, left_out=several(_left_out)),
    at=times,
)

_open_or_not = st.sampled_from([GateVerdict.PASS, GateVerdict.CONFIRM, GateVerdict.FAIL])
_figures = [GateName.CASH, GateName.EXPOSURE, GateName.DAILY_LOSS, GateName.MINIMUM, GateName.SPREAD]
_names_and_verdicts = st.tuples(st.sampled_from(GateName), _open_or_not) | st.tuples(
    st.sampled_from(_figures), st.just(GateVerdict.UNKNOWN)
)
_gates = st.builds(
    lambda said, **facts: Gate(name=said[0], verdict=said[1], **facts),
    _names_and_verdicts,
    actual=maybe(amounts),
    limit=maybe(st.decimals("0", "100000000", places=2)),
    unit=st.sampled_from(["", "USD", "EUR", "BTC"]),
    reserved=positive,
    venue=maybe(st.sampled_from(Venue)),
    since=maybe(times),
    until=maybe(times),
    damaged=maybe(st.sampled_from(DamagedRecord)),
    remedy=maybe(st.sampled_from(Remedy)),
)
_entry_requests = st.builds(
    EntryRequest, symbol=names, base=names, asset_class=st.sampled_from(AssetClass), size=st.none()
)
_entry_plans = st.builds(
    EntryPlan,
    size=_sizes,
    route=_routes,
    gates=several(_gates, most=8),
    stop=st.decimals("-0.5", "-0.001", places=3),
    at=times,
    counts_until=times,
)
plans = _entry_plans | st.builds(
    Refused,
    request=_entry_requests,
    size=_sizes | st.sampled_from(SizeUnknown),
    decision=maybe(_routes | st.builds(NoRoute, request=_requests, left_out=several(_left_out))),
    gates=several(_gates, most=8),
    fits=maybe(_entry_plans),
    at=times,
)

_seconds = st.floats(min_value=0, max_value=10**6)
reports = st.builds(
    StatusReport,
    at=times,
    version=names,
    mode=names,
    started_at=times,
    brokers=several(
        st.builds(
            BrokerStatus,
            account=accounts,
            last_answer_at=maybe(times),
            last_error=maybe(words),
            last_error_at=maybe(times),
        )
    ),
    jobs=several(
        st.builds(
            JobStatus,
            name=names,
            every_s=_seconds,
            last_run_at=maybe(times),
            lag_s=maybe(_seconds),
            last_error=maybe(words),
        )
    ),
    nonces=several(
        st.builds(
            NonceStatus,
            fingerprint=names,
            last_nonce=st.integers(min_value=0, max_value=2**63),
            last_used_at=times,
            issued=st.integers(min_value=0),
        )
    ),
    prices=several(st.builds(PriceAge, venue_label=names, symbol=names, at=maybe(times))),
    guards_armed=st.integers(min_value=0),
    unwatched=several(
        st.builds(
            Unwatched,
            symbol=names,
            venue_label=names,
            reason=st.sampled_from(UnwatchedReason),
            problem=maybe(st.sampled_from(PriceProblem)),
            error=words,
            since=maybe(times),
        )
    ),
    unreadable=several(
        st.builds(
            messages.RecordUnreadable,
            record=st.sampled_from(messages.RecordKind),
            name=names,
            symbol=st.one_of(st.just(""), names),
            venue_label=st.one_of(st.just(""), names),
            why=words,
        )
    ),
    paused=several(
        st.builds(
            PausedGuard,
            symbol=names,
            venue_label=names,
            reason=maybe(st.sampled_from(GuardReason)),
            detail=words,
        )
    ),
    failing=several(
        st.builds(
            FailingExit,
            symbol=names,
            venue_label=names,
            why=words | _why_failing,
            unreadable=several(words),
            since=times,
            order_ids=several(words),
        )
    ),
    exits_in_flight=st.integers(min_value=0),
    outbox_waiting=st.integers(min_value=0),
    outbox_oldest_at=maybe(times),
    outbox_refused=st.integers(min_value=0),
    alerts_given_up=st.integers(min_value=0),
    last_given_up=words,
    posts=st.builds(
        PostCounts,
        refused=st.integers(min_value=0),
        last_refusal=words,
        given_up=st.integers(min_value=0),
        last_error=words,
    ),
    database_revision=names,
    database_bytes=st.integers(min_value=0, max_value=2**40),
)

_ids = st.text("0123456789abcdef-", min_size=1, max_size=36)
_offer_lines = st.builds(
    OfferLine,
    position=positions,
    standing=st.sampled_from(Standing),
    pnl_ratio=maybe(ratios),
    pnl=maybe(amounts),
    excluded=maybe(st.sampled_from(Exclusion) | words),
    no_entry=maybe(st.sampled_from(NoEntry)),
)
_parts_left_out = st.builds(
    PartLeftOut, position=positions, quantity=positive, why=st.sampled_from(PartReason)
)
offers = st.builds(
    Offer,
    about=st.sampled_from(["first_contact", "guard", "would_sell", "choose", "unguard", "paused", "new"]),
    lines=several(_offer_lines),
    choices=several(
        st.builds(Choice, kind=st.sampled_from(ChoiceKind), confirmation_id=_ids, subject=maybe(names))
    ),
    threshold=thresholds,
    as_of=times,
    expires_at=times,
)
_armed = {
    "guards": several(guards),
    "parts_left_out": several(_parts_left_out),
    "left_out": several(_offer_lines),
}
_whys = st.one_of(
    st.sampled_from(Rejected),
    st.sampled_from(Outdated),
    st.builds(NotHeld, symbol=maybe(words), venue=maybe(venues), wanted=st.sampled_from(Wanted)),
    st.builds(HoldingUnknown, symbol=maybe(words), unread=words, wanted=st.sampled_from(Wanted)),
    st.builds(HeldSeveralTimes, symbol=maybe(words), venues=st.tuples(venues), positions=st.just(2)),
    st.builds(NotGuarded, symbol=words, venue=maybe(venues)),
    st.builds(BeingSold, guards=st.tuples(guards)),
    st.builds(SaleBegun, symbol=words),
    st.builds(GuardChanged, symbol=words),
    st.builds(LevelsKept, symbol=words, obstacle=st.sampled_from(LevelObstacle)),
    st.builds(NoGuard, symbol=words),
    st.builds(TooManyInvites, most=st.just(20)),
    st.builds(GuardedSeveralTimes, venues=st.tuples(venues, venues)),
)
outcomes = st.one_of(
    offers,
    st.builds(Armed, **_armed, follow_up=maybe(offers)),
    st.builds(Unguarded, guards=several(guards)),
    st.builds(LeftAlone),
    st.builds(Nothing, why=_whys),
)

_about = {"venue": venues, "symbol": names}
_stakes = st.builds(
    messages.AtStake,
    symbol=names,
    direction=directions,
    quantity=positive,
    currency=currencies,
    price=maybe(positive),
    at=maybe(times),
    sells_at=maybe(positive),
)
alerts = st.one_of(
    st.builds(
        messages.ExitFilled,
        **_about,
        direction=directions,
        trigger_ratio=ratios,
        threshold=thresholds,
        trigger_price=positive,
        quantity=positive,
        fill_price=positive,
        currency=currencies,
        fee=maybe(positive),
        fee_asset=maybe(names),
        realised=maybe(amounts),
        cancelled=several(
            st.builds(CancelledOrder, side=st.sampled_from(Side), quantity=positive, price=maybe(positive))
        ),
        left_over=amounts,
        left_over_why=words,
        triggered_at=times,
        filled_at=times,
        venue_order_id=names,
        client_order_id=names,
        found_later=st.booleans(),
    ),
    st.builds(
        messages.ExitFailing,
        **_about,
        trigger_ratio=ratios,
        threshold=thresholds,
        quantity=positive,
        why=words | _why_failing,
        unreadable=several(words),
        doing=words | st.sampled_from(FailingAction) | st.builds(CancelAgain, error=words),
        since=times,
        order_ids=several(words),
        at_stake=st.none() | _stakes,
    ),
    st.builds(messages.ExitParked, **_about, quantity=positive, why=words),
    st.builds(messages.ExitStoodDown, **_about, quantity=positive, threshold=st.just(Decimal("-0.01"))),
    st.builds(messages.ExistingGuarded, venue=venues, armed=st.builds(Armed, **_armed)),
    st.builds(messages.FirstContact, offer=offers),
    st.builds(messages.AlertUnreadable, alert_id=st.integers(min_value=1), lost=names, written_at=times),
    st.builds(
        messages.RecordUnreadable,
        record=st.sampled_from(messages.RecordKind),
        name=names,
        symbol=names,
        venue_label=names,
        why=words,
        on_sale=st.booleans(),
        over=st.booleans(),
    ),
    st.builds(messages.GuardReduced, **_about, was=positive, now=positive, why=words),
    st.builds(
        messages.GuardResumed, **_about, guarded=positive, seen=positive, threshold=st.just(Decimal("-0.01"))
    ),
    st.builds(
        messages.TargetReached,
        **_about,
        quantity=positive,
        target=positive,
        price=positive,
        stop=positive,
        currency=st.just("USD"),
    ),
    st.builds(
        messages.GuardPaused,
        **_about,
        guarded=positive,
        seen=positive,
        why=words,
        offer=maybe(offers),
        may_return=st.booleans(),
    ),
    st.builds(
        messages.ClosedElsewhere,
        **_about,
        quantity=positive,
        fills=several(
            st.builds(
                messages.FillSeen, side=st.sampled_from(Side), quantity=positive, price=positive, at=times
            )
        ),
    ),
    st.builds(
        messages.NotWatching,
        since=times,
        until=times,
        moved=several(
            st.builds(
                messages.Moved,
                **_about,
                before=maybe(ratios),
                after=maybe(ratios),
                why_unwatched=words,
                is_over=st.booleans(),
            )
        ),
    ),
    st.builds(
        messages.PriceTrouble,
        **_about,
        what=st.sampled_from(["unknown", "wide_spread", "back", "narrow_spread"]),
        why=words,
        since=times,
        at_stake=several(_stakes),
    ),
    st.builds(
        messages.AccountsMoved,
        venues=several(venues),
        guarded=several(st.sampled_from(["BTC/USD", "SOL/USD"])),
        at=times,
    ),
    st.builds(
        messages.DatabaseCopied,
        guarded=several(st.sampled_from(["BTC/USD at Kraken", "SOL/USD at Coinbase"])),
        choice=st.builds(Choice, kind=st.just(ChoiceKind.GUARD_HERE), confirmation_id=_ids),
        at=times,
    ),
    st.builds(
        messages.PanicInterrupted,
        at=times,
        in_time=st.booleans(),
        was_stopped=st.booleans(),
        selling=several(st.sampled_from(["BTC/USD at Kraken", "SOL/USD at Coinbase"])),
        left=several(st.sampled_from(["AAPL at Alpaca"])),
        unread=several(words),
    ),
    st.builds(
        messages.EntryFilled,
        **_about,
        quantity=positive,
        ordered=positive,
        fill_price=positive,
        currency=st.sampled_from(["USD", "USDT"]),
        fee=maybe(positive),
        fee_asset=st.sampled_from(["USD", "BTC", None]),
        fee_estimate=maybe(positive),
        expected_price=positive,
        usd=positive,
        stop=st.just(Decimal("-0.01")),
        target=maybe(ratios),
        guarded=maybe(positive),
        confirmed_at=times,
        filled_at=times,
        venue_order_id=_ids,
        client_order_id=_ids,
        found_later=st.booleans(),
        may_be_owners=st.booleans(),
        is_rest=st.booleans(),
        too_small=words,
    ),
    st.builds(
        messages.EntryPending,
        **_about,
        usd=positive,
        is_accepted=st.booleans(),
        order_id=_ids,
        confirmed_at=times,
    ),
    st.builds(
        messages.EntryGivenUp,
        **_about,
        usd=positive,
        why=st.sampled_from(messages.EntryEnd),
        detail=words,
        client_order_id=_ids,
        confirmed_at=times,
    ),
    st.builds(
        messages.NewcomerWaiting,
        newcomer_id=st.integers(1, 2**52),
        name=words,
        role=st.sampled_from([Role.VIEWER, Role.TRADER]),
        approve_id=_ids,
        refuse_id=_ids,
        at=times,
        expires_at=times,
    ),
    st.builds(messages.Welcomed, role=st.sampled_from([Role.VIEWER, Role.TRADER]), at=times),
    st.builds(messages.EntriesChanged, halted=st.booleans(), at=times),
    st.builds(
        messages.BrokerTrouble,
        venue=venues,
        what=st.sampled_from(["unreachable", "key_rejected", "back", "unpriced", "priced"]),
        why=words,
        since=times,
    ),
    st.builds(
        messages.TradeUnattributed,
        venue=venues,
        asset=names,
        why=words,
        since=times,
        guarded=st.booleans(),
        over=st.booleans(),
        again=st.booleans(),
    ),
)
