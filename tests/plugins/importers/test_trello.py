"""The export of a Trello board."""

import io
import json

import pytest

from kernel.errors import InvalidInputError
from plugins.importers.trello import COLUMNS, TrelloImporter, TrelloOptions
from tests.plugins.importers.boards import trello

IMPORTER = TrelloImporter()


def test_cards_come_in_order_with_all_that_is_theirs() -> None:
    source = io.BytesIO(trello())
    assert IMPORTER.recognises(source.getvalue(), "board.json") == 1.0
    columns = list(IMPORTER.columns(source, TrelloOptions()))
    assert columns == [*COLUMNS, "Budget", "Size", "Paid", "URL (2)"]
    proposed = {name: (p.type, p.config) for name, p in IMPORTER.proposals(source, TrelloOptions()).items()}
    assert proposed == {
        "Size": ("select", {"options": [{"name": "Big"}, {"name": "Small"}]}), "Paid": ("checkbox", {}),
        "URL (2)": ("date", {"time": True}),
    }  # fmt: skip
    rows = [dict(zip(columns, row, strict=True)) for row in IMPORTER.rows(source, TrelloOptions())]  # type: ignore[arg-type]
    assert [row["Title"] for row in rows] == ["Website", "Plain", "Gone"]
    assert {name: rows[0][name] for name in ("List", "Tags", "Members", "Budget", "Size", "Completed at")} == {
        "List": "Doing", "Tags": "Web; red", "Members": "Ewa Nowak", "Budget": "12.5", "Size": "Big",
        "Completed at": "2026-02-01T09:00:00.000Z",
    }  # fmt: skip
    assert json.loads(str(rows[0]["Checklists"])) == [
        {
            "name": "Steps",
            "items": [
                {"title": "First", "done": True},
                {"title": "Second", "done": False, "due": "2026-03-04T10:00:00.000Z", "person": "Ewa Nowak"},
            ],
        }
    ]
    assert (rows[0]["Paid"], rows[0]["URL (2)"], rows[0]["Attachments"]) == (
        "true", "2026-05-06T10:00:00.000Z",
        "plan.pdf (https://trello.example/plan.pdf)\nhttps://x.example (https://x.example)",
    )  # fmt: skip
    assert [c["body"] for c in json.loads(str(rows[0]["Comments"]))] == ["Earlier", "Later"]
    assert [row["Archived"] for row in rows] == [False, False, True]


def test_archived_cards_can_be_left_out() -> None:
    rows = list(IMPORTER.rows(io.BytesIO(trello()), TrelloOptions(archived=False)))
    assert [row[0] for row in rows] == ["Website", "Plain"]  # type: ignore[index]


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b'{"cards": 5, "lists": []}', b"[" * 100_000, b"\xff"])
def test_what_is_no_board_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidInputError, match="no export of a Trello board"):
        IMPORTER.columns(io.BytesIO(data), TrelloOptions())
