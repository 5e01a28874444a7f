"""First contact with an account: list what it holds, and ask or guard by the settings."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from engine.alerts.messages import ExistingGuarded, FirstContact
from engine.alerts.outbox import append_alert
from engine.alerts.questions import About, Exclusion, Standing
from engine.clock import Clock
from engine.guards.known_assets import KnownAsset, load_known_assets, save_known_asset
from engine.model.venues import Account
from engine.offers.arming import ArmingMode, ArmingPlan
from engine.offers.offering import Proposal, conclude, largest_first, propose
from engine.offers.plan import plan_arming
from engine.offers.questions import (
    UNSOLICITED_VALID,
    Button,
    create_offer,
    overview_buttons,
    sell_now_buttons,
)
from engine.offers.setter import GuardSetter
from engine.portfolio.position import Position
from engine.portfolio.service import PortfolioService
from engine.storage.database import Database

_WITHOUT_PRICE = frozenset({Exclusion.PRICE_UNKNOWN, Exclusion.MARKET_CLOSED})


class Onboarding:
    """Asks once about everything held; external buys after that are never guarded or asked about."""

    def __init__(
        self,
        *,
        portfolio: PortfolioService,
        setter: GuardSetter,
        database: Database,
        clock: Clock,
        threshold: Decimal,
        mode: ArmingMode,
    ) -> None:
        self._portfolio = portfolio
        self._setter = setter
        self._database = database
        self._clock = clock
        self._threshold = threshold
        self._mode = mode

    async def run(self, account: Account) -> None:
        """Ask about an account's positions unless that was done, as soon as their entries are known."""
        positions = await self._portfolio.gather(account)
        async with self._database.read() as session:
            known = await load_known_assets(session, account.account_id)
        if known:
            await self._note(account, {one.asset for one in positions} - {asset.asset for asset in known})
        elif not any(one.history_incomplete for one in positions):
            # Before that an entry may still be found, and asking without it would be asking twice.
            await self._first_contact(account, positions)

    async def _first_contact(self, account: Account, positions: tuple[Position, ...]) -> None:
        plan = self._plan(positions)
        if _is_too_early(plan, self._mode):
            return
        if self._mode is ArmingMode.ALL:
            positions = tuple(await self._portfolio.confirm(positions))
            plan = self._plan(positions)
        proposals = largest_first(propose(one, threshold=self._threshold) for one in positions)
        questioned, buttons = _question(plan, proposals, self._mode)
        now = self._clock.now()
        async with self._database.write() as session:
            if self._mode is ArmingMode.ALL and positions:
                guards = await self._setter.arm_in(session, plan.arm_now, cause="NIJA_GUARD_EXISTING=all")
                await append_alert(
                    session,
                    ExistingGuarded(venue=account.venue, armed=conclude(guards, plan.arm_now, proposals)),
                    user_id=account.user_id,
                    account_id=account.account_id,
                    dedup_key=f"existing_guarded:{account.account_id}",
                    now=now,
                )
            if questioned:
                offer = await create_offer(
                    session,
                    user_id=account.user_id,
                    about=About.WOULD_SELL if all(map(_would_sell, questioned)) else About.FIRST_CONTACT,
                    proposals=questioned,
                    buttons=buttons,
                    threshold=self._threshold,
                    now=now,
                    valid_for=UNSOLICITED_VALID,
                )
                await append_alert(
                    session,
                    FirstContact(offer=offer),
                    user_id=account.user_id,
                    account_id=account.account_id,
                    dedup_key=f"first_contact:{account.account_id}",
                    now=now,
                )
            for one in positions:
                await save_known_asset(
                    session, _known(account, one.asset, now, has_question=bool(questioned))
                )
            if not positions:
                # Remember the first contact, so that the first external buy is not asked about.
                await save_known_asset(session, _known(account, "", now, has_question=False))

    def _plan(self, positions: tuple[Position, ...]) -> ArmingPlan:
        return plan_arming(positions, self._mode, threshold=self._threshold)

    async def _note(self, account: Account, assets: set[str]) -> None:
        if not assets:
            return
        now = self._clock.now()
        async with self._database.write() as session:
            for asset in sorted(assets):
                await save_known_asset(session, _known(account, asset, now, has_question=False))


def _question(
    plan: ArmingPlan, proposals: Sequence[Proposal], mode: ArmingMode
) -> tuple[Sequence[Proposal], Sequence[Button]]:
    """Return what is asked about, if anything, and the buttons for it."""
    if mode is ArmingMode.ASK and plan.ask:
        return proposals, overview_buttons(proposals)
    if mode is ArmingMode.ALL:
        would_sell = [proposal for proposal in proposals if _would_sell(proposal)]
        unpriced = [proposal for proposal in proposals if _is_unpriced(proposal)]
        return [*would_sell, *unpriced], sell_now_buttons(would_sell, others=unpriced)
    return (), ()


def _is_too_early(plan: ArmingPlan, mode: ArmingMode) -> bool:
    """Return whether nothing could be answered or guarded yet, because a market is shut or prices are unknown."""
    if mode is ArmingMode.ALL:
        lacks_price = any(excluded.reason is Exclusion.PRICE_UNKNOWN for excluded in plan.excluded)
        return lacks_price and not (plan.arm_now or plan.would_sell)
    return mode is ArmingMode.ASK and not plan.ask and _waits_for_price(plan)


def _waits_for_price(plan: ArmingPlan) -> bool:
    return any(excluded.reason in _WITHOUT_PRICE for excluded in plan.excluded)


def _is_unpriced(proposal: Proposal) -> bool:
    """Return whether only a price is missing to guard a position from its cost."""
    return proposal.position.cost is not None and _waits_for_price(proposal.plan)


def _would_sell(proposal: Proposal) -> bool:
    return proposal.line.standing is Standing.WOULD_BE_SOLD_NOW


def _known(account: Account, asset: str, now: datetime, *, has_question: bool) -> KnownAsset:
    return KnownAsset(
        account_id=account.account_id,
        user_id=account.user_id,
        asset=asset,
        first_seen_at=now,
        question_at=now if has_question else None,
    )
