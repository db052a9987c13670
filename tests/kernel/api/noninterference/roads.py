"""Every way to ask for what is in an installation, as a table: a road that is added needs a line here.

A `Road` belongs to a route and says what to ask on it, after a story. `EXCEPT` names the routes that
are not asked, each with the reason.
"""

from __future__ import annotations

from tests.kernel.api.noninterference.asking import (
    Ask,
    Road,
    aggregates,
    backtests,
    bulk,
    candidates,
    entries,
    exports,
    fields,
    figures,
    in_projects,
    of_charts,
    of_dashboard,
    of_files,
    of_parts,
    of_records,
    once,
    one_record,
    pages,
    people,
    previews,
    queries,
    searches,
)

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
