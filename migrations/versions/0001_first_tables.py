"""First tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)
#: Exact decimals as text, on every database.
AMOUNT = sa.Text()
JSON = sa.Text()
LIVE_EXIT = sa.text("kind = 'exit' AND finished_at IS NULL")

TABLES = (
    "users",
    "accounts",
    "sealed_keys",
    "nonces",
    "leases",
    "process_runs",
    "handled_updates",
    "snapshots",
    "account_states",
    "fee_quotes",
    "spread_quotes",
    "routes",
    "fills",
    "fill_cursors",
    "guards",
    "guard_events",
    "known_assets",
    "intents",
    "intent_events",
    "alerts",
    "confirmations",
)


def upgrade() -> None:
    _create_people()
    _create_process()
    _create_balances()
    _create_costs_and_routes()
    _create_fills()
    _create_guards()
    _create_intents()
    _create_chat()


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)


def _user(table: str, *, nullable: bool = False) -> tuple[sa.Column[int], sa.ForeignKeyConstraint]:
    column = sa.Column("user_id", BIG, nullable=nullable)
    name = f"fk_{table}_user_id"
    return column, sa.ForeignKeyConstraint(["user_id"], ["users.user_id"], name=name, onupdate="CASCADE")


def _account(table: str, *, nullable: bool = False) -> tuple[sa.Column[str], sa.ForeignKeyConstraint]:
    column = sa.Column("account_id", sa.String(), nullable=nullable)
    name = f"fk_{table}_account_id"
    return column, sa.ForeignKeyConstraint(["account_id"], ["accounts.account_id"], name=name)


def _create_people() -> None:
    op.create_table(
        "users",
        sa.Column("user_id", BIG, nullable=False, autoincrement=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("time_zone", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("usual_trade_usd", AMOUNT, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("user_id", name="pk_users"),
    )
    op.create_table(
        "accounts",
        sa.Column("account_id", sa.String(), nullable=False),
        *_user("accounts"),
        sa.Column("venue", sa.String(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("origin", sa.String(), nullable=False),
        sa.Column("key_fingerprint", sa.String(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("retired_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("account_id", name="pk_accounts"),
    )
    op.create_index("ix_accounts_user_id", "accounts", ["user_id"])
    op.create_table(
        "sealed_keys",
        *_account("sealed_keys"),
        sa.Column("field", sa.String(), nullable=False),
        *_user("sealed_keys"),
        sa.Column("kid", sa.String(), nullable=False),
        sa.Column("sealed", sa.String(), nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("account_id", "field", name="pk_sealed_keys"),
    )
    op.create_table(
        "nonces",
        sa.Column("key_hash", sa.String(), nullable=False),
        *_user("nonces", nullable=True),
        *_account("nonces", nullable=True),
        sa.Column("last_nonce", BIG, nullable=False),
        sa.Column("issued_count", BIG, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("key_hash", name="pk_nonces"),
    )


def _create_process() -> None:
    op.create_table(
        "leases",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("epoch", BIG, nullable=False),
        sa.Column("acquired_at", MOMENT, nullable=False),
        sa.Column("heartbeat_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_leases"),
    )
    op.create_table(
        "process_runs",
        sa.Column("run_id", BIG, nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("last_guard_cycle_at", MOMENT, nullable=True),
        sa.Column("last_ratios_json", JSON, nullable=True),
        sa.Column("stopped_at", MOMENT, nullable=True),
        sa.Column("clean", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("run_id", name="pk_process_runs"),
    )
    op.create_table(
        "handled_updates",
        sa.Column("update_id", BIG, nullable=False, autoincrement=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("update_id", name="pk_handled_updates"),
    )
    op.create_index("ix_handled_updates_at", "handled_updates", ["at"])


def _create_balances() -> None:
    op.create_table(
        "snapshots",
        sa.Column("snapshot_id", BIG, nullable=False),
        *_account("snapshots"),
        *_user("snapshots"),
        sa.Column("taken_at", MOMENT, nullable=False),
        sa.Column("total_equity_usd", AMOUNT, nullable=False),
        sa.Column("available_usd", AMOUNT, nullable=False),
        sa.Column("locked_in_positions_usd", AMOUNT, nullable=False),
        sa.Column("held_usd", AMOUNT, nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("snapshot_id", name="pk_snapshots"),
    )
    op.create_index("ix_snapshots_account_id_taken_at", "snapshots", ["account_id", "taken_at"])
    op.create_table(
        "account_states",
        *_account("account_states"),
        *_user("account_states"),
        sa.Column("report_json", JSON, nullable=True),
        sa.Column("state_json", JSON, nullable=False),
        sa.Column("last_updated", MOMENT, nullable=True),
        sa.Column("last_attempt", MOMENT, nullable=False),
        sa.Column("last_error", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("account_id", name="pk_account_states"),
    )
    op.create_index("ix_account_states_user_id", "account_states", ["user_id"])


def _create_costs_and_routes() -> None:
    op.create_table(
        "fee_quotes",
        *_account("fee_quotes"),
        sa.Column("symbol", sa.String(), nullable=False),
        *_user("fee_quotes"),
        sa.Column("taker", AMOUNT, nullable=False),
        sa.Column("live", sa.Boolean(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("account_id", "symbol", name="pk_fee_quotes"),
    )
    op.create_table(
        "spread_quotes",
        sa.Column("venue", sa.String(), nullable=False),
        sa.Column("symbol", sa.String(), nullable=False),
        sa.Column("spread", AMOUNT, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("venue", "symbol", name="pk_spread_quotes"),
    )
    op.create_table(
        "routes",
        sa.Column("route_id", BIG, nullable=False),
        *_user("routes"),
        *_account("routes", nullable=True),
        sa.Column("decided_at", MOMENT, nullable=False),
        sa.Column("request_json", JSON, nullable=False),
        sa.Column("decision_json", JSON, nullable=False),
        sa.PrimaryKeyConstraint("route_id", name="pk_routes"),
    )
    op.create_index("ix_routes_user_id_decided_at", "routes", ["user_id", "decided_at"])


def _create_fills() -> None:
    op.create_table(
        "fills",
        *_account("fills"),
        sa.Column("trade_id", sa.String(), nullable=False),
        *_user("fills"),
        sa.Column("venue_order_id", sa.String(), nullable=False),
        sa.Column("symbol", sa.String(), nullable=False),
        sa.Column("base", sa.String(), nullable=False),
        sa.Column("quote", sa.String(), nullable=False),
        sa.Column("side", sa.String(), nullable=False),
        sa.Column("price", AMOUNT, nullable=False),
        sa.Column("quantity", AMOUNT, nullable=False),
        sa.Column("fee", AMOUNT, nullable=True),
        sa.Column("fee_asset", sa.String(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("margin", sa.Boolean(), nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("account_id", "trade_id", name="pk_fills"),
    )
    op.create_index("ix_fills_account_id_base_at", "fills", ["account_id", "base", "at"])
    op.create_index("ix_fills_account_id_venue_order_id", "fills", ["account_id", "venue_order_id"])
    op.create_table(
        "fill_cursors",
        *_account("fill_cursors"),
        *_user("fill_cursors"),
        sa.Column("cursor", sa.String(), nullable=True),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("account_id", name="pk_fill_cursors"),
    )


def _create_guards() -> None:
    op.create_table(
        "guards",
        sa.Column("guard_id", sa.String(), nullable=False),
        *_user("guards"),
        *_account("guards"),
        sa.Column("venue", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("direction", sa.String(), nullable=False),
        sa.Column("asset", sa.String(), nullable=False),
        sa.Column("symbol", sa.String(), nullable=False),
        sa.Column("quantity", AMOUNT, nullable=False),
        sa.Column("cost", AMOUNT, nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("threshold", AMOUNT, nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("state_reason", sa.String(), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("leverage", sa.Integer(), nullable=True),
        sa.Column("venue_entry", AMOUNT, nullable=True),
        sa.PrimaryKeyConstraint("guard_id", name="pk_guards"),
    )
    op.create_index("ix_guards_account_id_state", "guards", ["account_id", "state"])
    op.create_index("ix_guards_user_id", "guards", ["user_id"])
    op.create_table(
        "guard_events",
        sa.Column("event_id", BIG, nullable=False),
        sa.Column("guard_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["guard_id"], ["guards.guard_id"], name="fk_guard_events_guard_id"),
        *_user("guard_events"),
        *_account("guard_events"),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("quantity_before", AMOUNT, nullable=False),
        sa.Column("quantity_after", AMOUNT, nullable=False),
        sa.Column("cost_after", AMOUNT, nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("event_id", name="pk_guard_events"),
    )
    op.create_index("ix_guard_events_guard_id", "guard_events", ["guard_id"])
    op.create_table(
        "known_assets",
        *_account("known_assets"),
        sa.Column("asset", sa.String(), nullable=False),
        *_user("known_assets"),
        sa.Column("first_seen_at", MOMENT, nullable=False),
        sa.Column("asked_at", MOMENT, nullable=True),
        sa.Column("answer", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("account_id", "asset", name="pk_known_assets"),
    )


def _create_intents() -> None:
    op.create_table(
        "intents",
        sa.Column("intent_id", sa.String(), nullable=False),
        *_user("intents"),
        *_account("intents"),
        sa.Column("venue", sa.String(), nullable=False),
        sa.Column("guard_id", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["guard_id"], ["guards.guard_id"], name="fk_intents_guard_id"),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("symbol", sa.String(), nullable=False),
        sa.Column("asset", sa.String(), nullable=False),
        sa.Column("side", sa.String(), nullable=False),
        sa.Column("quantity", AMOUNT, nullable=False),
        sa.Column("reduce_only", sa.Boolean(), nullable=False),
        sa.Column("leverage", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("client_order_id", sa.String(), nullable=False),
        sa.Column("venue_order_id", sa.String(), nullable=True),
        sa.Column("trigger_json", JSON, nullable=True),
        sa.Column("filled_quantity", AMOUNT, nullable=False),
        sa.Column("cost", AMOUNT, nullable=True),
        sa.Column("fee", AMOUNT, nullable=True),
        sa.Column("fee_asset", sa.String(), nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("updated_at", MOMENT, nullable=False),
        sa.Column("sent_at", MOMENT, nullable=True),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("intent_id", name="pk_intents"),
        sa.UniqueConstraint("client_order_id", name="uq_intents_client_order_id"),
    )
    op.create_index("ix_intents_account_id_finished_at", "intents", ["account_id", "finished_at"])
    op.create_index("ix_intents_guard_id", "intents", ["guard_id"])
    op.create_index("ix_intents_user_id", "intents", ["user_id"])
    op.create_index(
        "uq_intents_live_exit",
        "intents",
        ["guard_id"],
        unique=True,
        sqlite_where=LIVE_EXIT,
        postgresql_where=LIVE_EXIT,
    )
    op.create_table(
        "intent_events",
        sa.Column("event_id", BIG, nullable=False),
        sa.Column("intent_id", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["intent_id"], ["intents.intent_id"], name="fk_intent_events_intent_id"),
        sa.Column("seq", sa.Integer(), nullable=False),
        *_user("intent_events"),
        *_account("intent_events"),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("from_state", sa.String(), nullable=True),
        sa.Column("to_state", sa.String(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("event_id", name="pk_intent_events"),
        sa.UniqueConstraint("intent_id", "seq", name="uq_intent_events_intent_id_seq"),
    )


def _create_chat() -> None:
    op.create_table(
        "alerts",
        sa.Column("alert_id", BIG, nullable=False),
        *_user("alerts"),
        *_account("alerts", nullable=True),
        sa.Column("chat_id", BIG, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("data_json", JSON, nullable=False),
        sa.Column("critical", sa.Boolean(), nullable=False),
        sa.Column("dedup_key", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("not_before", MOMENT, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("sent_at", MOMENT, nullable=True),
        sa.Column("message_id", BIG, nullable=True),
        sa.Column("last_error", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("alert_id", name="pk_alerts"),
        sa.UniqueConstraint("dedup_key", name="uq_alerts_dedup_key"),
    )
    op.create_index("ix_alerts_state_chat_id", "alerts", ["state", "chat_id"])
    op.create_table(
        "confirmations",
        sa.Column("confirmation_id", sa.String(), nullable=False),
        *_user("confirmations"),
        *_account("confirmations", nullable=True),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("params_json", JSON, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("used_at", MOMENT, nullable=True),
        sa.Column("message_id", BIG, nullable=True),
        sa.PrimaryKeyConstraint("confirmation_id", name="pk_confirmations"),
    )
