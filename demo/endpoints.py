"""Which endpoints a stand-in has, named as on its tape: a fault for any other would never be met."""

from sandbox.coinbase.server import BROKERAGE
from sandbox.kraken.endpoints import PRIVATE
from sandbox.world import ALPACA, KRAKEN, SandboxWorld

EVERY = "*"
_KRAKENS_PUBLIC = ("Time", "SystemStatus", "Assets", "AssetPairs", "Ticker", "Depth", "OHLC")


def endpoints_of(world: SandboxWorld, venue: str) -> tuple[str, ...]:
    return (*_requests_of(world, venue), *(f"stream {path}" for path in world.server(venue).streams))


def _requests_of(world: SandboxWorld, venue: str) -> tuple[str, ...]:
    if venue == KRAKEN:
        return (*PRIVATE, *_KRAKENS_PUBLIC)
    routes = tuple(world.server(venue).routes())
    if venue == ALPACA:
        return tuple(f"{route.method} {route.path}" for route in routes)
    return tuple(route.path.removeprefix(BROKERAGE).lstrip("/") for route in routes)


def find_endpoint(world: SandboxWorld, venue: str, name: str) -> str | None:
    """The endpoint that somebody meant, whatever the case of its letters; `*` is every one."""
    wanted = name.casefold()
    known = (EVERY, *endpoints_of(world, venue))
    return next((endpoint for endpoint in known if endpoint.casefold() == wanted), None)
