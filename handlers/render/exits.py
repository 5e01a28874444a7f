"""The text of what became of an exit."""

from engine.alerts.messages import ExitFailing, ExitFilled, ExitParked, ExitStoodDown
from handlers.render.exit_alarms import render_failing, render_parked, render_stood_down
from handlers.render.exit_filled import render_filled
from handlers.render.screen import Screen
from handlers.render.times import Reader


def render_exit(message: ExitFilled | ExitFailing | ExitParked | ExitStoodDown, reader: Reader) -> Screen:
    """Render what became of an exit."""
    match message:
        case ExitFilled():
            return render_filled(message, reader)
        case ExitFailing():
            return render_failing(message, reader)
        case ExitParked():
            return render_parked(message, reader)
        case ExitStoodDown():
            return render_stood_down(message, reader)
