"""The engines' dialects."""

from kernel.dialects.base import Dialect, Parameters
from kernel.dialects.postgres import POSTGRES, PostgresDialect
from kernel.dialects.sqlite import SQLITE, SqliteDialect

__all__ = ["POSTGRES", "SQLITE", "Dialect", "Parameters", "PostgresDialect", "SqliteDialect"]
