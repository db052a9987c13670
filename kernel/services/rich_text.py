"""Markdown as safe HTML: written by people, so nothing of it is trusted.

Raw HTML in it is shown as text, images are left out, links lead only to the web and to mail. What
comes out is cleaned once more by an allow list.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, MutableMapping, Sequence
from functools import lru_cache
from typing import Any, Final

import nh3
from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.renderer import RendererHTML
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

_MENTION: Final = re.compile(r"@\[([^\[\]\n]{1,200})\]\((\d{1,19})\)")
"""`@[Ewa Nowak](29374920184832)`: a name and the id of a user."""

_EMAIL: Final = re.compile(r"(?<![\w.+-])@([\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4})")
"""`@ewa@example.com`"""

_TAGS: Final = {
    "p", "br", "strong", "em", "s", "code", "pre", "blockquote", "ul", "ol", "li", "a", "hr", "span",
    "h1", "h2", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
_ATTRIBUTES: Final = {"a": {"href", "title"}, "ol": {"start"}, "span": {"class", "data-user"}}
_SCHEMES: Final = {"http", "https", "mailto"}


Mentioned = tuple[set[int], set[str]]
"""Ids and lower-case emails of people."""


class RichText:
    """Renders Markdown. What was rendered lately is kept."""

    def __init__(self, keep: int = 2000) -> None:
        self._markdown = MarkdownIt("commonmark", {"html": False, "breaks": True})
        self._markdown.enable(["table", "strikethrough"]).disable("image")
        self._markdown.inline.ruler.before("link", "mention", _mention)
        self._markdown.add_render_rule("mention", _mention_html)
        self.html = lru_cache(maxsize=keep)(self._html)

    def _html(self, text: str) -> str:
        return nh3.clean(
            self._markdown.render(text),
            tags=_TAGS,
            attributes=_ATTRIBUTES,
            url_schemes=_SCHEMES,
            link_rel="noopener noreferrer nofollow",
        )

    def mentioned(self, text: str) -> Mentioned:
        """Whom a text mentions; what stands in code mentions nobody."""
        ids: set[int] = set()
        emails: set[str] = set()
        for block in self._markdown.parse(text):
            for token in block.children or ():
                if token.type == "mention":
                    ids.add(int(token.meta["user"]))
                elif token.type == "text":
                    emails |= {found[1].lower() for found in _EMAIL.finditer(token.content)}
        return ids, emails


def _mention(state: StateInline, silent: bool) -> bool:
    """An inline rule of markdown-it: whether a mention begins here."""
    found = _MENTION.match(state.src, state.pos)
    if found is None:
        return False
    if not silent:
        token = state.push("mention", "", 0)
        token.content, token.meta = found[1], {"user": found[2]}
    state.pos = found.end()
    return True


def _mention_html(
    renderer: RendererHTML,
    tokens: Sequence[Token],
    index: int,
    options: Mapping[str, Any],
    environment: MutableMapping[str, Any],
) -> str:
    token = tokens[index]
    return f'<span class="mention" data-user="{token.meta["user"]}">@{escapeHtml(token.content)}</span>'
