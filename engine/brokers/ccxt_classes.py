"""ccxt's classes for our three venues, without the hundred others that its packages bring along.

Importing `ccxt.async_support.kraken` first runs the packages around it, and those import every exchange there is:
some 300 modules and 50 MB that a bot never uses. Here the packages are not executed until a name of theirs is accessed.
"""

import sys
from functools import cache
from importlib.machinery import ModuleSpec
from importlib.util import find_spec, module_from_spec
from types import ModuleType
from typing import Any, NamedTuple

_PACKAGES = ("ccxt", "ccxt.async_support")
#: Of the names that Python and its tools look for, those that ccxt itself writes.
_WRITTEN = ("__all__", "__version__")


class Classes(NamedTuple):
    """What the adapter takes from ccxt."""

    alpaca: Any
    coinbase: Any
    kraken: Any
    errors: Any


class _Closed(ModuleType):
    """A package whose own code runs on the first access to a name of it."""

    def __getattr__(self, name: str) -> Any:
        spec = self.__spec__
        if (name.startswith("__") and name not in _WRITTEN) or spec is None or spec.loader is None:
            raise AttributeError(name)
        self.__class__ = ModuleType  # type: ignore[assignment] # it opens for good
        spec.loader.exec_module(self)
        return getattr(self, name)


@cache
def import_classes() -> Classes:
    """Import the classes of the venues and what they raise; plainly where ccxt is not laid out as we know it."""
    if _PACKAGES[0] not in sys.modules:
        before = set(sys.modules)
        try:
            _close_packages()
            _fill()
            return _import()
        except (ImportError, AttributeError):
            _forget(set(sys.modules) - before)
    return _import()


def _close_packages() -> None:
    for name in _PACKAGES:
        spec = find_spec(name)
        if spec is None:
            raise ImportError(name)
        sys.modules[name] = _closed(spec)
    outer, inner = (sys.modules[name] for name in _PACKAGES)
    vars(outer)["async_support"] = inner


def _closed(spec: ModuleSpec) -> ModuleType:
    package = module_from_spec(spec)
    package.__class__ = _Closed
    return package


def _fill() -> None:
    """Give the outer package what the inner modules take from it."""
    from ccxt.base import errors
    from ccxt.base.exchange import Exchange

    vars(sys.modules[_PACKAGES[0]]).update(
        {name: vars(errors)[name] for name in errors.__all__}, Exchange=Exchange
    )


def _forget(modules: set[str]) -> None:
    for name in modules:
        if name.partition(".")[0] == _PACKAGES[0]:
            del sys.modules[name]


def _import() -> Classes:
    from ccxt.async_support.alpaca import alpaca
    from ccxt.async_support.coinbase import coinbase
    from ccxt.async_support.kraken import kraken
    from ccxt.base import errors

    # The packages give these names to the classes, once they are open.
    package = sys.modules[_PACKAGES[1]]
    if isinstance(package, _Closed):
        for venue in (alpaca, coinbase, kraken):
            delattr(package, venue.__name__)
    return Classes(alpaca=alpaca, coinbase=coinbase, kraken=kraken, errors=errors)
