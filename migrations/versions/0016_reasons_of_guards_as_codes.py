"""Why a guard is paused, closing or closed, as a code and a detail; it was the sentence that the chat showed."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

#: What earlier versions wrote; the last sentence of a code is the one that a downgrade writes.
SENTENCES = (
    ("restored", "restored from a backup; being compared with the venue"),
    ("restored_in_sale", "restored from a backup made in the middle of its sale"),
    ("changed_since_backup", "something happened to it after the backup was made"),
    ("changed_since_backup", "changed since the backup"),
    ("copied", "the database was copied or moved; waiting for your answer"),
    (
        "copied_and_changed",
        "the database was copied or moved and something happened to it since; waiting for your answer",
    ),
    ("swapped", "the key now opens another account; being read"),
    ("swapped_in_sale", "the key now opens another account in the middle of its sale; being read"),
    ("other_account", "the key in the settings opens another account than the one it was guarded in"),
    (
        "other_account_in_sale",
        "the key in the settings opens another account, and it was being sold in the former one: look there",
    ),
    ("external_sale", "sold by hand"),
    ("external_sale", "sold at the venue, not by NIJA"),
    ("moved_out", "moved out without a sale"),
    ("vanished", "nothing of it is there any more, and no sale explains that"),
    ("returned_otherwise", "it was gone for a while, and another quantity of it came back"),
    ("returned_late", "it was gone for more than a day and is back"),
    ("renamed", "the venue seems to have renamed it"),
    ("quantity_changed", "the quantity changed without a fill"),
    ("entry_changed", "the venue's entry price changed without a fill"),
    ("selling", "being sold"),
    ("selling_on_request", "being sold as its owner asked"),
    ("sold", "sold by the guard"),
    ("sold", "sold"),
    ("sold_or_moved", "was sold or moved by hand just before"),
    ("sold_or_moved", "was sold or moved at the venue just before"),
    (
        "too_late",
        "the venue took no order within a minute of your asking, so nothing more is tried; /close asks again",
    ),
    (
        "price_worse",
        (
            "the venue did not take it at once, and the price has moved against you by more than 1 % since you "
            "asked, so nothing more is tried; /close asks again"
        ),
    ),
    (
        "cut_off",
        "it was cut off in the middle; look at the venue whether it was sold, and /close asks again",
    ),
    ("taken_off", "taken off by its owner"),
    ("guarded_anew", "guarded anew by its owner"),
)
#: What of a sentence says the code; the rest is the detail.
BEGINNINGS = (("sold", "sold; "), ("not_sold", "dust: "))
CODES = {sentence: code for code, sentence in SENTENCES}
LAST_SENTENCES = dict(SENTENCES)

GUARDS = sa.table(
    "guards",
    sa.column("guard_id", sa.String()),
    sa.column("state_reason", sa.String()),
    sa.column("detail", sa.String()),
)
INTENTS = sa.table("intents", sa.column("intent_id", sa.String()), sa.column("trigger_json", sa.Text()))


def upgrade() -> None:
    with op.batch_alter_table("guards") as guards:
        guards.add_column(sa.Column("detail", sa.String(), nullable=False, server_default=""))
    connection = op.get_bind()
    written = sa.select(GUARDS.c.guard_id, GUARDS.c.state_reason).where(GUARDS.c.state_reason.is_not(None))
    for guard_id, sentence in connection.execute(written).all():
        code, detail = _coded(sentence)
        change = {"state_reason": code, "detail": detail}
        connection.execute(GUARDS.update().where(GUARDS.c.guard_id == guard_id).values(change))
    for intent_id, trigger in _manual_triggers(connection):
        code, detail = _coded(trigger["asked"]["paused"])
        trigger["asked"] |= {"paused": code, "paused_detail": detail}
        _store(connection, intent_id, trigger)


def downgrade() -> None:
    connection = op.get_bind()
    coded = sa.select(GUARDS.c.guard_id, GUARDS.c.state_reason, GUARDS.c.detail)
    for guard_id, code, detail in connection.execute(coded.where(GUARDS.c.state_reason.is_not(None))).all():
        change = {"state_reason": _sentence(code, detail)}
        connection.execute(GUARDS.update().where(GUARDS.c.guard_id == guard_id).values(change))
    for intent_id, trigger in _manual_triggers(connection):
        detail = trigger["asked"].pop("paused_detail", "")
        trigger["asked"]["paused"] = _sentence(trigger["asked"]["paused"], detail)
        _store(connection, intent_id, trigger)
    with op.batch_alter_table("guards") as guards:
        guards.drop_column("detail")


def _coded(sentence: str) -> tuple[str, str]:
    """Return the code and the detail; a backup that was restored by this version has codes already."""
    if sentence in LAST_SENTENCES:
        return sentence, ""
    if sentence in CODES:
        return CODES[sentence], ""
    for code, beginning in BEGINNINGS:
        if sentence.startswith(beginning):
            return code, sentence.removeprefix(beginning)
    return "other", sentence


def _sentence(code: str, detail: str) -> str:
    known = LAST_SENTENCES.get(code, "" if detail else code)
    return "; ".join(filter(None, (known, detail)))


def _manual_triggers(connection: sa.Connection) -> list[tuple[str, dict]]:
    """Return the triggers of manual closes of paused guards; what cannot be read stays as it is."""
    found = list[tuple[str, dict]]()
    having = sa.select(INTENTS.c.intent_id, INTENTS.c.trigger_json).where(
        INTENTS.c.trigger_json.like('%"paused"%')
    )
    for intent_id, text in connection.execute(having).all():
        try:
            trigger = json.loads(text)
            if isinstance(trigger["asked"]["paused"], str):
                found.append((intent_id, trigger))
        except (ValueError, KeyError, TypeError):
            continue
    return found


def _store(connection: sa.Connection, intent_id: str, trigger: dict) -> None:
    text = json.dumps(trigger, ensure_ascii=False, separators=(",", ":"))
    connection.execute(INTENTS.update().where(INTENTS.c.intent_id == intent_id).values(trigger_json=text))
