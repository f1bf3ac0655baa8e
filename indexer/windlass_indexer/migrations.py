"""Brings a database's tables up to this version: the numbered files of migrations/, in order, each once."""

from pathlib import Path

import asyncpg

from windlass_indexer import queries
from windlass_indexer.errors import MigrationError

_SQL = queries.load("migrations.sql")
_PACKAGE = Path(__file__).resolve().parent
# An installed package carries the files inside; in a checkout they stand at the root, where people look for them.
_FOLDERS = (_PACKAGE / "migrations", _PACKAGE.parents[1] / "migrations")


def files() -> list[Path]:
    """The migration files in the order in which they apply. Raises MigrationError where there are none."""
    for folder in _FOLDERS:
        if found := sorted(folder.glob("[0-9]*.sql")):
            return found
    looked = " or ".join(str(folder) for folder in _FOLDERS)
    raise MigrationError(f"no migration files found in {looked}: the installation is incomplete")


async def apply(connection: asyncpg.Connection) -> list[str]:
    """Apply what is missing, all or nothing, and return the names applied (empty: it was up to date).

    Raises MigrationError when the database knows a migration that this version does not have.
    """
    wanted = files()
    async with connection.transaction():
        await connection.execute(_SQL["lock"])
        await connection.execute(_SQL["keep_a_record"])
        applied = {row["name"] for row in await connection.fetch(_SQL["applied"])}
        if unknown := applied - {file.stem for file in wanted}:
            raise MigrationError(
                f"the database has migrations that this version does not know ({', '.join(sorted(unknown))}): "
                "it belongs to a newer version; run that one, or use another database"
            )
        missing = [file for file in wanted if file.stem not in applied]
        for file in missing:
            await connection.execute(file.read_text(encoding="utf-8"))
            await connection.execute(_SQL["record"], file.stem)
    return [file.stem for file in missing]
