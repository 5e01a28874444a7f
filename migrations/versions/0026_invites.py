"""Links that let newcomers ask for a role, and what users call themselves."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("users", sa.Column("name", sa.String(), nullable=True))
    op.create_table(
        "invites",
        sa.Column("code_hash", sa.String(), nullable=False),
        sa.Column("user_id", BIG, nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.Column("newcomer_id", BIG, nullable=True),
        sa.Column("newcomer_name", sa.String(), nullable=True),
        sa.Column("opened_at", MOMENT, nullable=True),
        sa.Column("answered_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("code_hash", name="pk_invites"),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.user_id"], name="fk_invites_user_id", onupdate="CASCADE"
        ),
    )


def downgrade() -> None:
    op.drop_table("invites")
    op.drop_column("users", "name")
