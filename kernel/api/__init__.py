"""The REST API: thin controllers over the kernel's services.

How to write a controller (`kernel/api/controllers/<name>.py`, listed in `kernel/api/routes.py`):

    class TagsController(Controller):
        path = "/projects/{project_id:str}/tags"          # below /api/v1
        tags = ["Tags"]

        @get(summary="List the tags of a project")
        async def all(self, kernel: Kernel, actor: Actor, paging: Paging, project_id: Id) -> Page[TagView]:
            found = await kernel.tags.all(actor, identifier(project_id))
            return paging.slice([view(t) for t in found], key=lambda t: (int(t.id),))

        @post(summary="Add a tag")                          # 201
        async def add(
            self, kernel: Kernel, actor: Actor, project_id: Id, data: JSONBody[TagInput]
        ) -> TagView: ...

        @delete("/{tag_id:str}", summary="Move a tag to the trash")   # 204, returns None
        async def remove(self, kernel: Kernel, actor: Actor, project_id: Id, tag_id: Id) -> None: ...

- By name a handler may ask for `kernel: Kernel`, `actor: Actor` (signed in, with its rights; hand it to the
  service first) and `paging: Paging`, all three imported from `kernel.api.injected` (there they
  carry their markers).
- Litestar's markers are a must everywhere (bare parameters are a deprecation, and warnings are errors).
  Path identifiers: `Id` from `kernel.api.paths`, which is text; `identifier(text)` gives the int or 404.
  Other path parameters: `FromPath[str]`.
- Bodies: `data: JSONBody[SomeStruct]` (`litestar.params`), a `msgspec.Struct` with
  `forbid_unknown_fields=True`. They are decoded strictly by `kernel.api.decoding`: several faults at once,
  unknown members with the nearest name.
  In PATCH structs every member is `T | msgspec.UnsetType = msgspec.UNSET`. Free JSON:
  `data: JSONBody[dict[str, Any]]`.
  Uploads: `MultipartBody[...]` with `dto=None` and `request_max_body_size=` on the handler.
- Query parameters: `q: FromQuery[str | None] = None`, or `Annotated[str | None, QueryParameter(...)]`. What a
  handler does not name is refused.
- Answers: return a Struct (`id: str`; times RFC 3339); lists as `Page[...]`, either
  `paging.slice(...)` for what is in memory, or `paging.after()` → key or None into SQL, fetch
  `paging.limit + 1` rows, `paging.page(rows, key=...)`.
  Ready JSON leaves as `json_bytes(raw)` from `kernel.api.answers`.
- Faults: raise `kernel.errors`, never a status; `kernel.api.problems` holds the one table.
- Rights: GET and HEAD need scope `read`, all else `write`. Marks from `kernel.api.marks` change that:
  `opt=READS` for POSTs that only read (query, aggregate, validate), `opt=ADMIN` for administration,
  `opt=PUBLIC` for no sign-in. `opt=DEFERRED` (record reads) skips the check whether rights changed: such
  a handler must read `ACCESS_VERSION` (a Statement from `kernel.access.version`) in the same
  `database.read` and call `check_version(actor, rows)`; the raised `StaleAccessError` makes the middleware
  sign in afresh and run the handler once more. Marks combine: `opt=READS | DEFERRED`.
- Every operation has a `summary`, and a `description` where the summary does not say it all. Give body
  Structs examples with `msgspec.Meta(examples=[...])` on members; the document shows them.
"""
