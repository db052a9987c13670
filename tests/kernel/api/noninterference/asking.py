"""What a reader asks on each road, by what the story has."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from tests.kernel.api.noninterference.places import Place, Record
from tests.kernel.api.noninterference.story import Story

BUILT_IN = (
    "title", "description", "list", "tags", "assignees", "due_at", "start_at", "created_at", "created_by",
    "updated_at", "updated_by", "completed_at", "list_entered_at", "version", "position", "referenced_by",
)  # fmt: skip
WORDS = ("al", "omega", "zoe", "beta", "ewa example")


@dataclass(frozen=True)
class Ask:
    """A request. `pages`: go on to the last page. `job`: wait for the end, and fetch what it has made.
    `version`: change this one and no other."""

    path: str
    body: Any = None
    method: str = "GET"
    pages: bool = False
    job: bool = False
    version: int | None = None


@dataclass(frozen=True)
class Road:
    """A route, and what to ask on it."""

    route: str
    asks: Callable[[Story], Iterator[Ask]]


def once(path: str) -> Callable[[Story], Iterator[Ask]]:
    def asks(story: Story) -> Iterator[Ask]:
        yield Ask(path)

    return asks


def in_projects(suffix: str, pages: bool = False) -> Callable[[Story], Iterator[Ask]]:
    def asks(story: Story) -> Iterator[Ask]:
        for place in story.places:
            yield Ask(f"{place.path}{suffix}", pages=pages)

    return asks


def of_records(suffix: str, pages: bool = False) -> Callable[[Story], Iterator[Ask]]:
    def asks(story: Story) -> Iterator[Ask]:
        for place, record in records(story):
            yield Ask(f"{place.path}/records/{record.id}{suffix}", pages=pages)

    return asks


def of_parts(name: str, suffix: str) -> Callable[[Story], Iterator[Ask]]:
    """Parts of records that the story has made, on each of its records."""

    def asks(story: Story) -> Iterator[Ask]:
        for place, record in records(story):
            for id_ in place.ids.get(name, [])[:2]:
                yield Ask(f"{place.path}/records/{record.id}/{suffix.format(id=id_)}")

    return asks


def records(story: Story) -> Iterator[tuple[Place, Record]]:
    for place in story.places:
        for record in place.records:
            yield place, record


def names(story: Story, place: Place) -> list[str]:
    """Some names of fields, built-in and custom ones, and paths through references."""
    random = story.random
    through = [
        f"{f.key}.{random.choice([*f.target.named(), *BUILT_IN])}"
        for f in place.fields
        if f.target is not None
    ]
    return [*place.named(), *random.sample(BUILT_IN, 5), *through]


def filters(story: Story, place: Place) -> Iterator[str]:
    for name in names(story, place):
        other = story.random.choice(["alpha", "Zoë", "A", "1", "red"])
        yield story.random.choice([f"{{{name}}} = BLANK()", f"{{{name}}} = '{other}'", f"{{{name}}} > 1",
                                   f"CONTAINS({{{name}}}, 'a')", f"COUNTA({{{name}}}) > 1"])  # fmt: skip


def pages(story: Story) -> Iterator[Ask]:
    for place in story.places:
        path = f"{place.path}/records"
        yield Ask(f"{path}?count=true&limit=2", pages=True)
        yield Ask(f"{path}?deleted=true&count=true")
        yield Ask(f"{path}?list=First&count=true")
        yield Ask(f"{path}?tag=red&count=true")
        yield Ask(f"{path}?fields={','.join(place.named())}")
        yield Ask(
            f"{path}?as_of=2026-11-26T09:03:00Z&count=true&sort={story.random.choice(names(story, place))}"
        )
        yield Ask(f"{path}?as_of=2027-11-26T09:03:00Z&count=true&q=al")
        yield Ask(f"{path}?display=pl&explain=true&limit=2")
        for word in WORDS:
            yield Ask(f"{path}?q={quote(word)}&count=true")
        for view in place.views:
            yield Ask(f"{path}?view={view}&count=true&limit=2", pages=True)
        for name in names(story, place):
            yield Ask(f"{path}?sort={story.random.choice(['', '-'])}{name}&limit=2", pages=True)
            yield Ask(f"{path}?sort={name}&limit=1&explain=true")
            yield Ask(f"{path}?fields={name}&limit=1")
        for condition in filters(story, place):
            yield Ask(f"{path}?filter={quote(condition)}&count=true&limit=2", pages=True)
            yield Ask(f"{path}?filter={quote(condition)}&explain=true&limit=1")
            yield Ask(f"{path}?filter={quote(condition)}&as_of=2026-11-26T09:03:00Z&count=true")


def queries(story: Story) -> Iterator[Ask]:
    for place in story.places:
        for name in names(story, place):
            condition = {"field": name, "op": story.random.choice(["is_empty", "is_not_empty"])}
            yield Ask(
                f"{place.path}/records/query", {"filter": condition, "sort": name, "count": True}, "POST"
            )


def aggregates(story: Story) -> Iterator[Ask]:
    for place in story.places:
        path = f"{place.path}/records/aggregate"
        yield Ask(path, {"group_by": ["list"]}, "POST")
        yield Ask(f"{path}?explain=true", {"group_by": [story.random.choice(names(story, place))]}, "POST")
        for name in names(story, place):
            yield Ask(path, {"group_by": [name]}, "POST")
            function = story.random.choice(["sum", "min", "max", "count", "count_distinct", "average"])
            yield Ask(path, {"measures": {"m": {"function": function, "field": name}}}, "POST")
            yield Ask(path, {"measures": {"m": {"expression": f"COUNTA({{{name}}})"}}}, "POST")
            past = {"group_by": [name], "as_of": "2026-11-26T09:03:00Z"}
            yield Ask(path, past, "POST")


def fields(story: Story) -> Iterator[Ask]:
    for place in story.places:
        for field in place.fields:
            yield Ask(f"{place.path}/fields/{field.key}")
            yield Ask(f"{place.path}/fields/{field.id}")


def candidates(story: Story) -> Iterator[Ask]:
    for place in story.places:
        for field in place.fields:
            if field.target is not None:
                path = f"{place.path}/fields/{field.key}/candidates"
                yield Ask(f"{path}?count=true&limit=2", pages=True)
                yield Ask(f"{path}?q=al&sort=-{story.random.choice(names(story, field.target))}")
                yield Ask(f"{path}?q=al&count=true")


def one_record(story: Story) -> Iterator[Ask]:
    for place, record in records(story):
        path = f"{place.path}/records/{record.id}"
        yield Ask(path)
        yield Ask(f"{path}?deleted=true")
        yield Ask(f"{path}?explain=true&display=pl&render=true")
        yield Ask(f"{path}?as_of=2026-11-26T09:02:00Z")
        yield Ask(f"{path}?as_of=2027-11-26T09:00:00Z")


def bulk(story: Story) -> Iterator[Ask]:
    """What a bulk change would touch: the count of a filter."""
    for place in story.places:
        for name in story.random.sample(names(story, place), 2):
            action = {"set": {"title": "x"}}
            body = {"action": action, "filter": f"{{{name}}} != BLANK()"}
            yield Ask(f"{place.path}/records/bulk/preview", body, "POST")


def exports(story: Story) -> Iterator[Ask]:
    for place in story.places:
        path = f"{place.path}/exports"
        yield Ask(path, {"format": "csv"}, "POST", job=True)
        for name in story.random.sample(names(story, place), 2):
            body = {"format": "jsonl", "filter": f"{{{name}}} != BLANK()", "sort": name}
            yield Ask(path, body, "POST", job=True)


def previews(path: str) -> Callable[[Story], Iterator[Ask]]:
    def asks(story: Story) -> Iterator[Ask]:
        for place in story.places:
            for _ in range(4):
                yield Ask(path.format(dashboard=story.dashboard), story.chart(place), "POST")

    return asks


def of_charts(path: str) -> Callable[[Story], Iterator[Ask]]:
    def asks(story: Story) -> Iterator[Ask]:
        for chart in story.charts:
            asked = path.format(dashboard=story.dashboard, chart=chart)
            yield Ask(asked)
            if asked.endswith("/data"):
                yield Ask(f"{asked}?as_of=2026-11-26T09:03:00Z")

    return asks


def figures(path: str) -> Callable[[Story], Iterator[Ask]]:
    """Which records are behind the figures of charts, and behind some that there may not be."""

    def asks(story: Story) -> Iterator[Ask]:
        for chart in story.charts:
            for figure in ({}, {"group": story.random.choice([None, "A", "First", "red", "alpha"])}):
                yield Ask(path.format(dashboard=story.dashboard, chart=chart), figure, "POST")

    return asks


def of_dashboard(suffix: str) -> Callable[[Story], Iterator[Ask]]:
    def asks(story: Story) -> Iterator[Ask]:
        yield Ask(f"/dashboards/{story.dashboard}{suffix}")

    return asks


def of_files(suffix: str) -> Callable[[Story], Iterator[Ask]]:
    def asks(story: Story) -> Iterator[Ask]:
        for id_ in story.files:
            yield Ask(f"/files/{id_}{suffix}")

    return asks


def searches(story: Story) -> Iterator[Ask]:
    for word in WORDS:
        yield Ask(f"/search?q={quote(word)}&limit=2", pages=True)
        for place in story.places:
            yield Ask(f"/search?q={quote(word)}&project={place.id}")


def entries(name: str, suffix: str = "") -> Callable[[Story], Iterator[Ask]]:
    def asks(story: Story) -> Iterator[Ask]:
        for place in story.places:
            for id_ in getattr(place, name):
                yield Ask(f"{place.path}/{name}/{id_}{suffix}")

    return asks


def backtests(story: Story) -> Iterator[Ask]:
    for place in story.places:
        for id_ in place.automations:
            yield Ask(f"{place.path}/automations/{id_}/backtest", {"from": "2026-11-01"}, "POST")


def people(path: str) -> Callable[[Story], Iterator[Ask]]:
    def asks(story: Story) -> Iterator[Ask]:
        for person in story.people:
            yield Ask(path.format(id=person))

    return asks


def deeds(story: Story) -> Iterator[Ask]:
    """What a reader may try to change: what is refused, and what is answered, may not tell either."""
    random = story.random
    for place in story.places[:-1]:
        for record in random.sample(place.records, min(3, len(place.records))):
            path = f"{place.path}/records/{record.id}"
            other = random.choice(place.records).id
            yield Ask(path, {"title": "Renamed"}, "PATCH", version=1)
            for field in random.sample(place.fields, min(3, len(place.fields))):
                yield Ask(path, {"fields": {field.key: random.choice([None, "A", 1, other])}}, "PATCH")
            yield Ask(f"{path}/move", {"list": "Second", "before": other}, "POST")
            yield Ask(f"{path}/comments", {"body": "From me"}, "POST")
            yield Ask(f"{path}/dependencies", {"relation": "blocked_by", "record_id": other}, "POST")
            yield Ask(f"{path}/copy", {"title": "Copied"}, "POST")
            yield Ask(path, None, "DELETE")
            yield Ask(f"{path}/restore", None, "POST")
            yield Ask(f"{place.path}/records/batch", {"update": [{"id": other, "title": "x"}]}, "POST")
        yield Ask(f"{place.path}/records", {"title": "Mine", "fields": {"level": "A"}}, "POST")
        for name in random.sample(names(story, place), 3):
            config = {"expression": f"COUNTA({{{name}}})"}
            yield Ask(f"{place.path}/fields", {"name": "Mine", "type": "formula", "config": config}, "POST")
            view = {"name": "Mine", "filter": f"{{{name}}} != BLANK()", "sort": name}
            yield Ask(f"{place.path}/views", view, "POST")
            conversion = {"type": "text", "preview": True}
            yield Ask(f"{place.path}/fields/{name}/convert", conversion, "POST")
        yield Ask(f"{place.path}/records?limit=3&count=true", pages=True)
