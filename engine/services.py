"""Everything a chat handler may use of the engine, as one typed record."""

from dataclasses import dataclass

from engine.accounts.service import BalanceService
from engine.clock import Clock
from engine.entries.halts import HaltSwitch
from engine.entries.preferences import EntryPreferences
from engine.entries.service import EntryService
from engine.exits.audit import Audit
from engine.offers.admission import Admissions
from engine.offers.buying import BuyingService
from engine.offers.cancelling import CancelService
from engine.offers.closing import ClosingService
from engine.offers.guarding import GuardService
from engine.offers.levels import LevelService
from engine.offers.membership import Members
from engine.offers.panic import PanicService
from engine.offers.paper_reset import PaperResets
from engine.portfolio.open_orders_service import OpenOrdersService
from engine.portfolio.service import PortfolioService
from engine.statements.service import Statements
from engine.status import FetchStatus
from engine.users.users import Users


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """What handlers see of the engine."""

    clock: Clock
    users: Users
    admissions: Admissions
    members: Members
    balances: BalanceService
    portfolio: PortfolioService
    open_orders: OpenOrdersService
    guards: GuardService
    closing: ClosingService
    levels: LevelService
    panic: PanicService
    cancelling: CancelService
    paper: PaperResets
    buying: BuyingService
    halts: HaltSwitch
    history: Audit
    statements: Statements
    entries: EntryService
    preferences: EntryPreferences
    fetch_status: FetchStatus
