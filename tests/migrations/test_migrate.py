import json
import shutil
import sqlite3
import stat
from contextlib import closing

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, inspect
from sqlalchemy.exc import OperationalError

from engine.model.guard_reasons import GuardReason
from engine.orders.step_cause import StepCause
from engine.storage.alembic_upgrade import migration_config
from engine.storage.migrate import MigrationRefusedError
from engine.storage.restored import disarm
from engine.tables import metadata
from handlers.render.guard_reasons import guard_reason_text
from migrations import SCRIPTS
from tests.migrations.old_databases import MOMENT, NOW, add_owner, down, insert, migrate, old_database, run

NEWEST = ScriptDirectory.from_config(migration_config(SCRIPTS)).get_current_head()
NEXT = f"{int(NEWEST) + 1:04}"


@pytest.fixture
def file(tmp_path):
    return tmp_path / "nija.db"


def a_next_revision(folder, *steps):
    scripts = folder / "migrations"
    shutil.copytree(SCRIPTS, scripts)
    lines = [
        "import sqlalchemy as sa",
        "from alembic import op",
        f"revision = '{NEXT}'",
        f"down_revision = '{NEWEST}'",
    ]
    lines += ["def upgrade():", *(f"    {step}" for step in steps)]
    (scripts / "versions" / f"{NEXT}_next.py").write_text("\n".join(lines))
    return scripts


def schema_of(engine):
    look = inspect(engine)
    return {
        table: {
            "columns": [(c["name"], str(c["type"]), c["nullable"]) for c in look.get_columns(table)],
            "key": look.get_pk_constraint(table),
            "references": sorted(map(str, look.get_foreign_keys(table))),
            "unique": sorted(map(str, look.get_unique_constraints(table))),
            "indexes": sorted(index_words(index) for index in look.get_indexes(table)),
            "checks": sorted(map(str, look.get_check_constraints(table))),
        }
        for table in look.get_table_names()
        if table != "alembic_version"
    }


def index_words(index):
    where = index.get("dialect_options", {}).get("sqlite_where")
    return f"{index['name']} {index['column_names']} unique={index['unique']} where={where}"


def test_migrations_from_nothing_give_exactly_the_tables_of_the_code(file, tmp_path):
    migrate(file)

    migrated = create_engine(f"sqlite:///{file}")
    created = create_engine(f"sqlite:///{tmp_path / 'created.db'}")
    metadata.create_all(created)
    with migrated.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, metadata)
    schemas = schema_of(migrated), schema_of(created)
    migrated.dispose()
    created.dispose()

    assert differences == []
    assert schemas[0] == schemas[1]


def test_a_new_database_is_private_and_needs_no_backup(file):
    done = migrate(file)

    assert (done.from_revision, done.backup) == (None, None)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert not (file.parent / "backups").exists()


def test_a_database_that_is_up_to_date_is_left_alone(file):
    first = migrate(file)
    before = file.read_bytes()

    second = migrate(file)

    assert second.from_revision == second.to_revision == first.to_revision
    assert second.backup is None
    assert file.read_bytes() == before


def test_a_downgrade_leaves_nothing_behind_and_can_be_upgraded_again(file):
    newest = migrate(file).to_revision

    down(file)
    (tables,) = run(file, "SELECT name FROM sqlite_master WHERE type = 'table'")
    again = migrate(file)

    assert tables == [("alembic_version",)]
    assert again.to_revision == newest


def test_fills_of_before_have_no_dollar_rate_and_a_downgrade_keeps_them_without(file):
    old_database(file, "0003")
    run(
        file,
        "INSERT INTO fills VALUES ('env-kraken', 'T1', 7, 'O1', 'BTC/EUR', 'BTC', 'EUR', 'buy', '55000', '0.1', NULL,"
        " 'EUR', '2026-11-22', 0, '2026-11-22')",
    )

    migrate(file)
    rates = run(file, "SELECT usd_rate FROM fills", "UPDATE fills SET usd_rate = '1.10'")
    down(file, "0003")

    assert rates[0] == [(None,)]
    assert run(file, "SELECT trade_id, price FROM fills") == [[("T1", "55000")]]


