"""Files of a record."""

from __future__ import annotations

import msgspec
import pytest

from kernel.fields import Column, FileLimits, ParseContext
from kernel.plugin_api import InvalidValueError
from plugins.fields.file import FileConfig, FileField

FIELD = FileField()


def test_ids_in_any_shape_are_taken_each_once() -> None:
    config, context = FileConfig(), ParseContext()
    assert FIELD.parse(["12", {"id": "7"}, "12"], config, context) == ["12", "7"]
    assert FIELD.parse("12, 7", config, context) == ["12", "7"]
    assert FIELD.parse([], config, context) == []
    for junk in ("contract.pdf", ["٣"], ["1" * 20], {"name": "a.pdf"}, 12):
        with pytest.raises(InvalidValueError):
            FIELD.parse(junk, config, context)


def test_the_config_limits_number_size_and_types() -> None:
    config = FileConfig(max_count=2, max_size=1000, allowed_types=("image/*",))
    (spec,) = FIELD.columns(config)
    assert (spec.column, spec.many, spec.files) == (Column.FILE, True, FileLimits(1000, ("image/*",)))
    assert FIELD.parse(["1", "2"], config, ParseContext()) == ["1", "2"]
    with pytest.raises(InvalidValueError, match="at most 2"):
        FIELD.parse(["1", "2", "3"], config, ParseContext())
    for raw in ({"max_count": 0}, {"allowed_types": ["pdf"]}, {"allowed_types": ["*/*"]}, {"max_size": 0}):
        with pytest.raises(msgspec.ValidationError):
            msgspec.convert(raw, FileConfig)
