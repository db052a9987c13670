"""A Trello board and an Airtable base, built as their makers document them."""

import io
import json
import zipfile
from typing import Any


def trello() -> bytes:
    """Three cards: one with everything, one archived with its list, one plain."""
    board: dict[str, Any] = {
        "id": "b1", "name": "Sales", "idOrganization": None, "boardStars": [], "labelNames": {"green": "Web"},
        "lists": [
            {"id": "l1", "name": "Doing", "closed": False, "pos": 1, "idBoard": "b1"},
            {"id": "l2", "name": "Old", "closed": True, "pos": 2, "idBoard": "b1"},
        ],
        "labels": [{"id": "g", "name": "Web", "color": "green"}, {"id": "r", "name": "", "color": "red"}],
        "members": [{"id": "m1", "fullName": "Ewa Nowak", "username": "ewa"}, {"id": "m2", "fullName": None, "username": None}],
        "cards": [
            {"id": "c2", "name": "Plain", "desc": "", "idList": "l1", "idLabels": [], "idMembers": [],
             "pos": 200, "closed": False, "due": None, "url": "https://trello.example/c2"},
            {"id": "c1", "name": "Website", "desc": "All *new*", "idList": "l1", "idLabels": ["g", "r"],
             "idMembers": ["m1"], "pos": 100.5, "closed": False, "start": "2026-01-02T08:00:00.000Z",
             "due": "2026-02-03T10:30:00.000Z", "dueComplete": True, "dateLastActivity": "2026-02-01T09:00:00.000Z",
             "url": "https://trello.example/c1",
             "attachments": [{"id": "a1", "name": "plan.pdf", "url": "https://trello.example/plan.pdf", "isUpload": True, "bytes": 5},
                             {"id": "a2", "name": "https://x.example", "url": "https://x.example", "isUpload": False, "bytes": None}],
             "customFieldItems": [{"idCustomField": "f1", "value": {"number": "12.5"}}, {"idCustomField": "f2", "idValue": "o1"},
                                  {"idCustomField": "f3", "value": {"checked": "true"}, "idValue": None},
                                  {"idCustomField": "f4", "value": {"date": "2026-05-06T10:00:00.000Z"}}]},
            {"id": "c3", "name": "Gone", "desc": "", "idList": "l2", "pos": 1, "closed": False, "url": ""},
        ],
        "checklists": [{"id": "k", "idCard": "c1", "name": "Steps", "pos": 1, "checkItems": [
            {"name": "Second", "state": "incomplete", "pos": 2, "due": "2026-03-04T10:00:00.000Z", "idMember": "m1"}, {"name": "First", "state": "complete", "pos": 1}]}],
        "actions": [
            {"type": "commentCard", "date": "2026-01-03T10:00:00.000Z", "data": {"text": "Later", "card": {"id": "c1"}},
             "memberCreator": {"id": "m1", "fullName": "Ewa Nowak", "username": "ewa"}},
            {"type": "updateCard", "date": "2026-01-03T09:00:00.000Z", "data": {"card": {"id": "c1"}}},
            {"type": "odd", "date": "2026-01-03T09:00:00.000Z", "data": {"text": {"of": 1}, "card": None}, "memberCreator": None},
            {"type": "commentCard", "date": "2026-01-02T10:00:00.000Z", "data": {"text": "Earlier", "card": {"id": "c1"}}},
        ],
        "customFields": [{"id": "f1", "name": "Budget", "type": "number"},
                         {"id": "f2", "name": "Size", "type": "list", "options": [{"id": "o1", "value": {"text": "Big"}}, {"id": "o2", "value": {"text": "Small"}}]},
                         {"id": "f3", "name": "Paid", "type": "checkbox"}, {"id": "f4", "name": "URL", "type": "date"}],
    }  # fmt: skip
    return json.dumps(board).encode()


def airtable() -> bytes:
    """Two tables; deals are linked to companies by name."""
    schema = {
        "tables": [
            {"id": "t1", "name": "Companies", "primaryFieldId": "p1", "fields": [
                {"id": "p1", "name": "Name", "type": "singleLineText"}, {"id": "p2", "name": "Email", "type": "email"}]},
            {"id": "t2", "name": "Deals", "primaryFieldId": "d1", "fields": [
                {"id": "d1", "name": "Name", "type": "singleLineText"},
                {"id": "d2", "name": "Company", "type": "multipleRecordLinks", "options": {"linkedTableId": "t1"}},
                {"id": "d3", "name": "Size", "type": "singleSelect", "options": {"choices": [{"id": "a", "name": "New"}, {"id": "b", "name": "Won"}]}},
                {"id": "d4", "name": "Services", "type": "multipleSelects", "options": {"choices": [{"id": "c", "name": "Web"}, {"id": "d", "name": "SEO"}]}},
                {"id": "d5", "name": "Amount", "type": "currency", "options": {"precision": 2, "symbol": "€"}},
                {"id": "d6", "name": "Stars", "type": "rating", "options": {"icon": "star", "max": 5}},
                {"id": "d7", "name": "Total", "type": "formula", "options": {}}]},
        ]
    }  # fmt: skip
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("schema.json", json.dumps(schema))
        archive.writestr("Companies-Grid view.csv", "\ufeffName,Email\nAcme,office@acme.example\n")
        archive.writestr(
            "Deals-Grid view.csv",
            '\ufeffName,Company,Size,Services,Amount,Stars,Total\n"Web, new",Acme,Won,"Web,SEO",€1200.50,4,1\nSmall,,New,,,,\n',
        )
    return file.getvalue()
