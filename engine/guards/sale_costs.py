"""What selling each guard's quantity must bring back now, by the fees its account pays and those it has paid."""

from engine.accounts.costs import Costs
from engine.accounts.history import Histories
from engine.guards.guard import Guard
from engine.guards.verdict import SaleCosts, sale_costs
from engine.model.venues import Account


class CostsOfSales:
    """Looks them up; nothing is requested for it."""

    def __init__(self, *, costs: Costs, histories: Histories) -> None:
        self._costs = costs
        self._histories = histories

    def of(self, guard: Guard) -> SaleCosts:
        """Return what selling a guard's quantity must bring back."""
        account = Account(account_id=guard.account_id, user_id=guard.user_id, venue=guard.venue)
        return sale_costs(
            guard,
            basis=self._histories.basis(guard.account_id, guard.asset),
            taker=self._costs.taker(account, guard.symbol),
        )
