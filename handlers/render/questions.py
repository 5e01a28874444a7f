"""What a question about guards asks, what is so until its answer, and what without one."""

from engine.alerts.questions import About, Offer
from engine.guards.guard import GuardState

_QUESTIONS = {
    About.FIRST_CONTACT: (
        "Guard these positions?",
        "They were there before NIJA. Nothing is guarded or sold until you answer.",
    ),
    About.GUARD_ALL: ("Guard these positions?", "Nothing is guarded or sold until you answer."),
    About.GUARD: ("Guard this position?", "Nothing is guarded or sold until you answer."),
    About.WOULD_SELL: (
        "Sell at once?",
        "This is already past its threshold, so guarding it sells it now. Nothing is sold until you answer.",
    ),
    About.CHOOSE: (
        "Which ones?",
        "Each button guards one position. What would be sold now is asked about again before it is sold.",
    ),
    About.UNGUARD: ("Stop guarding?", "It stays guarded until you answer."),
    "unguard_paused": (
        "End the paused guard?",
        "It watches nothing now, and stays paused until you answer.",
    ),
    "unguard_some_paused": ("Stop guarding?", "Each guard stays as it is until you answer."),
    About.CHANGED: (
        "It has changed",
        "What is held or lost is not what the button showed. Nothing is guarded or sold until you answer.",
    ),
    About.RENAMED: ("Guard the renamed coin?", "Nothing is guarded or sold until you answer."),
    About.PAUSED: ("Guard again?", "The guard is paused and watches nothing until you answer."),
}
#: What is so when a question is over without an answer.
_UNANSWERED = {
    About.FIRST_CONTACT: "nothing is guarded by it; /guard ALL asks again",
    About.GUARD_ALL: "nothing is guarded by it; /guard ALL asks again",
    About.GUARD: "nothing is guarded by it; /guard SYMBOL asks again",
    About.WOULD_SELL: "nothing is sold and it stays unguarded; /guard SYMBOL asks again",
    About.CHOOSE: "nothing more is guarded; /guard SYMBOL asks again",
    About.UNGUARD: "it stays guarded",
    "unguard_paused": "its guard stays paused and watches nothing",
    "unguard_some_paused": "each guard stays as it is",
    About.RENAMED: "it is not guarded; /guard SYMBOL asks again",
    About.PAUSED: "the guard stays paused and watches nothing; /guard SYMBOL asks again",
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
    if offer.about != About.UNGUARD or not paused:
        return offer.about
    return "unguard_paused" if paused == len(guards) else "unguard_some_paused"
