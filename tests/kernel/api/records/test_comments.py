"""Comments on records, mentions, and the notices they give."""

from __future__ import annotations

from typing import Any

import httpx

from tests.kernel.api.clients import NewClient, user_id
from tests.kernel.api.records.projects import Json, ProjectClient, checked


async def join(project: ProjectClient, client: httpx.AsyncClient, role: str) -> ProjectClient:
    """The project as a new member with this role sees it."""
    body = {"user": user_id(client), "role": role}
    checked(await project.client.post(f"{project.path}/members", json=body), 201)
    return project.seen_by(client)


def path_of(project: ProjectClient, record: Json) -> str:
    return f"{project.path}/records/{record['id']}/comments"


async def comment(project: ProjectClient, record: Json, body: str) -> Json:
    return checked(await project.client.post(path_of(project, record), json={"body": body}), 201)


async def comments(project: ProjectClient, record: Json, **query: Any) -> list[Json]:
    answer = await project.client.get(path_of(project, record), params=query)
    found: list[Json] = checked(answer, 200)["items"]
    return found


async def test_a_comment_from_first_to_last(plain: ProjectClient) -> None:
    record = await plain.add("Acme")
    made = await comment(plain, record, "Hello **world**\r\n")
    assert made["body"] == "Hello **world**\n"
    assert made["html"] == "<p>Hello <strong>world</strong></p>\n"
    assert made["author"]["name"] == "Admin"
    path = f"{path_of(plain, record)}/{made['id']}"
    changed = checked(await plain.client.patch(path, json={"body": "Better"}), 200)
    assert (changed["body"], changed["created_at"]) == ("Better", made["created_at"])
    assert checked(await plain.client.get(path), 200) == changed
    checked(await plain.client.delete(path), 204)
    assert await comments(plain, record) == []
    assert [c["id"] for c in await comments(plain, record, deleted=True)] == [made["id"]]
    checked(await plain.client.get(path), 404)
    checked(await plain.client.patch(path, json={"body": "x"}), 404)
    assert checked(await plain.client.post(f"{path}/restore"), 200) == changed
    assert await comments(plain, record) == [changed]
    kinds = [change["kind"] for change in await plain.history(record)]
    assert kinds == ["record.created", "comment.created", "comment.updated", "comment.deleted",
                     "comment.restored"]  # fmt: skip
    [was, now] = [(await plain.history(record))[2]["changes"][0][side]["body"] for side in ("from", "to")]
    assert (was, now) == ("Hello **world**\n", "Better")


