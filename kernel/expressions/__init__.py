"""One language for formulas, filters, conditions and measures: parsed once, typed, compiled to SQL."""

from kernel.expressions.compiler import compile, compile_condition, compile_measure
from kernel.expressions.functions import CATALOGUE
from kernel.expressions.parser import parse
from kernel.expressions.syntax import Expression, paths

__all__ = ["CATALOGUE", "Expression", "compile", "compile_condition", "compile_measure", "parse", "paths"]
