"""An engine that answers what it is told to and remembers what it was asked."""

import asyncio
from dataclasses import dataclass, field, replace
from decimal import Decimal

from engine.accounts.service import BalanceService
from engine.entries.halts import Halt, HaltedBy, HaltSwitch
from engine.entries.preferences import EntryPreferences
from engine.entries.rules import EntryRules
from engine.entries.service import EntryService
from engine.exits.audit import Audit, ExitPage
from engine.model.venues import Venue
from engine.offers.admission import Admissions, Answered, Invited
from engine.offers.buying import BuyingService
from engine.offers.buying_preview import Buying, Declined
from engine.offers.cancelling import CancelService
from engine.offers.closing import ClosingService
from engine.offers.closing_preview import Kept, Selling
from engine.offers.guarding import GuardService
from engine.offers.levels import LevelService, LevelsSet
from engine.offers.membership import Member, MemberChange, MemberChanged, MemberList, MemberPreview, Members
from engine.offers.outcomes import LeftAlone
from engine.offers.panic import PanicService
from engine.offers.panic_preview import PanicBegun, PanicPreview
from engine.offers.paper_reset import PaperResets, ResetDone
from engine.portfolio.open_orders_service import OpenOrdersService
from engine.portfolio.service import PortfolioService
from engine.services import Services
from engine.statements.service import Statements
from engine.users.invites import Newcomer
from engine.users.roles import Role
from engine.users.users import Users
from tests.handlers.exit_values import close_line, close_preview, exit_record, parts_preview
from tests.handlers.order_values import cancel_preview, cancel_result, overview
from tests.handlers.statement_values import fee_statement, fills_export, pnl_statement
from tests.handlers.values import (
    NOW,
    OWNER,
    buy_preview,
    entry_plan,
    guard,
    levels_preview,
    offer,
    portfolio,
    position,
    preview,
    reset_preview,
    status,
    three_brokers,
    user,
)

MEMBER = Member(user_id=2003, name="Ann", role=Role.VIEWER, since=NOW)
RULES = EntryRules(threshold=Decimal("-0.01"), coinbase_min_equity_usd=Decimal(50))


class StillClock:
    def __init__(self):
        self.at = NOW

    def now(self):
        return self.at

    def monotonic(self):
        return 0.0

    def now_ns(self):
        return int(NOW.timestamp()) * 10**9


class Part:
    """One service: what the real one has, as the fake engine answers it, and nothing else."""

    def __init__(self, engine, real):
        self._engine = engine
        self._real = real

    def __getattr__(self, name):
        if not hasattr(self._real, name) and name not in self._real.__annotations__:
            message = f"{self._real.__name__} has no {name}"
            raise AttributeError(message)
        return getattr(self._engine, name)


