"""First contact with an account: list what it holds, and ask or guard by the settings."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from engine.alerts.messages import ExistingGuarded, FirstContact
from engine.alerts.outbox import append_alert
from engine.clock import Clock
from engine.guards.known_assets import KnownAsset, load_known_assets, save_known_asset
from engine.model.venues import Account
from engine.offers.arming import ArmingMode
from engine.offers.first_contact import Contact, is_too_early, plan_contact
from engine.offers.offering import conclude
from engine.offers.questions import UNSOLICITED_VALID, create_offer
from engine.offers.setter import GuardSetter
from engine.portfolio.position import Position
from engine.portfolio.service import PortfolioService
from engine.storage.database import Database
from engine.storage.session import DatabaseSession


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

    async def _first_contact(self, account: Account, positions: Sequence[Position]) -> None:
        if is_too_early(positions, self._mode, threshold=self._threshold):
            return
        if self._mode is ArmingMode.ALL:
            positions = await self._portfolio.confirm(positions)
        contact = plan_contact(positions, self._mode, threshold=self._threshold)
        now = self._clock.now()
        async with self._database.write() as session:
            if contact.reports_guards:
                await self._guard(session, account, contact, now)
            if contact.in_question:
                await self._ask(session, account, contact, now)
            for asset in contact.assets:
                await save_known_asset(
                    session, _known(account, asset, now, has_question=bool(contact.in_question))
                )

    async def _guard(
        self, session: DatabaseSession, account: Account, contact: Contact, now: datetime
    ) -> None:
        guards = await self._setter.arm_in(session, contact.arm_now, cause="NIJA_GUARD_EXISTING=all")
        armed = conclude(guards, contact.arm_now, contact.proposals)
        await append_alert(
            session,
            ExistingGuarded(venue=account.venue, armed=armed),
            user_id=account.user_id,
            account_id=account.account_id,
            dedup_key=f"existing_guarded:{account.account_id}",
            now=now,
        )

    async def _ask(self, session: DatabaseSession, account: Account, contact: Contact, now: datetime) -> None:
        offer = await create_offer(
            session,
            user_id=account.user_id,
            about=contact.about,
            proposals=contact.in_question,
            buttons=contact.buttons,
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

    async def _note(self, account: Account, assets: set[str]) -> None:
        if not assets:
            return
        now = self._clock.now()
        async with self._database.write() as session:
            for asset in sorted(assets):
                await save_known_asset(session, _known(account, asset, now, has_question=False))


def _known(account: Account, asset: str, now: datetime, *, has_question: bool) -> KnownAsset:
    return KnownAsset(
        account_id=account.account_id,
        user_id=account.user_id,
        asset=asset,
        first_seen_at=now,
        question_at=now if has_question else None,
    )
