"""Random projects, roles and histories, told to two worlds that differ in what the reader must not see.

What is hidden: the values of fields that the role hides, and whatever belongs to records out of the
role's scope or to projects that the reader is no member of. That a record was changed is no secret
(its version tells), so both worlds change at the same times; how many hidden records there are is
one, so they are not equally many.
"""

from __future__ import annotations

from random import Random

from tests.kernel.api.noninterference.places import (
    HIDEABLE,
    LEVELS,
    LISTS,
    OPTIONS,
    PLAIN,
    SCOPES,
    TAGS,
    TEXTS,
    VALUES,
    Field,
    Place,
    Record,
)
from tests.kernel.api.noninterference.worlds import Json, Pair


class Story:
    """Tells one random story to a pair of worlds. Administrators write; `reader` will read."""

    def __init__(self, pair: Pair, random: Random, number: int) -> None:
        self.pair = pair
        self.random = random
        self.number = number
        self.reader = f"reader{number}"
        self.places: list[Place] = []
        self.people: list[str] = []
        self.dashboard = ""
        self.charts: list[str] = []
        self.files: list[str] = []
        self._counter = 0

    async def tell(self) -> None:
        """Everything that happens before the reader asks."""
        self.people = [await self.pair.add_user(self.reader), await self.pair.add_user(f"other{self.number}")]
        junk = await self._project("Junk")
        junk.member = False
        for name in ("Customers", "Deals", "Deliveries")[: self.random.randint(2, 3)]:
            self.places.append(await self._project(name))
            await self._add_fields(self.places[-1])
        for place in self.places:
            await self._admit(place)
        for place in self.places:
            for _ in range(self.random.randint(3, 5)):
                await self._add_record(place)
        for place in self.places:
            await self._add_views(place)
            await self._add_automation(place)
            await self._add_form(place)
        for _ in range(self.random.randint(8, 14)):
            await self._event()
        await self._add_dashboard()
        for place in self.places:
            await self._add_files(place)
        for place in self.places:
            await self._add_unequally(place, junk)
        if self.random.random() < 0.5:
            await self.pair.index()
        self.places.append(junk)

    def maybe(self, chance: float) -> bool:
        return self.random.random() < chance

    async def _project(self, name: str) -> Place:
        made = await self.pair.make("POST", "/projects", {"name": f"{name} {self.number}"})
        place = Place(made["id"])
        for title in LISTS:
            made = await self.pair.make("POST", f"{place.path}/lists", {"name": title})
            place.lists.append(made["id"])
        for title in TAGS:
            made = await self.pair.make("POST", f"{place.path}/tags", {"name": title})
            place.tags.append(made["id"])
        return place

    # Fields
    async def _add_fields(self, place: Place) -> None:
        await self._field(place, "Level", "select", OPTIONS)
        for kind in self.random.sample(sorted(PLAIN), self.random.randint(3, 6)):
            await self._field(place, kind.replace("_", " "), kind, PLAIN[kind])
        for target in self.places:
            many = self.maybe(0.5)
            if target is place and not self.maybe(0.3):
                continue
            config = {"project_id": target.id, "multiple": many}
            await self._field(place, f"ref {len(place.fields)}", "reference", config, target, many)
        for _ in range(self.random.randint(3, 6)):
            kind, config = self._derivation(place)
            await self._field(place, f"{kind} {len(place.fields)}", kind, config)
        for target in self.places[:-1]:
            if self.maybe(0.6):
                measure = {"function": "count"}
                config = {"source": "referenced_by", "project_id": place.id, "measure": measure}
                await self._field(target, f"back {len(target.fields)}", "rollup", config)

    async def _field(
        self,
        place: Place,
        name: str,
        kind: str,
        config: Json,
        target: Place | None = None,
        many: bool = False,
    ) -> None:
        body = {"name": name, "type": kind, "config": config}
        made = await self.pair.make("POST", f"{place.path}/fields", body)
        if made is not None:
            place.fields.append(Field(made["id"], made["key"], kind, target, many))

    def _derivation(self, place: Place) -> tuple[str, Json]:
        random, references = self.random, [f for f in place.fields if f.target is not None]
        stored = [f.key for f in place.fields if f.kind != "reference"]
        built_in = ["title", "list", "tags", "description", "assignees", "created_by", "due_at"]
        kind = random.choice(
            ["lookup", "lookup", "rollup", "formula", "formula"] if references else ["formula"]
        )
        if kind == "formula":
            one, two = random.choice(stored), random.choice([*stored, *built_in])
            paths = [
                f"{r.key}.{random.choice([*r.target.named(), *built_in])}" for r in references if r.target
            ]
            path = random.choice([two, *paths])
            forms = (
                f'IF({{{one}}} = BLANK(), "none", "some")', f'CONCATENATE({{{path}}}, "!")', f"{{{path}}}",
                f"COUNTA({{{path}}})", f"{{{one}}} + 1", f"{{{one}}} = {{{two}}}", f"SUM({{{path}}})",
            )  # fmt: skip
            return kind, {"expression": random.choice(forms)}
        reference = random.choice(references)
        assert reference.target is not None
        name = random.choice([*reference.target.named(), *built_in, "referenced_by"])
        if kind == "lookup":
            return kind, {"reference": reference.key, "field": name}
        measure = {
            "function": random.choice(["count", "sum", "min", "max", "count_distinct", "join"]),
            "field": name,
        }
        config: Json = {"source": reference.key, "measure": measure}
        if self.maybe(0.3):
            config["filter"] = f"{{{random.choice(list(reference.target.named()))}}} != BLANK()"
        return kind, config

    # The reader
    async def _admit(self, place: Place) -> None:
        place.member = self.maybe(0.85)
        if not place.member:
            return
        place.rules = {"*": self.random.choice(["edit", "edit", "read"])}
        if self.maybe(0.15):
            place.rules = {"*": "hidden", "title": "read", "level": "edit"}
        for name in place.named():
            if self.maybe(0.35):
                place.rules[name] = self.random.choice(["hidden", "hidden", "read"])
        for name in HIDEABLE:
            if self.maybe(0.12):
                place.rules[name] = "hidden"
        place.scope = self.random.choice(SCOPES)
        can = {"create": True, "edit": True, "delete": True, "comment": True, "configure": self.maybe(0.2)}
        role = {"name": "Role", "fields": place.rules, "scope": place.scope, "can": can}
        made = await self.pair.make("POST", f"{place.path}/roles", role)
        place.role = made["id"]
        member = {"user": self.people[0], "role": made["id"]}
        await self.pair.make("POST", f"{place.path}/members", member)

    # Records
    def _value(self, kind: Field) -> Json:
        if kind.kind == "user":
            return self.random.choice([None, *self.people])
        if kind.target is not None:
            ids = [r.id for r in kind.target.records if not r.deleted]
            chosen = self.random.sample(ids, min(len(ids), self.random.randint(0, 2)))
            return chosen if kind.many else (chosen[0] if chosen else None)
        return self.random.choice(VALUES[kind.kind])

    def _body(self, place: Place, record: Record) -> Json:
        """Values of a whole record, but for what the scopes ask for."""
        fields = {
            f.key: self._value(f) for f in place.fields
            if not f.derived and f.kind != "unique_id" and f.key != "level"
        }  # fmt: skip
        self._counter += 1
        moments = [None, "2026-12-01T09:00:00Z", "2027-01-01T09:00:00Z"]
        return {
            "title": f"{self.random.choice(TEXTS)} {self.random.choice(['', 'one', str(self._counter)])}",
            "description": self.random.choice([None, *TEXTS]),
            "assignees": self.random.sample(self.people, self.random.randint(0, 2)),
            "due_at": self.random.choice(moments), "start_at": None,
            "completed_at": self.random.choice(moments),
            "list": record.list, "tags": record.tags, "fields": fields | {"level": record.level},
        }  # fmt: skip

    def _differing(self, place: Place, record: Record, body: Json) -> Json:
        """The same record in the other world: other values where the reader sees none."""
        if not place.member:
            return self._body(place, record)
        if not record.seen:
            return self._body(place, record)
        other, changed = self._body(place, record), dict(body)
        rules = {"due_at": "due_date", "start_at": "start_date"}
        for name in ("title", "description", "assignees", "due_at", "start_at", "completed_at"):
            if place.hides(name) or place.hides(rules.get(name, name)):
                changed[name] = other[name]
        hidden = {f.key for f in place.fields if place.hides(f.key)}
        changed["fields"] = body["fields"] | {k: v for k, v in other["fields"].items() if k in hidden}
        return changed

    async def _add_record(self, place: Place) -> None:
        record = Record(
            "", True, self.random.choice(LEVELS), self.random.choice(LISTS),
            self.random.sample(TAGS, self.random.randint(0, 2)),
        )  # fmt: skip
        record.seen = place.member and place.lets_through(record)
        body = self._body(place, record)
        made = await self.pair.make(
            "POST", f"{place.path}/records", body, self._differing(place, record, body)
        )
        assert made is not None, body
        record.id = made["id"]
        place.records.append(record)

    async def _add_unequally(self, place: Place, junk: Place) -> None:
        """A hidden record, in one world only, that refers to seen ones."""
        for level, title, tags in (("C", "Second", []), ("B", "First", ["green"])):
            record = Record("", False, level, title, list(tags))
            numbered = any(f.kind == "unique_id" for f in place.fields)
            if numbered or (place.member and place.lets_through(record)):
                continue
            body = self._body(place, record)
            here, there = f"{place.path}/records", f"{junk.path}/records"
            first = await self.pair._send(self.pair.one, "POST", here, body, "admin")
            second = await self.pair._send(self.pair.other, "POST", there, {"title": "x"}, "admin")
            assert first.json["id"] == second.json["id"]
            record.id = first.json["id"]
            place.records.append(record)
            return

    async def _add_views(self, place: Place) -> None:
        for _ in range(2):
            one, two = (self.random.choice([*place.named(), "title"]) for _ in range(2))
            body = {"name": "View", "shared": True, "filter": f"{{{one}}} != BLANK()", "sort": f"-{two}",
                    "fields": list({one, two})}  # fmt: skip
            made = await self.pair.make("POST", f"{place.path}/views", body)
            if made is not None:
                place.views.append(made["id"])

    async def _add_automation(self, place: Place) -> None:
        """One that is off: it must not act between two requests."""
        name = self.random.choice([*place.named()])
        body = {"name": "Rule", "enabled": False, "condition": f"{{{name}}} != BLANK()",
                "trigger": {"type": "record_created", "config": {}},
                "actions": [{"type": "add_tag", "config": {"tag": "red"}}]}  # fmt: skip
        made = await self.pair.make("POST", f"{place.path}/automations", body)
        if made is not None:
            place.automations.append(made["id"])

    async def _add_form(self, place: Place) -> None:
        """One over plain fields, with a condition over one that the reader may not see."""
        names = [f.key for f in place.fields if f.kind in PLAIN]
        fields: list[Json] = [{"field": "title"}, *({"field": name} for name in names)]
        if names:
            fields.append({"field": "description", "visible_if": f"{{{names[0]}}} != BLANK()"})
        made = await self.pair.make("POST", f"{place.path}/forms", {"name": "Ask", "fields": fields})
        if made is not None:
            place.forms.append(made["id"])

    def chart(self, place: Place) -> Json:
        """The config of some chart, which may not make sense."""
        names = [*place.named(), "title", "list", "tags", "assignees"]
        source: Json = {"project_id": place.id}
        if self.maybe(0.3):
            source["filter"] = f"{{{self.random.choice(names)}}} != BLANK()"
        function = self.random.choice(["count", "sum", "min", "max"])
        measure = {"function": function} | (
            {} if function == "count" else {"field": self.random.choice(names)}
        )
        config = {"sources": [source], "measure": measure, "group_by": {"field": self.random.choice(names)}}
        return {"type": self.random.choice(["bar", "pie"]), "config": config}

    async def _add_dashboard(self) -> None:
        """One by somebody who sees everything, shared with the reader."""
        made = await self.pair.make("POST", "/dashboards", {"name": f"Board {self.number}"})
        self.dashboard = made["id"]
        for place in self.places:
            for _ in range(3):
                body = self.chart(place) | {"title": "Chart"}
                made = await self.pair.make("POST", f"/dashboards/{self.dashboard}/charts", body)
                if made is not None:
                    self.charts.append(made["id"])
        member = {"user": self.people[0], "role": "view"}
        await self.pair.make("POST", f"/dashboards/{self.dashboard}/members", member)

    async def _add_files(self, place: Place) -> None:
        """A file in a field of some record."""
        before = len(place.fields)
        await self._field(place, "Papers", "file", {})
        record = self.random.choice(place.records)
        if len(place.fields) == before or record.deleted:
            return
        hidden = not record.seen or place.rules.get("*") == "hidden"
        file_id = await self.pair.upload("a.txt", b"alpha", b"omega" if hidden else b"alpha")
        body = {"fields": {"papers": [file_id]}}
        assert await self.pair.make("PATCH", self._path(place, record), body) is not None
        self.files.append(file_id)

    # What happens
    async def _event(self) -> None:
        place = self.random.choice(self.places)
        record = self.random.choice(place.records)
        deeds = [
            self._change,
            self._change,
            self._comment,
            self._check,
            self._depend,
            self._trash,
            self._reorder,
        ]
        await self.random.choice(deeds)(place, record)

    def _path(self, place: Place, record: Record) -> str:
        return f"{place.path}/records/{record.id}"

    async def _change(self, place: Place, record: Record) -> None:
        """Some values, always with one that changes in both worlds."""
        body = self._body(place, record)
        other = self._differing(place, record, body)
        self._counter += 1
        for sent in (body, other):
            sent["start_at"] = f"2028-01-01T09:00:{self._counter % 60:02}Z"
        await self.pair.make("PATCH", self._path(place, record), body, other)

    async def _comment(self, place: Place, record: Record) -> None:
        text = {"body": self.random.choice(TEXTS)}
        hidden = place.hides("comments") or not record.seen
        other = {"body": self.random.choice(TEXTS)} if hidden else text
        made = await self.pair.make("POST", f"{self._path(place, record)}/comments", text, other)
        if made is not None:
            place.ids.setdefault("comment", []).append(made["id"])

    async def _check(self, place: Place, record: Record) -> None:
        name = {"name": self.random.choice(TEXTS)}
        hidden = place.hides("checklists") or not record.seen
        other = {"name": self.random.choice(TEXTS)} if hidden else name
        path = f"{self._path(place, record)}/checklists"
        made = await self.pair.make("POST", path, name, other)
        if made is not None:
            item = {"title": self.random.choice(TEXTS), "done": self.maybe(0.5)}
            other = {"title": self.random.choice(TEXTS), "done": self.maybe(0.5)} if hidden else item
            await self.pair.make("POST", f"{path}/{made['id']}/items", item, other)
            place.ids.setdefault("checklist", []).append(made["id"])

    async def _depend(self, place: Place, record: Record) -> None:
        there = self.random.choice(self.places)
        body = {
            "relation": "blocks",
            "record_id": self.random.choice(there.records).id,
            "project_id": there.id,
        }
        await self.pair.make("POST", f"{self._path(place, record)}/dependencies", body)

    async def _trash(self, place: Place, record: Record) -> None:
        if record.deleted:
            await self.pair.make("POST", f"{self._path(place, record)}/restore")
        else:
            await self.pair.make("DELETE", self._path(place, record))
        record.deleted = not record.deleted

    async def _reorder(self, place: Place, record: Record) -> None:
        await self.pair.make("POST", f"{self._path(place, record)}/move", {"position": "first"})
