"""A mypy plugin: engine/, bot/ and handlers/ compare wall times in engine/wall_time.py and nowhere else.

Told by the types and not by names, so that no `<`, `-`, `max` or `sorted` on a datetime escapes it.
"""

from pathlib import Path

from mypy.plugin import Plugin

ROOT = Path(__file__).parent.parent
#: Explains why comparing is right where it does.
HOME = "engine/wall_time.py"
ROOMS = ("engine/", "bot/", "handlers/", "demo/")
MESSAGE = (
    "wall times are compared in engine/wall_time.py only: order and age by engine.clock.Moment within a process, "
    "or use its function that says what a stored time means"
)

_DATETIME = "datetime.datetime"
_OPERATORS = frozenset(f"{_DATETIME}.__{name}__" for name in ("lt", "le", "gt", "ge", "sub", "rsub"))
_ORDERING = frozenset({"builtins.max", "builtins.min", "builtins.sorted", "builtins.list.sort"})


class WallTimeRule(Plugin):
    """Fails on a comparison, difference or ordering of datetimes outside its home."""

    def get_method_hook(self, fullname):
        if fullname in _OPERATORS:
            return _check_operator
        return _check_ordering if fullname in _ORDERING else None

    def get_function_hook(self, fullname):
        return _check_ordering if fullname in _ORDERING else None


def plugin(_version):
    return WallTimeRule


def _check_operator(call):
    # A time moved by a duration is no comparison.
    if not _is_shift(call):
        _fail(call)
    return call.default_return_type


def _check_ordering(call):
    kinds = [str(kind) for kinds in call.arg_types for kind in kinds]
    if any(_DATETIME in kind for kind in (*kinds, str(getattr(call, "type", "")))):
        _fail(call)
    return call.default_return_type


def _is_shift(call):
    kinds = [str(kind) for kinds in call.arg_types for kind in kinds]
    return bool(kinds) and all("timedelta" in kind for kind in kinds)


def _fail(call):
    path = Path(call.api.path).absolute()
    if not path.is_relative_to(ROOT):
        return
    inside = path.relative_to(ROOT).as_posix()
    if inside.startswith(ROOMS) and inside != HOME:
        call.api.fail(MESSAGE, call.context)
