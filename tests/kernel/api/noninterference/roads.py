"""Every way to ask for what is in an installation, as a table: a road that is added needs a line here.

A `Road` belongs to a route and says what to ask on it, after a story. `EXCEPT` names the routes that
are not asked, each with the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from tests.kernel.api.noninterference.story import Place, Record, Story

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


_P = "/projects/{project_id}"
_R = f"{_P}/records/{{record_id}}"
_D = "GET /dashboards/{dashboard_id}"

ROADS: tuple[Road, ...] = (
    Road(f"GET {_P}/records", pages),
    Road(f"POST {_P}/records/query", queries),
    Road(f"POST {_P}/records/aggregate", aggregates),
    Road(f"GET {_R}", one_record),
    Road(f"GET {_R}/history", of_records("/history?limit=2", pages=True)),
    Road(f"GET {_R}/referenced-by", of_records("/referenced-by?count=true")),
    Road(f"GET {_R}/comments", of_records("/comments?count=true")),
    Road(f"GET {_R}/comments", of_records("/comments?deleted=true")),
    Road(f"GET {_R}/comments/{{comment_id}}", of_parts("comment", "comments/{id}")),
    Road(f"GET {_R}/checklists", of_records("/checklists")),
    Road(f"GET {_R}/checklists/{{checklist_id}}", of_parts("checklist", "checklists/{id}")),
    Road(f"GET {_R}/checklists/{{checklist_id}}/items", of_parts("checklist", "checklists/{id}/items")),
    Road(
        f"GET {_R}/checklists/{{checklist_id}}/items/{{item_id}}",
        of_parts("checklist", "checklists/{id}/items/1"),
    ),
    Road(f"GET {_R}/dependencies", of_records("/dependencies")),
    Road(f"GET {_R}/followers", of_records("/followers")),
    Road(f"GET {_R}/reminders", of_records("/reminders")),
    Road(f"GET {_R}/repeat", of_records("/repeat")),
    Road(f"GET {_P}/history", in_projects("/history")),
    Road(f"GET {_P}/fields", in_projects("/fields")),
    Road(f"GET {_P}/fields", in_projects("/fields?deleted=true")),
    Road(f"GET {_P}/fields/{{field_id}}", fields),
    Road(f"GET {_P}/fields/{{field_id}}/candidates", candidates),
    Road(f"GET {_P}/views", in_projects("/views?count=true")),
    Road(f"GET {_P}/views/{{view_id}}", entries("views")),
    Road(f"GET {_P}/lists", in_projects("/lists?count=true")),
    Road(f"GET {_P}/lists/{{list_id}}", entries("lists")),
    Road(f"GET {_P}/tags", in_projects("/tags?count=true")),
    Road(f"GET {_P}/tags/{{tag_id}}", entries("tags")),
    Road(f"GET {_P}/members", in_projects("/members")),
    Road(f"GET {_P}/roles", in_projects("/roles")),
    Road(f"GET {_P}/imports", in_projects("/imports")),
    Road(f"POST {_P}/exports", exports),
    Road(f"POST {_P}/records/bulk/preview", bulk),
    Road(f"GET {_P}/invitations", in_projects("/invitations")),
    Road("GET /dashboards", once("/dashboards")),
    Road(_D, of_dashboard("")),
    Road(f"{_D}/data", of_dashboard("/data")),
    Road(f"{_D}/image.svg", of_dashboard("/image.svg")),
    Road(f"{_D}/members", of_dashboard("/members")),
    Road(f"{_D}/charts", of_dashboard("/charts")),
    Road(f"{_D}/charts/{{chart_id}}", of_charts("/dashboards/{dashboard}/charts/{chart}")),
    Road(f"{_D}/charts/{{chart_id}}/data", of_charts("/dashboards/{dashboard}/charts/{chart}/data")),
    Road(f"{_D}/charts/{{chart_id}}/data.csv", of_charts("/dashboards/{dashboard}/charts/{chart}/data.csv")),
    Road(
        f"{_D}/charts/{{chart_id}}/image.svg", of_charts("/dashboards/{dashboard}/charts/{chart}/image.svg")
    ),
    Road("POST /charts/{chart_id}/records", figures("/charts/{chart}/records")),
    Road(
        "POST /dashboards/{dashboard_id}/charts/{chart_id}/records",
        figures("/dashboards/{dashboard}/charts/{chart}/records"),
    ),
    Road("GET /charts/{chart_id}/data", of_charts("/charts/{chart}/data")),
    Road("GET /charts/{chart_id}/data.csv", of_charts("/charts/{chart}/data.csv")),
    Road("GET /charts/{chart_id}/image.svg", of_charts("/charts/{chart}/image.svg")),
    Road("POST /charts/preview", previews("/charts/preview")),
    Road(
        "POST /dashboards/{dashboard_id}/charts/preview", previews("/dashboards/{dashboard}/charts/preview")
    ),
    Road("POST /charts/preview/image.svg", previews("/charts/preview/image.svg")),
    Road(
        "POST /dashboards/{dashboard_id}/charts/preview/image.svg",
        previews("/dashboards/{dashboard}/charts/preview/image.svg"),
    ),
    Road(f"GET {_P}/automations", in_projects("/automations?count=true")),
    Road(f"GET {_P}/automations/{{automation_id}}", entries("automations")),
    Road(f"GET {_P}/automations/{{automation_id}}/versions", entries("automations", "/versions")),
    Road(f"GET {_P}/automations/{{automation_id}}/runs", entries("automations", "/runs")),
    Road(f"POST {_P}/automations/{{automation_id}}/backtest", backtests),
    Road(f"GET {_P}/forms", in_projects("/forms?count=true")),
    Road(f"GET {_P}/forms/{{form_id}}", entries("forms")),
    Road("GET /webhooks", once("/webhooks")),
    Road("GET /files/{file_id}", of_files("")),
    Road("GET /files/{file_id}/content", of_files("/content")),
    Road("GET /projects", once("/projects?count=true")),
    Road(f"GET {_P}", in_projects("")),
    Road("GET /templates/export", once("/templates/export")),
    Road("GET /search", searches),
    Road("GET /trash", once("/trash?limit=100")),
    Road("GET /trash", lambda story: (Ask(f"/trash?project={p.id}") for p in story.places)),
    Road("GET /notifications", once("/notifications")),
    Road("GET /users/{user_id}", people("/users/{id}")),
    Road("GET /me", once("/me")),
)

_CATALOGUE = "tells of what is installed, not of what anybody has written"
_OWN = "tells of the credentials and accounts that the reader has or administers"
EXCEPT: dict[str, str] = {
    **dict.fromkeys(
        ["GET /actions", "GET /actions/{key}", "GET /chart-types", "GET /chart-types/{key}", "GET /field-types",
         "GET /field-types/{key}", "GET /functions", "GET /importers", "GET /importers/{key}",
         "GET /triggers", "GET /triggers/{key}", "GET /templates", "GET /templates/{key}", "GET /plugins", "GET /plugins/{name}"],
        _CATALOGUE,
    ),
    **dict.fromkeys(["GET /session", "GET /users", "GET /users/{user_id}/tokens", "GET /users/{user_id}/sessions",
                    "GET /invitations"], _OWN),
    "GET /forms/{slug}": "is for everybody alike: it shows what the owner of the form has chosen to show",
    "GET /currency-rates": "is public to all who sign in, and depends on no record",
    f"GET {_P}/members/{{user_id}}": "tells what the list of members tells",
    "GET /notifications/{notice_id}": "tells what the list of notices tells",
    f"GET {_P}/roles/{{role_id}}": "tells what the list of roles tells",
    f"GET {_P}/imports/{{import_id}}": "is for those who import: it tells of the file that they brought",
    f"GET {_P}/imports/{{import_id}}/rejected.csv": "holds rows of the file that the reader brought",
    f"POST {_P}/imports/{{import_id}}/validate": "is for those who import: unique values are told by design",
    f"GET {_D.removeprefix('GET ')}/members/{{user_id}}": "tells what the list of members tells",
    f"GET {_P}/exports": "lists the exports that the reader has made, which are asked for one by one",
    f"GET {_P}/exports/{{export_id}}": "is how a reader waits for what is asked for by POST",
    f"GET {_P}/exports/{{export_id}}/download": "is fetched with what is asked for by POST",
    "POST /templates/plan": "compares with what GET /templates/export tells",
    f"DELETE {_P}/exports/{{export_id}}": "throws away what the reader has made",
    f"GET {_P}/bulk/{{bulk_id}}": "tells how a change of the reader's own goes on",
    f"POST {_P}/exports/{{export_id}}/cancel": "throws away what the reader has made",
    f"GET {_P}/automations/{{automation_id}}/runs/{{run_id}}": "tells what the list of runs tells",
    **dict.fromkeys(
        ["GET /webhooks/{webhook_id}", "GET /webhooks/{webhook_id}/deliveries"],
        "are the reader's own; what they send is looked at by the tests of webhooks",
    ),
    **dict.fromkeys(
        [
            "GET /charts/{chart_id}/image.png",
            f"{_D}/charts/{{chart_id}}/image.png",
            f"{_D}/image.png",
            f"{_D}/image.pdf",
        ],
        "draws what image.svg draws, in a process that takes its time",
    ),
    **dict.fromkeys(
        ["POST /archives", "GET /archives/{archive_id}", "GET /archives/{archive_id}/download",
         "POST /archives/{archive_id}/cancel"],
        "is for those from whom nothing is hidden; its own tests see that others are refused",
    ),
    "GET /events": "never ends; its messages hold no values, and `tests/kernel/api/events` looks at them",
}  # fmt: skip
