"""nbgrader's library, imported and set up without what costs a second each and serves nothing here."""

from __future__ import annotations

import importlib
import sys


def load() -> None:
    """Import nbgrader's API.

    jsonschema, which it imports, would compile the grammar of international web addresses; notebooks have none.
    """
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]  # to import it fails, as if missing
    importlib.import_module("nbgrader.api")


def stamp(url: str) -> None:
    """Note the version of nbgrader's tables in a database that is still empty.

    nbgrader does so itself, but asks the command `alembic` for the version, and would have to find it on PATH.
    """
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory
    from nbgrader.dbutil import ALEMBIC_DIR
    from sqlalchemy import create_engine, inspect

    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            if not inspect(connection).get_table_names():
                MigrationContext.configure(connection).stamp(ScriptDirectory(ALEMBIC_DIR), "head")
    finally:
        engine.dispose()
