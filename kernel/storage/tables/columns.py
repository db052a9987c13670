"""How the kernel's tables write their columns."""

from __future__ import annotations

from piccolo.columns import BigInt, Text


def number(null: bool = False, primary_key: bool = False) -> BigInt:
    return BigInt(default=None, null=null, primary_key=primary_key)


def text(null: bool = False, primary_key: bool = False) -> Text:
    return Text(default=None, null=null, primary_key=primary_key)
