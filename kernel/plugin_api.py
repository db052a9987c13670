"""The door for plugins: everything a plugin may use of Smalt, and nothing else."""

from kernel.currencies import currency_codes, currency_digits, currency_of
from kernel.date_input import parse_date, parse_datetime
from kernel.errors import (
    BrokenSourceError,
    Fault,
    InvalidInputError,
    InvalidValueError,
    SmaltError,
    UnknownOptionError,
)
from kernel.fields import (
    Column,
    ColumnSpec,
    Derivation,
    Exchange,
    FieldType,
    NoConfig,
    NumberFormat,
    ParseContext,
    SqlText,
    Stays,
    Through,
)
from kernel.hookspecs import hookimpl
from kernel.identifier_input import parse_identifiers
from kernel.importers import BadRow, Cell, Importer, NoOptions, Row
from kernel.number_input import fit_decimal, parse_decimal, parse_integer
from kernel.option_lists import OptionsConfig
from kernel.sampling import parses, score, share
from kernel.templates import (
    FieldSpec,
    ListSpec,
    ProjectSpec,
    Sample,
    TagSpec,
    Template,
    TemplateSpec,
)
from kernel.text_input import clean_line, clean_lines, fold_name
from kernel.values import REAL, TEXT, Choice, Kind, Value, ValueType

__all__ = [
    "REAL",
    "TEXT",
    "BadRow",
    "BrokenSourceError",
    "Cell",
    "Choice",
    "Column",
    "ColumnSpec",
    "Derivation",
    "Exchange",
    "Fault",
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
    "OptionsConfig",
    "ParseContext",
    "ProjectSpec",
    "Row",
    "Sample",
    "SmaltError",
    "SqlText",
    "Stays",
    "TagSpec",
    "Template",
    "TemplateSpec",
    "Through",
    "UnknownOptionError",
    "Value",
    "ValueType",
    "clean_line",
    "clean_lines",
    "currency_codes",
    "currency_digits",
    "currency_of",
    "fit_decimal",
    "fold_name",
    "hookimpl",
    "parse_date",
    "parse_datetime",
    "parse_decimal",
    "parse_identifiers",
    "parse_integer",
    "parses",
    "score",
    "share",
]
