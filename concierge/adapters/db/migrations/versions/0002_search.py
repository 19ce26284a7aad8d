"""The search index over search_lines. It is derived from rows that stay, so it can be taken back and made again."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# The index holds no text of its own; three triggers keep it equal to the table.
ON_SQLITE = (
    (
        "CREATE VIRTUAL TABLE search_index USING fts5("
        "words, content='search_lines', content_rowid='id', tokenize='unicode61 remove_diacritics 0')"
    ),
    (
        "CREATE TRIGGER search_lines_added AFTER INSERT ON search_lines BEGIN"
        " INSERT INTO search_index(rowid, words) VALUES (new.id, new.words); END"
    ),
    (
        "CREATE TRIGGER search_lines_removed AFTER DELETE ON search_lines BEGIN"
        " INSERT INTO search_index(search_index, rowid, words) VALUES ('delete', old.id, old.words); END"
    ),
    (
        "CREATE TRIGGER search_lines_changed AFTER UPDATE ON search_lines BEGIN"
        " INSERT INTO search_index(search_index, rowid, words) VALUES ('delete', old.id, old.words);"
        " INSERT INTO search_index(rowid, words) VALUES (new.id, new.words); END"
    ),
    "INSERT INTO search_index(search_index) VALUES ('rebuild')",
)
OFF_SQLITE = (
    "DROP TRIGGER search_lines_added",
    "DROP TRIGGER search_lines_removed",
    "DROP TRIGGER search_lines_changed",
    "DROP TABLE search_index",
)
ON_POSTGRES = ("CREATE INDEX search_index ON search_lines USING gin (to_tsvector('simple', words))",)
OFF_POSTGRES = ("DROP INDEX search_index",)


def upgrade() -> None:
    for statement in ON_SQLITE if op.get_bind().dialect.name == "sqlite" else ON_POSTGRES:
        op.execute(statement)


def downgrade() -> None:
    for statement in OFF_SQLITE if op.get_bind().dialect.name == "sqlite" else OFF_POSTGRES:
        op.execute(statement)
