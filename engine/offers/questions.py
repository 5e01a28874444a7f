"""Store what an offer's buttons show, and build the offer around them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from engine.alerts.questions import About, Choice, ChoiceKind, Offer
from engine.model.holdings import PositionKey
from engine.offers.offering import GuardProposal, costly_at
from engine.offers.shown import GUARD_BUTTONS, ShownPositions, shown_of
from engine.storage.session import DatabaseSession

#: A question in a conversation is answered soon or shown again.
CONVERSATION = timedelta(minutes=10)
#: A question of the bot's own may be answered after a holiday; figures are read afresh then.
UNSOLICITED_VALID = timedelta(days=14)


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """A choice before it has an id."""

    kind: ChoiceKind
    keys: tuple[PositionKey, ...] = ()
    subject: str | None = None


async def create_offer(
    session: DatabaseSession,
    *,
    user_id: int,
    about: About,
    proposals: Sequence[GuardProposal],
    buttons: Iterable[Button],
    threshold: Decimal,
    now: datetime,
    valid_for: timedelta,
) -> Offer:
    """Store one confirmation a button, with what it showed, and return the offer around them."""
    choices = [
        Choice(
            kind=button.kind,
            subject=button.subject,
            confirmation_id=await GUARD_BUTTONS.store(
                session,
                _shown_by(button, proposals, now),
                user_id=user_id,
                action=button.kind,
                now=now,
                valid_for=valid_for,
            ),
        )
        for button in buttons
    ]
    return Offer(
        about=about,
        lines=tuple(proposal.line for proposal in proposals),
        choices=tuple(choices),
        threshold=threshold,
        costly_at=costly_at(proposals, threshold=threshold),
        as_of=now,
        expires_at=now + valid_for,
    )


def _shown_by(button: Button, proposals: Sequence[GuardProposal], now: datetime) -> ShownPositions:
    about = (proposal for proposal in proposals if proposal.key in button.keys)
    return ShownPositions(
        positions=button.keys, shown=tuple(shown_of(one, button.kind, now=now) for one in about)
    )


def overview_buttons(proposals: Sequence[GuardProposal]) -> tuple[Button, ...]:
    """Return the buttons of a question about everything that is held.

    *Guard all* carries every position, so that its answer can name those it leaves out: some would be sold
    at once and are asked about one by one, others cannot be guarded that way.
    """
    everything = tuple(proposal.key for proposal in proposals)
    from_cost = _keys_with(proposals, ChoiceKind.GUARD_FROM_COST)
    needs_confirmation = _keys_with(proposals, ChoiceKind.GUARD_AND_SELL_NOW)
    from_price = _keys_with(proposals, ChoiceKind.GUARD_FROM_PRICE)
    buttons = list[Button]()
    if from_cost or needs_confirmation:
        buttons.append(Button(kind=ChoiceKind.GUARD_ALL_FROM_COST, keys=everything))
    if from_price:
        buttons.append(Button(kind=ChoiceKind.GUARD_ALL_FROM_PRICE, keys=everything))
        buttons.append(Button(kind=ChoiceKind.CHOOSE, keys=from_price))
    return (*buttons, Button(kind=ChoiceKind.LEAVE_ALONE, keys=everything))


def single_buttons(proposals: Sequence[GuardProposal]) -> tuple[Button, ...]:
    """Return the buttons of a question about each position by itself; some may have none."""
    several = len(proposals) > 1
    buttons = [
        Button(kind=kind, keys=(proposal.key,), subject=_subject(proposal) if several else None)
        for proposal in proposals
        for kind in proposal.choices
    ]
    return (*buttons, Button(kind=ChoiceKind.CANCEL))


def choosing_buttons(proposals: Sequence[GuardProposal]) -> tuple[Button, ...]:
    """Return the buttons to choose positions by: among so many none sells at once, that is asked about again."""
    return single_buttons([replace(one, choices=_without_sale(one)) for one in proposals])


def _without_sale(proposal: GuardProposal) -> tuple[ChoiceKind, ...]:
    instead = {ChoiceKind.GUARD_AND_SELL_NOW: ChoiceKind.GUARD_FROM_COST}
    return tuple(instead.get(kind, kind) for kind in proposal.choices)


def sell_now_buttons(
    proposals: Sequence[GuardProposal], *, others: Sequence[GuardProposal] = ()
) -> tuple[Button, ...]:
    """Return the buttons that guard what would be sold at once, and others from their cost."""
    buttons = [
        Button(kind=kind, keys=(proposal.key,), subject=_subject(proposal))
        for kind, ones in (
            (ChoiceKind.GUARD_AND_SELL_NOW, proposals),
            (ChoiceKind.GUARD_FROM_COST, others),
        )
        for proposal in ones
    ]
    everything = tuple(proposal.key for proposal in (*proposals, *others))
    return (*buttons, Button(kind=ChoiceKind.LEAVE_ALONE, keys=everything))


def _keys_with(proposals: Sequence[GuardProposal], kind: ChoiceKind) -> tuple[PositionKey, ...]:
    return tuple(proposal.key for proposal in proposals if kind in proposal.choices)


def _subject(proposal: GuardProposal) -> str:
    return f"{proposal.position.asset} {proposal.position.account.venue.label}"
