"""The functions of the expression language, by family."""

from kernel.expressions.catalogue import Catalogue
from kernel.expressions.functions import conversion, date, list, logic, number, text

CATALOGUE = Catalogue(
    {
        "text": text.FUNCTIONS,
        "number": number.FUNCTIONS,
        "date": date.FUNCTIONS,
        "logic": logic.FUNCTIONS,
        "list": list.FUNCTIONS,
        "conversion": conversion.FUNCTIONS,
    }
)
