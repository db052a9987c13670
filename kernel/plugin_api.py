"""The door for plugins: everything a plugin may use of Smalt, and nothing else."""

from kernel.errors import (
    BrokenSourceError,
    InvalidInputError,
    InvalidValueError,
    SmaltError,
    UnknownOptionError,
)
from kernel.fields import (
    Column,
    ColumnSpec,
    Derivation,
    FieldType,
    NoConfig,
    NumberFormat,
    ParseContext,
    SqlText,
    Through,
)
from kernel.hookspecs import hookimpl
from kernel.importers import BadRow, Cell, Importer, NoOptions, Row
from kernel.templates import (
    FieldSpec,
    ListSpec,
    ProjectSpec,
    Sample,
    TagSpec,
    Template,
    TemplateSpec,
)
from kernel.values import Choice, Kind, Value, ValueType

__all__ = [
    "BadRow",
    "BrokenSourceError",
    "Cell",
    "Choice",
    "Column",
    "ColumnSpec",
    "Derivation",
    "FieldSpec",
    "FieldType",
    "Importer",
    "InvalidInputError",
    "InvalidValueError",
    "Kind",
    "ListSpec",
    "NoConfig",
    "NoOptions",
    "NumberFormat",
    "ParseContext",
    "ProjectSpec",
    "Row",
    "Sample",
    "SmaltError",
    "SqlText",
    "TagSpec",
    "Template",
    "TemplateSpec",
    "Through",
    "UnknownOptionError",
    "Value",
    "ValueType",
    "hookimpl",
]
