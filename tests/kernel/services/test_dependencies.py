"""What computed fields are computed from."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec
import pytest

from kernel.fields import Column, ColumnSpec, Derivation, FieldType, NoConfig, Through
from kernel.schema import DEFAULT_FIELDS, Field, FieldColumn, Project, Schema
from kernel.services.dependencies import DependencyGraph, chain


class Plain(FieldType[Any, Any]):
    key, label = "plain", "Plain"


class Computed(FieldType[Any, Any]):
    key, label = "computed", "Computed"

    def derive(self, config: Any) -> Derivation:
        assert isinstance(config, Derivation)
        return config


def plain(id_: int, key: str, target: int | None = None) -> Field:
    spec = ColumnSpec(Column.TEXT) if target is None else ColumnSpec(Column.RECORD, target=str(target))
    return _field(id_, key, Plain(), NoConfig(), (FieldColumn(spec, f"f_{id_}"),))


def computed(id_: int, key: str, expression: str, **more: Any) -> Field:
    return _field(id_, key, Computed(), Derivation(expression, **more), ())


def _field(id_: int, key: str, type_: FieldType[Any, Any], config: Any, columns: Any) -> Field:
    raw = msgspec.to_builtins(config)
    return Field(id_, 0, key, key.capitalize(), type_.key, type_, config, raw, columns)


def schema(**projects: list[Field]) -> Schema:
    """Projects by name, with the ids 1, 2, …"""
    built = {}
    for number, (name, fields) in enumerate(projects.items(), 1):
        own = tuple(replace(field, project_id=number) for field in fields)
        built[number] = Project(number, name, None, frozenset(DEFAULT_FIELDS), "UTC", "EUR", (), (), own)
    return Schema(1, built)


def test_a_formula_reads_the_fields_it_names() -> None:
    fields = [plain(11, "amount"), plain(12, "cost"), computed(13, "profit", "{amount} - {12} + {nothing}")]
    assert DependencyGraph(schema(deals=fields)).sources == {13: {11, 12}}


def test_a_lookup_reads_its_reference_and_the_field_beyond() -> None:
    deals = [plain(11, "customer", target=2), computed(12, "email", "{email}", through=Through("customer"))]
    graph = DependencyGraph(schema(deals=deals, customers=[plain(21, "email")]))
    assert graph.sources == {12: {11, 21}}
    assert [f.id for f in graph.dependents(21)] == [12]


def test_paths_go_through_references_and_lookups_of_references() -> None:
    delivery = [plain(11, "deal", target=2), computed(12, "buyer", "{customer}", through=Through("deal"))]
    delivery += [
        computed(13, "city", "{buyer.city}"),
        computed(14, "town", "{city}", through=Through("buyer")),
    ]
    graph = DependencyGraph(
        schema(delivery=delivery, deals=[plain(21, "customer", target=3)], customers=[plain(31, "city")])
    )
    assert graph.sources == {12: {11, 21}, 13: {12, 31}, 14: {12, 31}}
    assert {f.id for f in graph.dependents(21)} == {12, 13, 14}


def test_backwards_and_filters() -> None:
    won = computed(
        21, "won", "{amount}", through=Through("customer", "1", backwards=True), filter="{stage} = 'x'"
    )
    deals = [plain(11, "customer", target=2), plain(12, "amount"), plain(13, "stage"), plain(14, "other")]
    graph = DependencyGraph(schema(deals=deals, customers=[won]))
    assert graph.sources == {21: {11, 12, 13}}


def test_loops_are_found_across_projects() -> None:
    deals = [plain(11, "customer", target=2), computed(12, "total", "{won}", through=Through("customer"))]
    won = computed(21, "won", "{total}", through=Through("customer", "1", backwards=True))
    built = schema(Deals=deals, Customers=[won])
    loop = DependencyGraph(built).cycle(12)
    assert loop is not None
    assert chain(loop, built.projects[1], built) == "Total → Customers: Won → Total"


@pytest.mark.parametrize("count", [1, 2, 3, 3000])
def test_loops_of_any_length(count: int) -> None:
    fields = [computed(100 + n, f"k{n}", f"{{k{(n + 1) % count}}}") for n in range(count)]
    loop = DependencyGraph(schema(deals=fields)).cycle(100)
    assert loop is not None
    assert [f.id for f in loop] == [*(f.id for f in fields), 100]
    assert DependencyGraph(schema(deals=fields[:-1])).cycle(100) is None


def test_what_cannot_be_read_gives_no_edge() -> None:
    broken = [computed(11, "a", "{b"), computed(12, "b", "{gone}", through=Through("gone"))]
    assert DependencyGraph(schema(deals=broken)).sources == {11: frozenset(), 12: frozenset()}
