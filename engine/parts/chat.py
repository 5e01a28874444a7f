"""What the chat uses: guards, closing, halts, and the plan of a buy."""

from functools import cached_property

from engine.base import Base, EngineSettings
from engine.entries.halts import HaltSwitch
from engine.entries.places import Places
from engine.entries.preferences import EntryPreferences
from engine.entries.rules import EntryRules
from engine.entries.service import EntryService
from engine.offers.closing import ClosingService
from engine.offers.closing_reader import ClosingReader
from engine.offers.guarding import GuardService
from engine.parts.accounts import AccountParts
from engine.parts.exits import ExitParts
from engine.parts.new_id import new_id
from engine.parts.positions import PositionParts
from engine.parts.sync import SyncParts


class ChatParts:
    """What answers questions and takes orders."""

    def __init__(
        self,
        settings: EngineSettings,
        base: Base,
        *,
        accounts: AccountParts,
        exits: ExitParts,
        positions: PositionParts,
        sync: SyncParts,
    ) -> None:
        self._settings = settings
        self._base = base
        self._clock = base.clock
        self._database = base.database
        self._accounts = accounts
        self._exits = exits
        self._positions = positions
        self._sync = sync

    @cached_property
    def guards(self) -> GuardService:
        return GuardService(
            portfolio=self._positions.portfolio,
            database=self._database,
            clock=self._clock,
            threshold=self._settings.liquidation_pnl,
            setter=self._sync.setter,
        )

    @cached_property
    def closing(self) -> ClosingService:
        return ClosingService(
            portfolio=self._positions.portfolio,
            reader=ClosingReader(
                reader=self._accounts.reader,
                reports=self._accounts.reports,
                brokers=self._base.brokers,
                marks=self._accounts.marks,
                threshold=self._settings.liquidation_pnl,
                is_key_certain=self._base.identities.is_settled,
            ),
            exits=self._exits.exits,
            database=self._database,
            clock=self._clock,
            threshold=self._settings.liquidation_pnl,
            new_id=new_id,
        )

    @cached_property
    def halts(self) -> HaltSwitch:
        return HaltSwitch(database=self._database, clock=self._clock)

    @cached_property
    def preferences(self) -> EntryPreferences:
        return EntryPreferences(
            database=self._database,
            rules=EntryRules(
                threshold=self._settings.liquidation_pnl,
                coinbase_min_equity_usd=self._settings.coinbase_min_equity_usd,
            ),
        )

    @cached_property
    def entries(self) -> EntryService:
        return EntryService(
            places=Places(
                reader=self._accounts.reader,
                balances=self._positions.balances,
                markets=self._base.markets,
                costs=self._accounts.costs,
                clock=self._clock,
            ),
            reader=self._accounts.reader,
            portfolio=self._positions.portfolio,
            halts=self.halts,
            database=self._database,
            clock=self._clock,
            preferences=self.preferences,
        )