def add_parked_exit(file, name, *, guard_state, finished_at, steps):
    whose = {"user_id": 7, "account_id": "env-kraken"}
    what = {"venue": "kraken", "symbol": f"{name}/USD", "asset": name, "quantity": "1"}
    times = {"created_at": MOMENT, "updated_at": MOMENT}
    guard = {"kind": "spot", "direction": "long", "cost": "9", "currency": "USD", "threshold": "-0.01"}
    rest = {"guard_id": name, "state": guard_state, "source": "hand"}
    insert(file, "guards", **whose, **what, **times, **guard, **rest)
    intent = {"kind": "exit", "side": "sell", "reduce_only": 0, "state": "parked", "attempt": 1}
    rest = {"client_order_id": name, "filled_quantity": "0", "finished_at": finished_at}
    insert(file, "intents", intent_id=name, guard_id=name, **whose, **what, **times, **intent, **rest)
    for seq, (before, after) in enumerate(steps, start=1):
        step = {"seq": seq, "at": MOMENT, "from_state": before, "to_state": after, "cause": "c", "words": ""}
        insert(file, "intent_events", intent_id=name, **whose, **step)


def test_parked_exits_of_before_wait_or_are_given_up_by_the_right_word(file):
    old_database(file, "0004")
    waited = [("planned", "parked"), ("parked", "planned"), ("planned", "parked")]
    add_parked_exit(file, "WAITS", guard_state="closing", finished_at=None, steps=waited)
    add_parked_exit(file, "DUST", guard_state="closed", finished_at=MOMENT, steps=waited)
    add_parked_exit(file, "OLD", guard_state="closed", finished_at=None, steps=waited[:1])

    migrate(file)

    [found, unfinished, steps] = run(
        file,
        "SELECT intent_id, state FROM intents ORDER BY 1",
        "SELECT intent_id FROM intents WHERE finished_at IS NULL",
        "SELECT intent_id, from_state, to_state FROM intent_events ORDER BY intent_id, seq",
    )
    assert found == [("DUST", "abandoned"), ("OLD", "abandoned"), ("WAITS", "suspended")]
    assert unfinished == [("WAITS",)]
    assert steps == [
        ("DUST", "planned", "suspended"),
        ("DUST", "suspended", "planned"),
        ("DUST", "planned", "abandoned"),
        ("OLD", "planned", "abandoned"),
        ("WAITS", "planned", "suspended"),
        ("WAITS", "suspended", "planned"),
        ("WAITS", "planned", "suspended"),
    ]
    down(file, "0004")
    assert run(file, "SELECT DISTINCT state FROM intents") == [[("parked",)]]


def test_what_was_seen_before_has_no_step_and_a_downgrade_keeps_the_rest(file):
    old_database(file, "0005")
    add_parked_exit(file, "BTC", guard_state="armed", finished_at=MOMENT, steps=[])
    run(file, "UPDATE guards SET seen_quantity = '1', seen_at = '2026-11-22 02:10:00.000000'")

    migrate(file)
    [steps, _] = run(file, "SELECT seen_step FROM guards", "UPDATE guards SET seen_step = 7")
    down(file, "0005")

    assert steps == [(None,)]
    assert run(file, "SELECT seen_quantity FROM guards") == [[("1",)]]


def test_guards_of_before_have_no_target_and_a_downgrade_keeps_the_rest(file):
    old_database(file, "0024")
    add_parked_exit(file, "BTC", guard_state="armed", finished_at=MOMENT, steps=[])

    migrate(file)
    [targets, _] = run(file, "SELECT target FROM guards", "UPDATE guards SET target = '0.02'")
    down(file, "0024")

    assert targets == [(None,)]
    assert run(file, "SELECT guard_id, threshold FROM guards") == [[("BTC", "-0.01")]]


