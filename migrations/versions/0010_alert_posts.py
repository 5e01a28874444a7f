"""What became of each critical alert at the second address, so that a restart loses none."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "alert_posts",
        sa.Column("alert_id", BIG, nullable=False, autoincrement=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("refusals", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_error", sa.String()),
        sa.PrimaryKeyConstraint("alert_id", name="pk_alert_posts"),
    )


def downgrade() -> None:
    op.drop_table("alert_posts")
