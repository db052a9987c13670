"""Checks an automation when somebody saves it, all of its faults together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

import msgspec

from kernel.automations import Action, Due, Matching, Schedule, Timing, Trigger
from kernel.effects import ActionSpec, Effect
from kernel.errors import BrokenSourceError, Fault, InvalidInputError, InvalidValueError, SmaltError
from kernel.expressions.syntax import MAXIMUM_LENGTH
from kernel.fields import Column
from kernel.queries.compilation import root_scope
from kernel.queries.facts import Question, fact_query
from kernel.queries.pages import restrict
from kernel.queries.paths import named_value, start
from kernel.registry import Registry
from kernel.services.automations.asking import Asked, asked_by
from kernel.services.automations.foresight import Foresight, foreseen
from kernel.services.automations.model import Definition, TriggerSpec
from kernel.services.automations.reading import NAMED, Types, field_key, plugin_config
from kernel.services.automations.setting import Setting
from kernel.services.automations.spelling import spelled
from kernel.services.automations.watching import moment_column, next_time
from kernel.services.automations.wording import ACTION, translated
from kernel.services.field_config import decode_config
from kernel.services.filter_texts import with_expressions
from kernel.services.record_input import find_choice
from kernel.text_input import fold_name
from kernel.values import Choice

DEEPEST = 5
"""Actions within actions."""


class DefinitionChecker:
    """Turns what somebody sends into a definition to store.

    `missing_tags` collects, with their projects, the names of tags that are to be made first; then it is
    asked again.
    """

    def __init__(self, types: Types, setting: Setting) -> None:
        self._types = types
        self._at = setting
        self.faults: list[Fault] = []
        self.missing_tags: dict[tuple[int, str], None] = {}

    def definition(
        self, trigger: TriggerSpec, condition: Any, actions: list[ActionSpec]
    ) -> tuple[Definition, Timing | None]:
        """The definition, and what its trigger watches. Raises InvalidInputError with every fault."""
        stored, timing = self._trigger(trigger)
        self._condition(condition, "/condition")
        specs = tuple(self._action(spec, f"/actions/{n}", 0) for n, spec in enumerate(actions))
        if self.faults:
            raise InvalidInputError("The automation is not valid.", self.faults)
        return Definition(stored, condition or None, specs), timing

    def _trigger(self, spec: TriggerSpec) -> tuple[TriggerSpec, Timing | None]:
        item = self._item(self._types.triggers, spec.type, "trigger", "/trigger/type")
        if item is None:
            return spec, None
        config = self._stored(item, spec.config, "/trigger/config", 0)
        timing = None
        if config is not None:
            with_faults = self._collecting("/trigger/config")
            with with_faults:
                timing = item.timing(self._for_plugin(item, config))
                self._watchable(timing)
        return TriggerSpec(spec.type, config or {}), timing

    def _watchable(self, timing: Timing | None) -> None:
        """Raise InvalidInputError for what cannot be watched."""
        if isinstance(timing, Matching):
            self._condition(timing.filter, "/trigger/config/filter")
        elif isinstance(timing, Schedule):
            next_time(timing, self._at.project.time_zone, self._at.now)
        elif isinstance(timing, Due) and timing.after == "field":
            moment_column(self._at.project, timing.field)

    def _action(self, spec: ActionSpec, pointer: str, depth: int) -> ActionSpec:
        item = self._item(self._types.actions, spec.type, "action", f"{pointer}/type")
        if item is None:
            return spec
        if depth > DEEPEST:
            self.faults.append(Fault(pointer, f"Actions may stand in {DEEPEST} others at the most."))
            return spec
        config = self._stored(item, spec.config, f"{pointer}/config", depth)
        if config is not None:
            with self._collecting(f"{pointer}/config"):
                item.check(self._for_plugin(item, config))
            asked = self._questions(item, config, f"{pointer}/config")
            self._look_ahead(item, config, asked, f"{pointer}/config")
        return ActionSpec(spec.type, config or {})

    def _item(self, registry: Registry[Any], key: str, what: str, pointer: str) -> Any:
        found = registry.get(key, self._at.schema.disabled_plugins)
        if found is None:
            near = get_close_matches(key, registry.enabled(self._at.schema.disabled_plugins), n=1)
            hint = f" Did you mean '{near[0]}'?" if near else ""
            self.faults.append(Fault(pointer, f"There is no {what} '{key[:100]}'.{hint}"))
        return found

    def _stored(
        self, item: Trigger[Any] | Action[Any], raw: Mapping[str, Any], pointer: str, depth: int
    ) -> Mapping[str, Any] | None:
        """The config with ids in it; None when something is wrong."""
        before, raw = len(self.faults), spelled(item, raw)
        try:
            raw = with_expressions(item.config_type, raw)
            decode_config(item, raw)
        except InvalidInputError as error:
            self.faults += [_below(f, pointer.removesuffix("/config")) for f in error.faults]
            return None

        def translate(meaning: str, value: Any, place: str) -> Any:
            if meaning == ACTION:
                nested = self._action(msgspec.convert(value, ActionSpec), place, depth + 1)
                return msgspec.to_builtins(nested)
            return self._resolved(meaning, value, place) if isinstance(value, str) else value

        config = translated(raw, item.config_type, translate, pointer)
        return config if len(self.faults) == before and not self.missing_tags else None

    def _for_plugin(self, item: Trigger[Any] | Action[Any], config: Any) -> Any:
        return plugin_config(item, config, self._at.schema, self._at.project)

    def _resolved(self, meaning: str, text: str, pointer: str) -> str:
        known = text.removeprefix(NAMED)
        if known != text and known.isdecimal() and self._resolved_once(meaning, text) is None:
            return NAMED + self._resolve(meaning, known, pointer).removeprefix(NAMED)
        return self._resolve(meaning, text, pointer)

    def _resolved_once(self, meaning: str, text: str) -> str | None:
        """What a text that looks like a stored id means as a name; None when nothing."""
        before, tags = len(self.faults), dict(self.missing_tags)
        found = self._resolve(meaning, text, "")
        named = len(self.faults) == before and self.missing_tags == tags and found != text
        del self.faults[before:]
        self.missing_tags = tags
        return found if named else None

    def _resolve(self, meaning: str, text: str, pointer: str) -> str:
        try:
            match meaning:
                case "list":
                    return _marked(text, find_choice(self._at.project.lists, text, "list"))
                case "tag":
                    return self._tag(text)
                case "field":
                    return self._field(text)
                case "files":
                    return self._files(text)
                case "form":
                    return self._form(text)
                case "dashboard":
                    return self._dashboard(text)
                case "person":
                    return self._person(text)
                case "project":
                    return self._project(text)
        except SmaltError as error:
            self.faults.append(Fault(pointer, error.detail))
        return text

    def _tag(self, text: str) -> str:
        try:
            return _marked(text, find_choice(self._at.project.tags, text, "tag"))
        except InvalidValueError:
            if text.strip().isdecimal() or not text.strip():
                raise
            self.missing_tags[self._at.project.id, text.strip()] = None
            return text

    def _field(self, text: str) -> str:
        scope = root_scope(self._compilation(), self._at.project)
        named_value(scope, text)
        return field_key(self._at.project, text) or text

    def _files(self, text: str) -> str:
        key = self._field(text)
        custom = self._at.project.by_name.get(key)
        if custom is None or not any(column.spec.column is Column.FILE for column in custom.columns):
            raise InvalidValueError(f"'{text[:100]}' is no field of this project that holds files.")
        return key

    def _person(self, text: str) -> str:
        found = self._at.people.get(text.strip().lower())
        if found is None or found.user_id is None:
            raise InvalidValueError(f"There is no person '{text[:100]}'.")
        return found.user_id if text.strip() == found.user_id else NAMED + found.user_id

    def _form(self, text: str) -> str:
        if text.strip() in self._at.forms:
            return text.strip()
        for id_, slug in self._at.forms.items():
            if slug == text.strip():
                return NAMED + id_
        near = get_close_matches(text.strip(), self._at.forms.values(), n=1)
        hint = f" Did you mean '{near[0]}'?" if near else ""
        raise InvalidValueError(f"There is no form '{text[:100]}'.{hint}")

    def _dashboard(self, text: str) -> str:
        known = self._at.dashboards
        if text.strip() in known:
            return text.strip()
        named = [id_ for id_, name in known.items() if fold_name(name) == fold_name(text)]
        if len(named) > 1:
            raise InvalidValueError(f"Several dashboards are called '{text[:100]}'; give the id of one.")
        if not named:
            raise InvalidValueError(f"There is no dashboard '{text[:100]}', or you do not see it.")
        return NAMED + named[0]

    def _project(self, text: str) -> str:
        for project in self._at.schema.projects.values():
            if project.deleted or self._at.actor.access(project.id) is None:
                continue
            if text.strip() == str(project.id):
                return text.strip()
            if fold_name(text) == fold_name(project.name):
                return f"{NAMED}{project.id}"
        raise InvalidValueError(f"There is no project '{text[:100]}'.")

    def _condition(self, condition: Any, pointer: str) -> None:
        if condition in (None, ""):
            return
        with self._collecting(pointer):
            restrict(root_scope(self._compilation(), self._at.project), condition, pointer="/filter")

    def _questions(self, item: Action[Any], config: Any, pointer: str) -> Asked:
        """What the config asks for; faults for what cannot be asked."""
        asked = asked_by(config, item.config_type, pointer)
        for question, place in asked.questions().items():
            with self._collecting(place):
                self._ask(question)
        return asked

    def _ask(self, question: Question) -> None:
        if len(question.text) > MAXIMUM_LENGTH:
            raise InvalidInputError("This is too long.")
        at = self._at
        fact_query(at.schema, at.actor, at.project, [question], at.dialect, at.now)

    def _look_ahead(self, item: Action[Any], config: Any, asked: Asked, pointer: str) -> None:
        """What would go wrong with every record is a fault already now."""
        effects: Sequence[Effect] = ()
        with self._collecting(pointer) if not asked.any() else suppress(Exception):
            # what is asked of the record is made up here: a plan that fails over it says nothing
            effects = item.plan(self._for_plugin(item, config), foreseen(asked, self._at))
        foresight = Foresight(self._at, self.missing_tags)
        for effect in effects:
            with self._collecting(pointer):
                foresight.look(effect)

    def _compilation(self) -> Any:
        return start(self._at.schema, self._at.actor, self._at.dialect, self._at.now)

    def _collecting(self, pointer: str) -> _Collecting:
        return _Collecting(self.faults, pointer)


@dataclass
class _Collecting:
    """Notes what goes wrong inside as a fault at a place."""

    faults: list[Fault]
    pointer: str

    def __enter__(self) -> None:
        pass

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> bool:
        if not isinstance(error, InvalidInputError | BrokenSourceError):
            return False
        found = error.faults[0] if error.faults else None
        detail = error.detail if found is None else found.detail
        position = getattr(error, "position", None) if found is None else found.position
        self.faults.append(Fault(self.pointer, detail, position))
        return True


def _marked(text: str, choice: Choice) -> str:
    return str(choice.id) if text.strip() == str(choice.id) else f"{NAMED}{choice.id}"


def _below(fault: Fault, pointer: str) -> Fault:
    return replace_pointer(fault, pointer + fault.pointer)


def replace_pointer(fault: Fault, pointer: str) -> Fault:
    """The same fault at another place."""
    return Fault(pointer, fault.detail, fault.position)
