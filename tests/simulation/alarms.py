"""What the owner was alerted to about a guard that is not sold: its exit fails, or its price is not known."""

import json


def is_alarmed(world, armed):
    """Tell whether the owner knows why a guard past its threshold is not sold."""
    return _is_exit_named(world, armed) or is_price_named(world, armed)


def is_price_named(world, armed):
    """Tell whether the newest price alert that names a guard's instrument says that its price is unknown.

    An account's instruments share an alert. One of before the guard was armed says nothing of this guard; one of
    an earlier process says as much as one of this, because a new process reports its end.
    """
    sent = world.store.rows(
        "SELECT data_json FROM alerts WHERE kind = 'price_trouble' AND alert_id > ? ORDER BY alert_id DESC",
        armed.alerts_before,
    )
    alerts = [json.loads(data) for (data,) in sent]
    naming = [one for one in alerts if one["venue"] == armed.venue and armed.symbol in _instruments(one)]
    # A wide spread has a price that the guard is sold at.
    newest = next((one["what"] for one in naming if "spread" not in one["what"]), None)
    return newest == "unknown"


def newest_alert(store):
    """Return the id of the newest alert, zero without one."""
    ((alert_id,),) = store.rows("SELECT coalesce(max(alert_id), 0) FROM alerts")
    return alert_id


def _is_exit_named(world, armed):
    return bool(
        world.store.rows(
            """SELECT 1 FROM alerts JOIN intents ON dedup_key LIKE 'exit_failing:' || intent_id || ':%'
            WHERE guard_id = ? AND finished_at IS NULL""",
            armed.guard_id,
        )
    )


def _instruments(alert):
    return {alert["symbol"], *alert["others"]}
