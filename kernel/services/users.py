"""The people who may sign in. Only administrators make them; the last administrator stays."""

from __future__ import annotations

import unicodedata
from typing import Annotated, Any

import msgspec
from email_validator import EmailNotValidError, validate_email

from kernel.access.actor import Actor
from kernel.access.passwords import Passwords
from kernel.access.version import bump_access
from kernel.clock import Clock, to_milliseconds
from kernel.errors import ConflictError, Fault, ForbiddenError, InvalidInputError, NotFoundError
from kernel.ids import IdGenerator, number_of
from kernel.services.following import OCCASIONS, Occasion
from kernel.services.names import Faults
from kernel.services.regions import LocaleName, TimeZone, checked_locale, checked_time_zone
from kernel.storage.database import Database, Row, Statement, Transaction
from kernel.storage.kernel_rows import KernelRows

Email = Annotated[str, msgspec.Meta(examples=["ewa@example.com"])]
Name = Annotated[str, msgspec.Meta(examples=["Ewa Nowak"])]
Password = Annotated[str, msgspec.Meta(examples=["correct horse battery"])]

Occasions = Annotated[
    list[Occasion],
    msgspec.Meta(description="When to follow a record by yourself.", examples=[["assigned", "mentioned"]]),
]
NotifyByEmail = Annotated[bool, msgspec.Meta(description="Whether notices come by email too.")]

_COLUMNS = (
    "u.id, u.email, u.name, u.admin, u.active, u.created_at, u.auto_follow, u.time_zone, u.locale, "
    "u.notify_by_email"
)
_OWN = frozenset({"name", "password", "auto_follow", "time_zone", "locale", "notify_by_email"})


class User(msgspec.Struct, frozen=True):
    """A user. `created_at` is in milliseconds since 1970; a zone or locale of None was never chosen."""

    id: int
    email: str
    name: str
    admin: bool
    active: bool
    created_at: int
    auto_follow: list[Occasion] = []
    time_zone: str | None = None
    locale: str | None = None
    notify_by_email: bool = False


class UserInput(msgspec.Struct, forbid_unknown_fields=True):
    """A new user; without a password only tokens let it in."""

    email: Email
    name: Name
    password: Password | None = None
    admin: bool = False


class UserPatch(msgspec.Struct, forbid_unknown_fields=True):
    """What to change of a user. Rights, email and activity are for administrators."""

    email: Email | msgspec.UnsetType = msgspec.UNSET
    name: Name | msgspec.UnsetType = msgspec.UNSET
    password: Password | msgspec.UnsetType = msgspec.UNSET
    current_password: Password | msgspec.UnsetType = msgspec.UNSET
    admin: bool | msgspec.UnsetType = msgspec.UNSET
    active: bool | msgspec.UnsetType = msgspec.UNSET
    auto_follow: Occasions | msgspec.UnsetType = msgspec.UNSET
    time_zone: TimeZone | msgspec.UnsetType | None = msgspec.UNSET
    locale: LocaleName | msgspec.UnsetType | None = msgspec.UNSET
    notify_by_email: NotifyByEmail | msgspec.UnsetType = msgspec.UNSET