async def test_pages_of_comments(plain: ProjectClient) -> None:
    record, other = await plain.add("a"), await plain.add("b")
    wanted = [(await comment(plain, record, str(n)))["id"] for n in range(5)]
    await comment(plain, other, "elsewhere")
    found, cursor = [], None
    while True:
        query = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = checked(await plain.client.get(path_of(plain, record), params=query), 200)
        found += [c["id"] for c in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert found == wanted


async def test_html_is_safe(plain: ProjectClient) -> None:
    record = await plain.add("a")
    body = (
        "<script>alert(1)</script> <img src=x onerror=alert(1)> [x](javascript:alert(1)) ![p](https://a.b/c)"
        ' [ok](https://a.b "t") `<b>` @[<i>E</i>](12)'
    )
    html = (await comment(plain, record, body))["html"]
    assert "<script" not in html
    assert "<img" not in html
    assert 'href="javascript' not in html
    assert '<a href="https://a.b" title="t" rel="noopener noreferrer nofollow">ok</a>' in html
    assert '<span class="mention" data-user="12">@&lt;i&gt;E&lt;/i&gt;</span>' in html


async def test_refusals(plain: ProjectClient) -> None:
    record = await plain.add("a")
    path = path_of(plain, record)
    for body in ({"body": " \n"}, {"body": "x" * 10_001}, {"body": 5}, {}, {"text": "x"}):
        checked(await plain.client.post(path, json=body), 422)
    for missing in (f"{plain.path}/records/17/comments", f"/projects/17/records/{record['id']}/comments"):
        checked(await plain.client.get(missing), 404)
        checked(await plain.client.post(missing, json={"body": "x"}), 404)


async def test_what_roles_may_do(plain: ProjectClient, new_client: NewClient) -> None:
    record = await plain.add("a")
    ewa = await join(plain, await new_client("ewa"), "commenter")
    jan = await join(plain, await new_client("jan"), "member")
    eye = await join(plain, await new_client("eye"), "viewer")
    made = await comment(ewa, record, "mine")
    path = f"{path_of(plain, record)}/{made['id']}"
    assert [c["author"]["name"] for c in await comments(eye, record)] == ["Ewa"]
    checked(await eye.client.post(path_of(plain, record), json={"body": "x"}), 403)
    for other in (jan, eye):
        checked(await other.client.patch(path, json={"body": "x"}), 403)
        checked(await other.client.delete(path), 403)
    checked(await plain.client.patch(path, json={"body": "x"}), 403)
    checked(await plain.client.delete(path), 204)
    assert await comments(jan, record, deleted=True) == []
    checked(await jan.client.post(f"{path}/restore"), 404)
    checked(await ewa.client.post(f"{path}/restore"), 200)
    stranger = plain.seen_by(await new_client("stranger"))
    checked(await stranger.client.get(path_of(plain, record)), 404)


async def test_comments_that_a_role_hides(plain: ProjectClient, new_client: NewClient) -> None:
    record = await plain.add("a")
    await comment(plain, record, "secret")
    body = {"name": "Outside", "fields": {"comments": "hidden"}, "can": {"comment": True}}
    role = checked(await plain.client.post(f"{plain.path}/roles", json=body), 201)
    ewa = await join(plain, await new_client("ewa"), role["id"])
    checked(await ewa.client.get(path_of(ewa, record)), 404)
    checked(await ewa.client.post(path_of(ewa, record), json={"body": "x"}), 404)
    assert "secret" not in str(await ewa.history(record))


async def test_comments_go_and_come_back_with_their_record(plain: ProjectClient) -> None:
    record = await plain.add("a")
    made = await comment(plain, record, "here")
    await plain.delete(record)
    checked(await plain.client.get(path_of(plain, record)), 404)
    checked(await plain.client.patch(f"{path_of(plain, record)}/{made['id']}", json={"body": "x"}), 404)
    await plain.restore(record)
    assert await comments(plain, record) == [made]


async def test_mentions_leave_notices_for_those_who_see_the_record(
    plain: ProjectClient, new_client: NewClient
) -> None:
    record, other = await plain.add("a"), await plain.add("b")
    ewa = await join(plain, await new_client("ewa"), "member")
    body = {"name": "Narrow", "scope": "{title} = 'b'"}
    role = checked(await plain.client.post(f"{plain.path}/roles", json=body), 201)
    jan = await join(plain, await new_client("jan"), role["id"])
    stranger = await new_client("stranger")
    ids = [user_id(client) for client in (jan.client, stranger, plain.client)]
    text = "@ewa@example.com " + " ".join(f"@[x]({i})" for i in ids)
    made = await comment(plain, record, text)
    await comment(plain, other, f"`@[x]({user_id(ewa.client)})` @[Jan]({ids[0]})")
    [notice] = checked(await ewa.client.get("/notifications"), 200)["items"]
    assert notice["text"] == "Admin mentioned you in a comment."
    assert (notice["project_id"], notice["record_id"]) == (plain.id, record["id"])
    found = checked(await jan.client.get("/notifications"), 200)["items"]
    assert [n["record_id"] for n in found] == [other["id"]]
    for client in (stranger, plain.client):
        assert checked(await client.get("/notifications"), 200)["items"] == []
    path = f"{path_of(plain, record)}/{made['id']}"
    checked(await plain.client.patch(path, json={"body": text + "!"}), 200)
    assert len(checked(await ewa.client.get("/notifications"), 200)["items"]) == 1
    checked(await jan.client.post(f"/notifications/{notice['id']}/read"), 404)
    assert checked(await ewa.client.post(f"/notifications/{notice['id']}/read"), 200)["read_at"]
    assert checked(await ewa.client.get("/notifications?unread=true"), 200)["items"] == []
    path = f"/notifications/{notice['id']}"
    checked(await jan.client.get(path), 404)
    checked(await jan.client.patch(path, json={"read": False}), 404)
    assert checked(await ewa.client.patch(path, json={"read": False}), 200)["read_at"] is None
    assert checked(await ewa.client.patch(path, json={"read": True}), 200)["read_at"]
    assert checked(await ewa.client.get(path), 200)["read_at"]
    assert (await jan.client.post("/notifications/read")).status_code == 204
    assert checked(await jan.client.get("/notifications?unread=true"), 200)["items"] == []
