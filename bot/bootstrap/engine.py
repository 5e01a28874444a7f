"""What the process gives the engine to stand on."""

from contextlib import AsyncExitStack

from bot.bootstrap.foundation import Foundation
from bot.configuration.settings import Settings
from engine import build
from engine.base import Base, EngineSettings
from engine.engine import Engine
from engine.offers.arming import ArmingMode


def build_engine(settings: Settings, base: Foundation, resources: AsyncExitStack) -> Engine:
    """Return the engine, which owns `resources` from now on."""
    return build.build_engine(
        EngineSettings(
            liquidation_pnl=settings.liquidation_pnl,
            price_max_age_s=settings.price_max_age_s,
            guard_interval_s=settings.guard_interval_s,
            snapshot_interval_s=settings.snapshot_interval_s,
            coinbase_min_equity_usd=settings.coinbase_min_equity_usd,
            guard_existing=ArmingMode(settings.guard_existing),
        ),
        Base(
            clock=base.clock,
            database=base.database,
            markets=base.markets,
            brokers=base.brokers,
            account_streams=base.account_streams,
            tasks=base.tasks,
            identities=base.identities,
            is_alone=lambda: base.second_poller.is_ruled_out,
        ),
        resources,
    )