def test_stops_of_guards_of_before_do_not_trail_and_a_downgrade_keeps_the_rest(file):
    old_database(file, "0027")
    add_parked_exit(file, "BTC", guard_state="armed", finished_at=MOMENT, steps=[])

    migrate(file)
    [stops, _] = run(file, "SELECT trail, stop FROM guards", "UPDATE guards SET trail = '0.02', stop = '8.9'")
    down(file, "0027")

    assert stops == [(None, None)]
    assert run(file, "SELECT guard_id, threshold FROM guards") == [[("BTC", "-0.01")]]


def test_guards_of_before_sell_at_their_target_and_a_downgrade_keeps_the_rest(file):
    old_database(file, "0029")
    add_parked_exit(file, "BTC", guard_state="armed", finished_at=MOMENT, steps=[])
    run(file, "UPDATE guards SET target = '0.02'")

    migrate(file)
    done = run(file, "SELECT at_target FROM guards")
    down(file, "0029")

    assert done == [[("sell",)]]
    assert run(file, "SELECT guard_id, target FROM guards") == [[("BTC", "0.02")]]


def test_accounts_of_before_have_no_name_at_their_venue_and_a_downgrade_keeps_the_rest(file):
    old_database(file, "0007")

    migrate(file)
    [names, _] = run(file, "SELECT venue_account FROM accounts", "UPDATE accounts SET venue_account = 'A1'")
    down(file, "0007")

    assert names == [(None,)]
    assert run(file, "SELECT account_id, key_fingerprint FROM accounts") == [[("env-kraken", "f")]]


def test_no_alert_of_before_has_been_at_the_second_address_and_a_downgrade_keeps_the_alerts(file):
    old_database(file, "0009")
    alert = {
        "alert_id": 5,
        "user_id": 7,
        "chat_id": 7,
        "kind": "exit_filled",
        "data_json": "{}",
        "critical": 1,
    }
    rest = {"dedup_key": "k", "state": "sent", "attempts": 0, "created_at": MOMENT}
    insert(file, "alerts", **alert, **rest)

    migrate(file)
    [posts] = run(file, "SELECT * FROM alert_posts")
    insert(file, "alert_posts", alert_id=5, state="waiting", refusals=1, at=MOMENT)
    down(file, "0009")

    assert posts == []
    assert run(file, "SELECT alert_id, state FROM alerts") == [[(5, "sent")]]


def test_attempts_of_before_have_no_reading_and_a_downgrade_keeps_their_steps(file):
    old_database(file, "0010")
    add_parked_exit(file, "BTC", guard_state="closing", finished_at=None, steps=[("planned", "sent")])

    migrate(file)
    [readings, _] = run(
        file, "SELECT basis_json FROM intent_events", "UPDATE intent_events SET basis_json = '{}'"
    )
    down(file, "0010")

    assert readings == [(None,)]
    assert run(file, "SELECT intent_id, from_state, to_state FROM intent_events") == [
        [("BTC", "planned", "sent")]
    ]


def test_steps_of_before_are_told_apart_by_what_they_noted_and_keep_their_orders(file):
    old_database(file, "0011")
    add_parked_exit(file, "BTC", guard_state="closing", finished_at=None, steps=[])
    steps = [
        ("sent", "accepted", "accepted", "O-1", None, "O-1", None),
        ("accepted", "accepted", "", "T-1", "not released", None, None),
        ("accepted", "accepted", "", "O-2", "replaced", "O-2", None),
        ("accepted", "planned", "closed without a fill", "", None, None, None),
        ("filled", "filled", "", "O-3 of attempt 12", "filled late", "O-3", 12),
    ]
    for seq, (before, after, cause, words, note, *_) in enumerate(steps):
        values = {"intent_id": "BTC", "user_id": 7, "account_id": "env-kraken", "at": MOMENT}
        states = {"from_state": before, "to_state": after}
        insert(file, "intent_events", seq=seq, cause=cause or note, words=words, **values, **states)

    migrate(file)

    reported = "SELECT from_state, to_state, cause, words, note, order_id, attempt FROM intent_events"
    assert run(file, reported) == [steps]
    down(file, "0011")
    before = [[(n, cause or note, words) for n, (_, _, cause, words, note, *_) in enumerate(steps)]]
    assert run(file, "SELECT seq, cause, words FROM intent_events") == before