class UserService:
    """The rules of users."""

    def __init__(
        self, database: Database, rows: KernelRows, ids: IdGenerator, clock: Clock, passwords: Passwords
    ) -> None:
        self._database = database
        self._rows = rows
        self._ids = ids
        self._clock = clock
        self._passwords = passwords

    async def page(
        self, actor: Actor, after: int, limit: int, count: bool = False
    ) -> tuple[list[User], int | None]:
        """Users with ids beyond `after`, up to `limit`, and how many there are in all.

        Administrators see everybody, others themselves and the members of their projects.
        """
        condition, values = self._visible(actor)
        marks = [self._rows.mark(len(values) + n) for n in (1, 2)]
        page = Statement(
            f"SELECT {_COLUMNS} FROM smalt_user u WHERE {condition} AND u.id > {marks[0]} "
            f"ORDER BY u.id LIMIT {marks[1]}",
            [*values, after, limit],
        )
        total = Statement(f"SELECT count(*) FROM smalt_user u WHERE {condition}", values)
        found = await self._database.read(*([page, total] if count else [page]))
        return [_user(row) for row in found[0]], found[1][0][0] if count else None

    async def get(self, actor: Actor, user_id: int) -> User:
        """A user that the actor may see, or NotFoundError."""
        condition, values = self._visible(actor)
        mark = self._rows.mark(len(values) + 1)
        sql = f"SELECT {_COLUMNS} FROM smalt_user u WHERE {condition} AND u.id = {mark}"
        return _one((await self._database.read(Statement(sql, [*values, user_id])))[0])

    async def find(self, tx: Transaction, name: str) -> User:
        """An active user by id or email, whoever asks, or NotFoundError."""
        number = number_of(name)
        column, value = ("email", fold_email(name)) if number is None else ("id", number)
        mark = self._rows.mark(1)
        sql = f"SELECT {_COLUMNS} FROM smalt_user u WHERE u.{column} = {mark}"
        user = _one(await tx.fetch(sql, [value]))
        if not user.active:
            raise NotFoundError("There is no such user.")
        return user

    async def create(self, actor: Actor, data: UserInput) -> User:
        """Make a user. Raises ConflictError when the email is taken."""
        _require_admin(actor)
        faults = Faults()
        email, name = checked_email(data.email, faults), faults.name(data.name)
        faults.check()
        hashed = None if data.password is None else await self._passwords.hash(data.password)
        async with self._database.transaction() as tx:
            return await self.add(tx, self._ids.new(), email, name, hashed, data.admin)

    async def update(self, actor: Actor, user_id: int, data: UserPatch, session: int | None = None) -> User:
        """Change what is given. Rights, email and activity only administrators change.

        A new password ends the sessions of the user, but for `session`, in which it was changed.
        """
        before = await self.get(actor, user_id)
        given = {n: v for n in data.__struct_fields__ if (v := getattr(data, n)) is not msgspec.UNSET}
        current = given.pop("current_password", None)
        _require_allowed(actor, before, given)
        changes = _checked(given)
        if "password" in changes:
            await self._require_current(actor, user_id, current)
            changes["password_hash"] = await self._passwords.hash(changes.pop("password"))
        async with self._database.transaction() as tx:
            await self._apply(tx, user_id, changes, session)
            return _one(await self._fetch(tx, user_id))

    async def delete(self, actor: Actor, user_id: int) -> None:
        """Shut a user out: what it did stays, its tokens and sessions end."""
        _require_admin(actor)
        await self.update(actor, user_id, UserPatch(active=False))

    async def _apply(
        self, tx: Transaction, user_id: int, changes: dict[str, Any], session: int | None
    ) -> None:
        await bump_access(tx)
        if "email" in changes:
            await self.require_free(tx, changes["email"], user_id)
        await self._rows.update(tx, "smalt_user", user_id, changes)
        if changes.get("admin") is False or changes.get("active") is False:
            await self._require_administrator(tx)
        if changes.get("active") is False:
            await tx.execute(f"DELETE FROM smalt_token WHERE user_id = {self._rows.mark(1)}", [user_id])
        if changes.get("active") is False or "password_hash" in changes:
            kept = -1 if session is None or changes.get("active") is False else session
            ended = f"user_id = {self._rows.mark(1)} AND id <> {self._rows.mark(2)}"
            await tx.execute(f"DELETE FROM smalt_session WHERE {ended}", [user_id, kept])

    async def _fetch(self, tx: Transaction, user_id: int) -> list[Row]:
        sql = f"SELECT {_COLUMNS} FROM smalt_user u WHERE u.id = {self._rows.mark(1)}"
        return await tx.fetch(sql, [user_id])

    async def add(
        self, tx: Transaction, user_id: int, email: str, name: str, hashed: str | None, admin: bool
    ) -> User:
        """A new user within a caller's transaction. Raises ConflictError when the email is taken."""
        user = User(user_id, email, name, admin, True, to_milliseconds(self._clock.now()))
        await self.require_free(tx, email, user.id)
        await self._rows.insert(tx, "smalt_user", _row(user) | {"password_hash": hashed})
        return user

    async def require_free(self, tx: Transaction, email: str, user_id: int) -> None:
        """Raise ConflictError when another user has this email."""
        sql = f"SELECT id, active FROM smalt_user WHERE email = {self._rows.mark(1)}"
        for other, active in await tx.fetch(sql, [email]):
            if other != user_id:
                hint = "" if active else " It was shut out; set 'active' to let it in again."
                raise ConflictError(f"There is a user with this email.{hint}")

    async def _require_administrator(self, tx: Transaction) -> None:
        if (await tx.fetch("SELECT count(*) FROM smalt_user WHERE admin AND active"))[0][0] == 0:
            raise ConflictError("This is the last administrator. Make another one first.")

    async def _require_current(self, actor: Actor, user_id: int, current: str | None) -> None:
        """Whoever changes their own password proves that they know it, unless they had none."""
        if actor.user_id != user_id:
            return
        sql = f"SELECT password_hash FROM smalt_user WHERE id = {self._rows.mark(1)}"
        [[row]] = await self._database.read(Statement(sql, [user_id]))
        if row[0] is not None and not await self._passwords.matches(row[0], current or ""):
            fault = Fault("/current_password", "Give your current password.")
            raise InvalidInputError("The current password is not right.", [fault])

    def _visible(self, actor: Actor) -> tuple[str, list[Any]]:
        if actor.admin or actor.user_id is None:
            return "1 = 1", []
        mark = self._rows.mark(1)
        projects = f"SELECT project_id FROM smalt_member WHERE user_id = {mark}"
        if actor.preview is not None:
            projects = ", ".join(map(str, actor.memberships)) or "NULL"
        near = f"SELECT user_id FROM smalt_member WHERE project_id IN ({projects})"
        return f"(u.id = {mark} OR u.id IN ({near}))", [actor.user_id]


