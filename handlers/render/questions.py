"""What a question about guards asks, what is so until its answer, and what without one."""

from engine.alerts.questions import Offer
from engine.guards.guard import GuardState

_QUESTIONS = {
    "first_contact": (
        "Guard these positions?",
        "They were there before NIJA. Nothing is guarded or sold until you answer.",
    ),
    "guard_all": ("Guard these positions?", "Nothing is guarded or sold until you answer."),
    "guard": ("Guard this position?", "Nothing is guarded or sold until you answer."),
    "would_sell": (
        "Sell at once?",
        "This is already past its threshold, so guarding it sells it now. Nothing is sold until you answer.",
    ),
    "choose": ("Which ones?", "Each button guards one position. Nothing else changes."),
    "unguard": ("Stop guarding?", "It stays guarded until you answer."),
    "unguard_paused": (
        "End the paused guard?",
        "It watches nothing now, and stays paused until you answer.",
    ),
    "unguard_some_paused": ("Stop guarding?", "Each guard stays as it is until you answer."),
    "changed": (
        "It has changed",
        "What is held or lost is not what the button showed. Nothing is guarded or sold until you answer.",
    ),
    "renamed": ("Guard the renamed coin?", "Nothing is guarded or sold until you answer."),
    "paused": ("Guard again?", "The guard is paused and watches nothing until you answer."),
}
#: What is so when a question is over without an answer.
_UNANSWERED = {
    "first_contact": "nothing is guarded by it; /guard ALL asks again",
    "guard_all": "nothing is guarded by it; /guard ALL asks again",
    "guard": "nothing is guarded by it; /guard SYMBOL asks again",
    "would_sell": "nothing is sold and it stays unguarded; /guard SYMBOL asks again",
    "choose": "nothing more is guarded; /guard SYMBOL asks again",
    "unguard": "it stays guarded",
    "unguard_paused": "its guard stays paused and watches nothing",
    "unguard_some_paused": "each guard stays as it is",
    "renamed": "it is not guarded; /guard SYMBOL asks again",
    "paused": "the guard stays paused and watches nothing; /guard SYMBOL asks again",
}
_OTHER_QUESTION = ("Your answer is needed", "Nothing changes until you answer.")


def question_of(offer: Offer) -> tuple[str, str]:
    """Return the question, and what is so until it is answered."""
    return _QUESTIONS.get(_question(offer), _OTHER_QUESTION)


def unanswered(offer: Offer) -> str:
    """Return what an answer that never comes means."""
    then = _UNANSWERED.get(_question(offer), "nothing is changed")
    return f"without an answer by then {then}."


def _question(offer: Offer) -> str:
    """Name the question; ending guards that watch nothing is another question than ending those that do."""
    guards = [line.position.guard for line in offer.lines if line.position.guard is not None]
    paused = sum(guard.state is GuardState.PAUSED for guard in guards)
    if offer.about != "unguard" or not paused:
        return offer.about
    return "unguard_paused" if paused == len(guards) else "unguard_some_paused"
