"""One language for formulas, filters, conditions and measures: parsed once, typed, compiled to SQL."""

from kernel.expressions.compiler import compile, compile_condition, compile_measure
from kernel.expressions.filters import operators_for, parse_filter
from kernel.expressions.functions import CATALOGUE, FunctionEntry, function_catalogue
from kernel.expressions.parser import parse
from kernel.expressions.syntax import Expression, paths
from kernel.expressions.writing import written

__all__ = [
    "CATALOGUE",
    "Expression",
    "FunctionEntry",
    "compile",
    "compile_condition",
    "compile_measure",
    "function_catalogue",
    "operators_for",
    "parse",
    "parse_filter",
    "paths",
    "written",
]