def test_orders_that_steps_of_before_cancelled_have_a_column_and_a_downgrade_puts_them_back(file):
    old_database(file, "0014")
    add_parked_exit(file, "BTC", guard_state="closing", finished_at=None, steps=[])
    order = '{"side":"sell","quantity":"0.1","price":null,"venue_order_id":"T-1","symbol":"BTC/USD","confirmed":false}'
    steps = [
        ("release", order, "T-1", order),
        ("released", order, "T-1", order),
        ("not released", "T-2", "T-2", None),
        ("release", "damaged", "", "damaged"),
        (None, "O-1", "O-1", None),
    ]
    for seq, (note, words, *_) in enumerate(steps):
        values = {"intent_id": "BTC", "user_id": 7, "account_id": "env-kraken", "at": MOMENT}
        states = {"from_state": "planned", "to_state": "planned", "cause": "c"}
        insert(file, "intent_events", seq=seq, note=note, words=words, **values, **states)

    migrate(file)

    reported = run(file, "SELECT note, words, cancelled_json FROM intent_events ORDER BY seq")
    assert reported == [[(note, after, cancelled) for note, _, after, cancelled in steps]]
    down(file, "0014")
    assert run(file, "SELECT words FROM intent_events ORDER BY seq") == [[(one[1],) for one in steps]]


REASONS = ScriptDirectory.from_config(migration_config(SCRIPTS)).get_revision("0016").module
#: What was written at revision 0015, and the code and the detail it becomes.
WRITTEN = [
    *((sentence, code, "") for code, sentence in REASONS.SENTENCES),
    ("sold; the venue sells at least 0.01 BTC", "sold", "the venue sells at least 0.01 BTC"),
    ("dust: too little", "not_sold", "too little"),
    ("the venue sells at least 0.5 USD worth", "other", "the venue sells at least 0.5 USD worth"),
    ("paused", "other", "paused"),
    (None, None, ""),
]


def add_guard(file, name, *, state, reason, trigger=None):
    add_parked_exit(file, name, guard_state=state, finished_at=MOMENT, steps=[])
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE guards SET state_reason = ? WHERE guard_id = ?", (reason, name))
        connection.execute(
            "UPDATE intents SET state = 'sent', trigger_json = ? WHERE intent_id = ?", (trigger, name)
        )


@pytest.mark.parametrize("state", ["armed", "paused", "closing", "closed"])
def test_reasons_of_before_become_codes_and_a_downgrade_writes_their_sentences(file, state):
    old_database(file, "0015")
    for number, (sentence, _, _) in enumerate(WRITTEN):
        add_guard(file, f"G{number:02}", state=state, reason=sentence)

    migrate(file)

    found = "SELECT state, state_reason, detail FROM guards ORDER BY guard_id"
    assert run(file, found) == [[(state, code, detail) for _, code, detail in WRITTEN]]
    down(file, "0015")
    kept = [reason for [reason] in run(file, "SELECT state_reason FROM guards ORDER BY guard_id")[0]]
    last = {code: sentence for sentence, code, detail in WRITTEN if not detail}
    assert kept == [
        last[code] if not detail else sentence.removeprefix("dust: ") for sentence, code, detail in WRITTEN
    ]