def _user(row: Row) -> User:
    id_, email, name, admin, active, created_at, follow, zone, locale, by_email = row
    chosen = [] if follow is None else msgspec.json.decode(follow, type=list[Occasion])
    return User(id_, email, name, bool(admin), bool(active), created_at, chosen, zone, locale, bool(by_email))


def _one(rows: list[Row]) -> User:
    if not rows:
        raise NotFoundError("There is no such user.")
    return _user(rows[0])


def _row(user: User) -> dict[str, Any]:
    return msgspec.structs.asdict(user) | {"auto_follow": _text(user.auto_follow)}


def fold_email(email: str) -> str:
    """The form in which emails are stored and compared."""
    return unicodedata.normalize("NFC", email.strip()).lower()


def checked_email(text: str, faults: Faults) -> str:
    """An email as it is stored."""
    try:
        checked = validate_email(text.strip(), check_deliverability=False, test_environment=True)
    except EmailNotValidError as error:
        faults.add("/email", str(error))
        return text
    return fold_email(checked.normalized)


def _checked(given: dict[str, Any]) -> dict[str, Any]:
    faults = Faults()
    if "email" in given:
        given["email"] = checked_email(given["email"], faults)
    if "name" in given:
        given["name"] = faults.name(given["name"])
    if "auto_follow" in given:
        given["auto_follow"] = _text(given["auto_follow"])
    if (zone := given.get("time_zone")) is not None:
        given["time_zone"] = checked_time_zone(faults, zone)
    if (locale := given.get("locale")) is not None:
        given["locale"] = checked_locale(faults, locale)
    faults.check()
    return given


def _text(occasions: list[Occasion]) -> str | None:
    """As it is stored: in order, nothing for none."""
    chosen = [occasion for occasion in OCCASIONS if occasion in occasions]
    return msgspec.json.encode(chosen).decode() if chosen else None


def _require_admin(actor: Actor) -> None:
    if not actor.admin or "admin" not in actor.scopes:
        raise ForbiddenError("Only administrators may do this, with the scope 'admin'.")


def _require_allowed(actor: Actor, user: User, given: dict[str, Any]) -> None:
    own = actor.user_id == user.id and given.keys() <= _OWN
    if not own:
        _require_admin(actor)
