"""The people that cells may name: by id, by email, or by a name that only one of them has."""

from __future__ import annotations

from kernel.errors import InvalidValueError
from kernel.storage.database import Database, Statement
from kernel.text_input import fold_name


class People:
    """The active users, for looking up."""

    QUERY = Statement("SELECT id, email, name FROM smalt_user WHERE active")

    def __init__(self, rows: list[tuple[int, str, str]]) -> None:
        self._found: dict[str, int | None] = {}
        for id_, _, name in rows:
            folded = fold_name(name)
            self._found[folded] = None if folded in self._found else id_
        for id_, email, _ in rows:
            self._found[fold_name(email)] = id_
            self._found[str(id_)] = id_

    @classmethod
    async def load(cls, database: Database) -> People:
        (rows,) = await database.read(cls.QUERY)
        return cls([(row[0], row[1], row[2]) for row in rows])

    def find(self, text: str) -> int:
        """The id of a user, or InvalidValueError."""
        folded = fold_name(text)
        if folded not in self._found:
            raise InvalidValueError(f"There is no person '{text[:100]}'.")
        found = self._found[folded]
        if found is None:
            raise InvalidValueError(f"Several people are called '{text[:100]}'; give the email address.")
        return found