@pytest.mark.parametrize(
    ("paused", "code", "detail"),
    [
        ("the quantity changed without a fill", "quantity_changed", ""),
        ("2 for 1", "other", "2 for 1"),
    ],
)
def test_what_a_manual_close_goes_back_to_is_a_code_too(file, paused, code, detail):
    old_database(file, "0015")
    close = {"guarded": "0.1", "guarded_cost": "6000", "paused": paused, "entry_known": True}
    add_guard(file, "A", state="closing", reason="being sold", trigger=json.dumps({"asked": close}))
    untouched = ['{"asked":{"paused":null}}', '{"asked":null,"basis":"paused"}', 'damaged "paused"', "{}"]
    for number, trigger in enumerate(untouched):
        add_guard(file, f"B{number}", state="closing", reason="being sold", trigger=trigger)

    migrate(file)

    [(first,), *others] = run(file, "SELECT trigger_json FROM intents ORDER BY intent_id")[0]
    assert json.loads(first) == {"asked": {**close, "paused": code, "paused_detail": detail}}
    assert [trigger for [trigger] in others] == untouched
    down(file, "0015")
    [(first,), *_] = run(file, "SELECT trigger_json FROM intents ORDER BY intent_id")[0]
    assert json.loads(first) == {"asked": close}


def test_a_backup_of_before_that_was_restored_since_has_codes_already(file):
    old_database(file, "0015")
    add_guard(file, "ARMED", state="armed", reason=None)
    add_guard(file, "SELLING", state="closing", reason="being sold")

    disarm(file, now=NOW)
    migrate(file)

    found = "SELECT guard_id, state, state_reason, detail FROM guards ORDER BY 1"
    assert run(file, found) == [
        [("ARMED", "paused", "restored", ""), ("SELLING", "paused", "restored_in_sale", "")]
    ]


def test_every_reason_is_shown_in_the_words_that_were_stored_before():
    shown = {code: guard_reason_text(code) for code in GuardReason if guard_reason_text(code)}

    assert shown == REASONS.LAST_SENTENCES


def test_an_upgrade_with_data_is_backed_up_first_and_keeps_the_data(file):
    migrate(file)
    add_owner(file)

    with_nickname = a_next_revision(file.parent, "op.add_column('users', sa.Column('nickname', sa.String()))")
    done = migrate(file, with_nickname)

    assert (done.from_revision, done.to_revision) == (NEWEST, NEXT)
    assert done.backup is not None
    assert done.backup.file.name == f"before-{NEXT}-from-{NEWEST}-20261122T021000000000Z.db"
    assert stat.S_IMODE(done.backup.file.stat().st_mode) == 0o600
    assert run(done.backup.file, "SELECT trade_share FROM users") == [[("0.05",)]]
    assert run(file, "SELECT trade_share, nickname FROM users") == [[("0.05", None)]]


def test_a_database_newer_than_the_code_is_refused_and_untouched(file):
    migrate(file)
    run(file, "UPDATE alembic_version SET version_num = '9999'")
    before = file.read_bytes()

    with pytest.raises(MigrationRefusedError, match=r"written by a newer NIJA \(revision 9999"):
        migrate(file)

    assert file.read_bytes() == before


def test_a_database_of_another_program_is_refused_and_untouched(file):
    run(file, "CREATE TABLE songs (title TEXT)")
    before = run(file, "SELECT sql FROM sqlite_master")

    with pytest.raises(MigrationRefusedError, match="not a NIJA database"):
        migrate(file)

    assert run(file, "SELECT sql FROM sqlite_master") == before


def test_a_migration_that_fails_half_way_changes_nothing(file):
    migrate(file)
    before = run(file, "SELECT sql FROM sqlite_master")

    broken = a_next_revision(file.parent, "op.drop_table('leases')", "op.drop_table('no_such_table')")
    with pytest.raises(OperationalError, match="no_such_table"):
        migrate(file, broken)

    assert run(file, "SELECT sql FROM sqlite_master") == before
    assert run(file, "SELECT version_num FROM alembic_version") == [[(NEWEST,)]]


