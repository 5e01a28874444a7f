"""What accounts on paper own, and their orders and fills."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "paper_balances",
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("asset", sa.String(), nullable=False),
        sa.Column("user_id", BIG, nullable=False),
        sa.Column("total", sa.Text(), nullable=False),
        *_owners("paper_balances"),
        sa.PrimaryKeyConstraint("account_id", "asset", name="pk_paper_balances"),
    )
    op.create_table(
        "paper_orders",
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("order_id", sa.String(), nullable=False),
        sa.Column("user_id", BIG, nullable=False),
        sa.Column("client_order_id", sa.String()),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("placed", sa.Text(), nullable=False),
        *_owners("paper_orders"),
        sa.PrimaryKeyConstraint("account_id", "order_id", name="pk_paper_orders"),
    )
    op.create_index(
        "ix_paper_orders_account_id_client_order_id", "paper_orders", ["account_id", "client_order_id"]
    )
    op.create_index("ix_paper_orders_account_id_status", "paper_orders", ["account_id", "status"])
    op.create_table(
        "paper_fills",
        sa.Column("number", BIG, nullable=False),
        sa.Column("account_id", sa.String(), nullable=False),
        sa.Column("user_id", BIG, nullable=False),
        sa.Column("order_id", sa.String(), nullable=False),
        sa.Column("executed", sa.Text(), nullable=False),
        *_owners("paper_fills"),
        sa.PrimaryKeyConstraint("number", name="pk_paper_fills"),
    )
    op.create_index("ix_paper_fills_account_id_order_id", "paper_fills", ["account_id", "order_id"])


def downgrade() -> None:
    for table in ("paper_fills", "paper_orders", "paper_balances"):
        op.drop_table(table)


def _owners(table: str) -> tuple[sa.ForeignKeyConstraint, ...]:
    return (
        sa.ForeignKeyConstraint(["account_id"], ["accounts.account_id"], name=f"fk_{table}_account_id"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.user_id"], name=f"fk_{table}_user_id", onupdate="CASCADE"
        ),
    )