@dataclass
class FakeEngine:
    #: The people let in, by user id.
    users: dict = field(default_factory=lambda: {OWNER: user()})
    #: Those of them who have no account at any broker.
    without_accounts: set = field(default_factory=set)
    #: What was asked, in order: the verb and its arguments.
    calls: list = field(default_factory=list)
    #: What each verb answers: a value, an exception, or a list of them in turn.
    answers: dict = field(
        default_factory=lambda: {
            "fetch_overview": three_brokers(),
            "fetch_portfolio": portfolio(position()),
            "fetch_orders": overview(),
            "offer_guard": offer("guard"),
            "offer_unguard": offer("unguard"),
            "confirm": LeftAlone(),
            "fetch_open_choices": frozenset(),
            "preview": preview(),
            "plan": entry_plan(),
            "fetch_gates": (),
            "rules_of": RULES,
            "set_share": replace(RULES, share=Decimal("0.05")),
            "set_daily_loss": replace(RULES, daily_loss_usd=Decimal(50)),
            "fetch_status": status(),
            "offer_close": close_preview(),
            "offer_parts": parts_preview(),
            "close_part": Selling(lines=(close_line(),)),
            "close": Selling(lines=(close_line(),)),
            "keep": Kept(),
            "offer_levels": levels_preview(target=Decimal("0.03")),
            "set_levels": LevelsSet(guard=guard(target=Decimal("0.03"))),
            "offer_cancel": cancel_preview(),
            "cancel": cancel_result(),
            "offer": PanicPreview(closing=close_preview()),
            "press": PanicBegun(selling=Selling(lines=(close_line(),))),
            "offer_reset": reset_preview(),
            "reset": ResetDone(venues=(Venue.KRAKEN,), usd=Decimal(500), guards=(guard(),)),
            "offer_buy": buy_preview(),
            "buy": Buying(plan=entry_plan()),
            "decline": Declined(),
            "invite": Invited(code="c" * 22, role=Role.VIEWER, expires_at=NOW),
            "open": None,
            "list_members": MemberList(members=(MEMBER,), waiting=()),
            "offer_change": MemberPreview(member=MEMBER, change=MemberChange.REMOVE, confirmation_id="m1"),
            "change": MemberChanged(member=MEMBER, change=MemberChange.REMOVE),
            "answer": Answered(newcomer=Newcomer(user_id=3003, name="Ann"), role=Role.VIEWER),
            "fetch_halt": None,
            "halt": Halt(since=NOW, by=HaltedBy.CHAT),
            "resume": None,
            "fetch_page": ExitPage(exits=(exit_record(),), total=1),
            "fetch_exit": exit_record(),
            "fetch_pnl": pnl_statement(),
            "fetch_fees": fee_statement(),
            "fetch_fills": fills_export(),
        }
    )
    clock: StillClock = field(default_factory=StillClock)
    threshold: Decimal = Decimal("-0.01")
    #: Whom the gate has asked about, as it asks.
    knocks: asyncio.Queue = field(default_factory=asyncio.Queue)
    #: Cleared, it keeps every answer back until it is set.
    ready: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self):
        self.ready.set()

    @property
    def services(self):
        return Services(
            clock=self.clock,
            users=Part(self, Users),
            admissions=Part(self, Admissions),
            members=Part(self, Members),
            balances=Part(self, BalanceService),
            portfolio=Part(self, PortfolioService),
            open_orders=Part(self, OpenOrdersService),
            guards=Part(self, GuardService),
            closing=Part(self, ClosingService),
            levels=Part(self, LevelService),
            panic=Part(self, PanicService),
            cancelling=Part(self, CancelService),
            paper=Part(self, PaperResets),
            buying=Part(self, BuyingService),
            halts=Part(self, HaltSwitch),
            history=Part(self, Audit),
            statements=Part(self, Statements),
            entries=Part(self, EntryService),
            preferences=Part(self, EntryPreferences),
            fetch_status=self.fetch_status,
        )

    def asked(self, verb):
        return [args for name, *args in self.calls if name == verb]

    async def fetch_user(self, user_id):
        self.knocks.put_nowait(user_id)
        if isinstance(self.users, Exception):
            raise self.users
        return self.users.get(user_id)

    def venues(self, user_id):
        return {} if user_id in self.without_accounts else {"kraken-1": Venue.KRAKEN}

    async def fetch_overview(self, user_id):
        return await self._answer("fetch_overview", user_id)

    async def fetch_portfolio(self, user_id):
        return await self._answer("fetch_portfolio", user_id)

    async def fetch_orders(self, user_id, venue=None):
        return await self._answer("fetch_orders", user_id, venue)

    async def offer_guard(self, user_id, symbol, venue):
        return await self._answer("offer_guard", user_id, symbol, venue)

    async def offer_unguard(self, user_id, symbol, venue):
        return await self._answer("offer_unguard", user_id, symbol, venue)

    async def confirm(self, user_id, confirmation_id):
        return await self._answer("confirm", user_id, confirmation_id)

    async def fetch_open_choices(self, user_id, confirmation_id):
        return await self._answer("fetch_open_choices", user_id, confirmation_id)

    async def preview(self, user_id, symbol, size):
        return await self._answer("preview", user_id, symbol, size)

    async def rules_of(self, user_id):
        return await self._answer("rules_of", user_id)

    async def set_share(self, user_id, share):
        return await self._answer("set_share", user_id, share)

    async def set_daily_loss(self, user_id, usd):
        return await self._answer("set_daily_loss", user_id, usd)

    async def plan(self, user_id, symbol, size):
        return await self._answer("plan", user_id, symbol, size)

    async def fetch_gates(self, user_id):
        return await self._answer("fetch_gates", user_id)

    async def offer_close(self, user_id, symbol=None, venue=None, *, part=None):
        return await self._answer("offer_close", user_id, symbol, venue, *([part] if part else []))

    async def offer_parts(self, user_id, symbol, venue=None):
        return await self._answer("offer_parts", user_id, symbol, venue)

    async def close_part(self, user_id, confirmation_id, percent):
        return await self._answer("close_part", user_id, confirmation_id, percent)

    async def close(self, user_id, confirmation_id):
        return await self._answer("close", user_id, confirmation_id)

    async def keep(self, user_id, confirmation_id):
        return await self._answer("keep", user_id, confirmation_id)

    async def offer_levels(self, user_id, symbol, venue, change):
        return await self._answer("offer_levels", user_id, symbol, venue, change)

    async def set_levels(self, user_id, confirmation_id):
        return await self._answer("set_levels", user_id, confirmation_id)

    async def offer_cancel(self, user_id, wanted):
        return await self._answer("offer_cancel", user_id, wanted)

    async def cancel(self, user_id, confirmation_id):
        return await self._answer("cancel", user_id, confirmation_id)

    async def offer(self, user_id):
        return await self._answer("offer", user_id)

    async def press(self, user_id, confirmation_id):
        return await self._answer("press", user_id, confirmation_id)

    async def offer_reset(self, user_id, usd, venue):
        return await self._answer("offer_reset", user_id, usd, venue)

    async def reset(self, user_id, confirmation_id):
        return await self._answer("reset", user_id, confirmation_id)

    async def offer_buy(self, user_id, symbol, size, venue=None):
        return await self._answer("offer_buy", user_id, symbol, size, venue)

    async def buy(self, user_id, confirmation_id):
        return await self._answer("buy", user_id, confirmation_id)

    async def decline(self, user_id, confirmation_id):
        return await self._answer("decline", user_id, confirmation_id)

    async def invite(self, user_id, role):
        return await self._answer("invite", user_id, role)

    async def open(self, code, newcomer):
        return await self._answer("open", code, newcomer)

    async def list_members(self, user_id):
        return await self._answer("list_members", user_id)

    async def offer_change(self, user_id, member_id, change):
        return await self._answer("offer_change", user_id, member_id, change)

    async def change(self, user_id, confirmation_id):
        return await self._answer("change", user_id, confirmation_id)

    async def answer(self, user_id, confirmation_id):
        return await self._answer("answer", user_id, confirmation_id)

    async def fetch_halt(self, user_id):
        return await self._answer("fetch_halt", user_id)

    async def halt(self, user_id, *, by):
        return await self._answer("halt", user_id, by)

    async def resume(self, user_id):
        return await self._answer("resume", user_id)

    async def fetch_page(self, user_id, symbol=None, *, skip=0):
        return await self._answer("fetch_page", user_id, symbol, *([skip] if skip else []))

    async def fetch_exit(self, user_id, intent_id):
        return await self._answer("fetch_exit", user_id, intent_id)

    async def fetch_pnl(self, user_id, span):
        return await self._answer("fetch_pnl", user_id, span)

    async def fetch_fees(self, user_id, span):
        return await self._answer("fetch_fees", user_id, span)

    async def fetch_fills(self, user_id):
        return await self._answer("fetch_fills", user_id)

    async def fetch_status(self, user_id):
        return await self._answer("fetch_status", user_id)

    async def _answer(self, verb, *args):
        self.calls.append((verb, *args))
        await self.ready.wait()
        answer = self.answers[verb]
        if isinstance(answer, list):
            answer = answer.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer
