"""Data with nothing in it, in every way."""

from __future__ import annotations

import pytest

from kernel.charts import ChartData
from tests.plugins.charts.chart_data import data


@pytest.fixture
def empty() -> list[ChartData]:
    return [data({}, total=None), data({"A": []}), data({"A": [None, None]}, total=None)]
