"""Users, how they sign in, and what they may do where."""

from __future__ import annotations

from piccolo.columns import BigInt, Boolean
from piccolo.table import Table

from kernel.storage.piccolo_engine import ENGINE
from kernel.storage.tables.columns import number, text


class User(Table, tablename="smalt_user", db=ENGINE):
    """A person. `email` is stored in lower case; `auto_follow` is a JSON list of text."""

    id = number(primary_key=True)
    email = text()
    name = text()
    password_hash = text(null=True)
    admin = Boolean(default=False)
    active = Boolean(default=True)
    time_zone = text(null=True)
    locale = text(null=True)
    created_at = number()
    updated_at = number(null=True)
    auto_follow = text(null=True)
    notify_by_email = Boolean(default=False)


class Token(Table, tablename="smalt_token", db=ENGINE):
    """A personal token, known by its hash. `scopes` and `projects` are JSON lists of text."""

    id = number(primary_key=True)
    user_id = number()
    name = text()
    hash = text()
    scopes = text()
    projects = text(null=True)
    created_at = number()
    last_used_at = number(null=True)
    expires_at = number(null=True)


class Session(Table, tablename="smalt_session", db=ENGINE):
    """A signed-in browser, known by the hash of its cookie; `agent` is how it calls itself."""

    id = number(primary_key=True)
    user_id = number()
    hash = text()
    csrf = text()
    created_at = number()
    last_used_at = number(null=True)
    expires_at = number()
    agent = text(null=True)


class Invitation(Table, tablename="smalt_invitation", db=ENGINE):
    """Who may come in by a secret, and as what: known by the hash of the secret."""

    id = number(primary_key=True)
    email = text()
    hash = text()
    admin = Boolean(default=False)
    project_id = number(null=True)
    role = text(null=True)
    role_id = number(null=True)
    created_at = number()
    created_by = number(null=True)
    expires_at = number()
    accepted_at = number(null=True)
    user_id = number(null=True)


class Attempt(Table, tablename="smalt_attempt", db=ENGINE):
    """Failed sign-ins by the hash of what they are counted for, since `began_at`."""

    key = text(primary_key=True)
    began_at = number()
    failures = number()


class Member(Table, tablename="smalt_member", db=ENGINE):
    """Who belongs to a project: with a built-in `role`, or the custom one of `role_id`."""

    project_id = number(primary_key=True)
    user_id = number()
    role = text(null=True)
    role_id = number(null=True)
    created_at = number(null=True)


class Role(Table, tablename="smalt_role", db=ENGINE):
    id = number(primary_key=True)
    project_id = number()
    name = text()
    fields = text()
    scope = text(null=True)
    can = text()
    created_at = number(null=True)
    updated_at = number(null=True)


class Notice(Table, tablename="smalt_notice", db=ENGINE):
    """A message to a user, or to all administrators when `user_id` is empty.

    It goes by email too at `mail_due_at`, if that is given.
    """

    id = number(primary_key=True)
    user_id = number(null=True)
    text = text()
    created_at = number()
    read_at = number(null=True)
    project_id = number(null=True)
    record_id = number(null=True)
    mail_due_at = number(null=True)
    mail_attempts = BigInt(default=0)


TABLES: tuple[type[Table], ...] = (User, Token, Session, Invitation, Attempt, Member, Role, Notice)
