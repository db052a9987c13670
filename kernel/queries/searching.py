"""Searching: which records have all the words of a text in what their reader may see.

The words of most records stand in an index, each behind the mark of its place (`search_index`).
Records that were touched since, and all of a project whose fields have changed since, are read
themselves.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b

import msgspec

from kernel.errors import BrokenSourceError, ExpressionError
from kernel.queries.compilation import Scope
from kernel.queries.fields import sees_built_in, stored_value
from kernel.queries.frames import Frame
from kernel.schema import Field, Project
from kernel.storage.search_index import mark_of
from kernel.values import TEXT, Kind
from kernel.words import LONGEST_WORD, words

FORM = 1
"""Counts changes of what stands in the index, which is then made anew."""
MOST_WORDS = 12


@dataclass(frozen=True)
class Place:
    """Text of a record: the name of its field, the mark of its words, SQL for the text.

    Comments have no SQL of their own, since a record has many.
    """

    name: str
    mark: str
    sql: str = ""


def fingerprint(project: Project) -> str:
    """What the index of a project depends on beside its records."""
    fields = [(f.id, f.type_key, f.raw_config) for f in project.live_fields if _searchable(f)]
    return blake2b(msgspec.json.encode([FORM, fields]), digest_size=9).hexdigest()


def places(scope: Scope) -> list[Place]:
    """The text that the reader may see, the title first."""
    project = scope.project
    found = []
    for name, kind in (("title", "t"), ("description", "d")):
        if sees_built_in(scope, name):
            found.append(Place(name, mark_of(kind, project.id), scope.column(name)))
    for field in project.live_fields:
        if _searchable(field) and scope.access.sees(field.key):
            sql = _text(scope, field)
            if sql is not None:
                found.append(Place(field.key, mark_of("f", field.id), sql))
    if scope.access.sees("comments"):
        found.append(Place("comments", mark_of("c", project.id)))
    return found


def _searchable(field: Field) -> bool:
    stored = field.columns and not field.columns[0].spec.many
    return bool(stored and field.type is not None and field.type.searchable)


def _text(scope: Scope, field: Field) -> str | None:
    """SQL for what a field reads as; None where that is no text."""
    try:
        value = stored_value(scope, field)
    except (ExpressionError, BrokenSourceError):
        return None
    return value.sql if value.type.kind is Kind.TEXT and value.rows is None else None


class Search:
    """The conditions of one search in one project, for one reader. `text` has words, or nothing is found."""

    def __init__(self, scope: Scope, text: str) -> None:
        compilation, project = scope.compilation, scope.project
        alias = compilation.aliases.new("w")
        self._outer = scope
        self._sql = compilation.dialect.search
        self._scope = Scope(
            compilation, project, Frame(compilation.aliases, f"{project.table} {alias}"), alias
        )
        self._words = words(text)[:MOST_WORDS]
        self._joined = "".join(words(text))[:LONGEST_WORD]
        self._touched = f"SELECT record_id FROM smalt_unsearched WHERE project_id = {project.id}"
        made_for = self._add(fingerprint(project))
        state = f"SELECT 1 FROM smalt_search_state WHERE project_id = {project.id}"
        self._made = f"EXISTS ({state} AND made_for = {made_for})"

    def found(self) -> str:
        """SQL for whether a record has all of the words, each at the beginning of a word of its own;
        outside the title a single letter must be a word."""
        return self._sql.among(self._outer.column("id"), self.ids())

    def ids(self, ranked: bool = False) -> str:
        """A SELECT of the ids, `id`, of the records that have all of the words, whoever may see them.

        By the index; of what was touched since, or all where the fields have changed, by reading. The
        past has no index, and comments have no past. `ranked` adds `place`, a number that is less for
        better ones: the whole title, its beginning, words of the title, other text.
        """
        past = self._scope.compilation.past
        where = [place for place in places(self._scope) if place.sql or not past]
        if not self._words or not where:
            return f"SELECT 0 AS id{', 0 AS place' if ranked else ''} WHERE 1 = 0"
        key, id_ = self._sql.key, self._scope.column("id")
        table = f"{self._scope.project.table} {self._scope.alias}"
        read = self._read(where, self._scope)
        if past:
            return f"SELECT {id_} FROM {table} WHERE {read}"
        anew = f"(SELECT 1 WHERE NOT {self._made}) u"
        titles = [place for place in where if place.name == "title"]
        by_index = f", {_tiers(self._indexed_tiers(titles))} AS place" if ranked else ""
        by_reading = f", {_tiers(self._read_tiers(titles))}" if ranked else ""
        matches = self._sql.matches(self._query(self._terms(where)))
        return (
            f"SELECT {key} AS id{by_index} FROM smalt_search WHERE {matches} "
            f"AND {key} NOT IN ({self._touched}) AND {self._made} "
            f"UNION ALL SELECT {id_}{by_reading} FROM ({self._touched} AND {self._made}) u "
            f"CROSS JOIN {table} WHERE {id_} = u.record_id AND {read} "
            f"UNION ALL SELECT {id_}{by_reading} FROM {anew} CROSS JOIN {table} WHERE {read}"
        )

    def _read_tiers(self, titles: Sequence[Place]) -> list[str]:
        if not titles:
            return []
        joined, text = f"replace(smalt_plain({titles[0].sql}), ' ', '')", self._add(self._joined)
        begins = f"substr({joined}, 1, {len(self._joined)}) = {text}"
        return [f"{joined} = {text}", begins, self._read(titles, self._scope)]

    def _indexed_tiers(self, titles: Sequence[Place]) -> list[str]:
        if not titles:
            return []
        whole, begins = (mark_of(kind, self._scope.project.id) for kind in "eb")
        terms = (
            [[self._sql.term(whole + self._joined, exact=True)]],
            [[self._sql.term(begins + self._joined, exact=False)]],
            self._terms(titles),
        )
        return [self._sql.matches_too(self._query(some)) for some in terms]

    def _terms(self, where: Sequence[Place]) -> list[list[str]]:
        return [[self._sql.term(p.mark + w, _whole(p, w)) for p in where] for w in self._words]

    def _read(self, where: Sequence[Place], scope: Scope) -> str:
        """Each of the words in one of some places, by the text itself."""
        return " AND ".join(f"({' OR '.join(self._reads(where, scope, word))})" for word in self._words)

    def _reads(self, where: Sequence[Place], scope: Scope, word: str) -> Iterator[str]:
        rough = self._add(f"%{word}%")

        def reads(sql: str) -> str:
            """Only where the word may be in it, the text is made plain, which takes long."""
            maybe = f"{self._sql.lower(sql)} LIKE {rough} OR {self._sql.size(sql)} <> length({sql})"
            return f"(({maybe}) AND smalt_plain({sql}) || ' ' LIKE {pattern})"

        for place in where:
            pattern = self._add(f"% {word}{' ' if _whole(place, word) else ''}%")
            if place.sql:
                yield reads(place.sql)
            else:
                of_record = f"sc.record_id = {scope.column('id')} AND sc.deleted_at IS NULL"
                yield f"EXISTS (SELECT 1 FROM smalt_comment sc WHERE {of_record} AND {reads('sc.body')})"

    def _query(self, terms: Sequence[Sequence[str]]) -> str:
        return self._add(self._sql.query(terms))

    def _add(self, text: str) -> str:
        return self._scope.compilation.parameters.add(text, TEXT)


def _whole(place: Place, word: str) -> bool:
    """Whether only the word itself will do: in long texts nearly every letter begins some word."""
    return len(word) == 1 and place.name != "title"


def _tiers(conditions: Sequence[str]) -> str:
    """SQL for the number of the first condition that holds."""
    whens = " ".join(f"WHEN {condition} THEN {number}" for number, condition in enumerate(conditions))
    return f"CASE {whens} ELSE 3 END" if whens else "3"
