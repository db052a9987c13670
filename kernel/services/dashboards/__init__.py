"""Dashboards: charts over several projects, arranged, shared, and read with each reader's rights."""
