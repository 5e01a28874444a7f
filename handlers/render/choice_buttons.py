"""The buttons below a question about guards."""

from collections.abc import Sequence

from engine.alerts.questions import Choice, ChoiceKind
from handlers.render.screen import ScreenButton, Tone, choice_data

#: Telegram takes no more buttons below one message.
MOST_BUTTONS = 100
LABELS = {
    ChoiceKind.GUARD_ALL_FROM_COST: "Guard all from cost",
    ChoiceKind.GUARD_ALL_FROM_PRICE: "Guard all from today's price",
    ChoiceKind.CHOOSE: "Choose",
    ChoiceKind.LEAVE_ALONE: "Leave alone",
    ChoiceKind.GUARD_FROM_COST: "Guard {}from cost",
    ChoiceKind.GUARD_FROM_PRICE: "Guard {}from today's price",
    ChoiceKind.GUARD_AND_SELL_NOW: "Guard {}and sell now",
    ChoiceKind.UNGUARD: "Stop guarding {}",
    ChoiceKind.RESUME_GUARD: "Guard {}again",
    ChoiceKind.GUARD_HERE: "Only this one runs: guard here",
    ChoiceKind.CANCEL: "Cancel",
}
#: Beside a name the usual label is too long for a phone.
_SHORT_LABELS = {ChoiceKind.GUARD_FROM_PRICE: "{}from today's price"}


def choice_keyboard(choices: Sequence[Choice]) -> tuple[tuple[ScreenButton, ...], ...]:
    """Return one row a choice; when there are too many, the last one (Cancel) stays."""
    offered = choices if len(choices) <= MOST_BUTTONS else (*choices[: MOST_BUTTONS - 1], choices[-1])
    return tuple((_button(choice),) for choice in offered)


def _button(choice: Choice) -> ScreenButton:
    subject = f"{choice.subject} " if choice.subject else ""
    short = _SHORT_LABELS.get(choice.kind) if choice.subject else None
    label = (short or LABELS[choice.kind]).format(subject).strip()
    tone = Tone.DANGER if choice.kind is ChoiceKind.GUARD_AND_SELL_NOW else Tone.PLAIN
    return ScreenButton(label=label, data=choice_data(choice.confirmation_id), tone=tone)