def test_a_migration_that_would_leave_orphans_is_refused_and_changes_nothing(file):
    migrate(file)
    add_owner(file)

    careless = a_next_revision(file.parent, "op.execute('DELETE FROM users')")
    with pytest.raises(MigrationRefusedError, match="leave 1 rows without"):
        migrate(file, careless)

    assert run(file, "SELECT count(*) FROM users") == [[(1,)]]


def test_migrations_are_found_whatever_the_working_directory_is(file, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    assert migrate(file).to_revision


def test_a_developer_can_run_alembic_over_its_own_connection(file):
    config = migration_config(SCRIPTS)
    config.set_main_option("sqlalchemy.url", f"sqlite+aiosqlite:///{file}")

    command.upgrade(config, "head")

    assert run(file, "SELECT count(*) FROM users") == [[(0,)]]


def test_causes_that_something_is_decided_by_become_codes_and_a_downgrade_writes_the_sentences_back(file):
    old_database(file, "0016")
    add_parked_exit(file, "BTC", guard_state="closing", finished_at=None, steps=[])
    unnamed = "found without this bot's order id, so it may be the owner's own"
    by_balance = "found by the balance, so it may be the owner's own"
    causes = [
        (unnamed, StepCause.FOUND_UNNAMED, unnamed),
        (by_balance, StepCause.FOUND_BY_BALANCE, by_balance),
        ("found by the balance", StepCause.FOUND_BY_BALANCE, by_balance),
        ("refused in unknown words", StepCause.REFUSED_UNLISTED, "refused in unknown words"),
        ("answer lost", "answer lost", "answer lost"),
    ]
    for seq, (cause, *_) in enumerate(causes):
        values = {"intent_id": "BTC", "user_id": 7, "account_id": "env-kraken", "at": MOMENT}
        insert(file, "intent_events", seq=seq, cause=cause, to_state="accepted", **values)

    migrate(file)
    written = "SELECT cause FROM intent_events ORDER BY seq"
    coded = run(file, written)
    down(file, "0016")

    assert coded == [[(code,) for _, code, _ in causes]]
    assert run(file, written) == [[(back,) for _, _, back in causes]]


def test_users_of_before_have_no_name_and_a_downgrade_keeps_them(file):
    old_database(file, "0025")

    migrate(file)
    [names, _] = run(file, "SELECT name FROM users", "UPDATE users SET name = 'Ann'")
    down(file, "0025")

    assert names == [(None,)]
    assert run(file, "SELECT user_id, role FROM users") == [[(7, "owner")]]


def test_who_was_removed_is_answered_by_no_older_version(file):
    migrate(file)
    add_owner(file)
    removed = {"user_id": 8, "role": "viewer", "created_at": MOMENT, "removed_at": MOMENT}
    insert(file, "users", **removed, time_zone="UTC", language="en")

    down(file, "0026")

    # An owner whom the settings do not name is a stranger.
    assert run(file, "SELECT role FROM users WHERE user_id = 8") == [[("owner",)]]


def test_reasons_in_the_details_of_steps_are_their_causes_after_a_downgrade(file):
    migrate(file)
    add_owner(file)
    add_parked_exit(file, "BTC", guard_state="closing", finished_at=None, steps=[])
    steps = [
        (StepCause.MARKET_UNAVAILABLE, "the market is closed", ("the market is closed", "")),
        (StepCause.NOT_SOLD, "less than 1 USD", ("less than 1 USD", "")),
        (StepCause.REFUSED, "EOrder:Insufficient funds", ("refused", "EOrder:Insufficient funds")),
    ]
    for seq, (cause, words, _) in enumerate(steps):
        values = {"intent_id": "BTC", "user_id": 7, "account_id": "env-kraken", "at": MOMENT}
        insert(file, "intent_events", seq=seq, cause=cause, words=words, to_state="planned", **values)

    down(file, "0030")

    written = run(file, "SELECT cause, words FROM intent_events ORDER BY seq")
    assert written == [[was for _, _, was in steps]]
