// Roles: what their people see and do, field by field.

import { api } from "../core/api.js";
import { confirmed, dialog, field } from "../core/dialog.js";
import { fill, h, icon, iconButton } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { define, Part } from "../core/part.js";
import { seeAs } from "../core/seeing.js";
import { complain } from "../core/toast.js";
import { filterInput } from "../filters/input.js";
import { sentence } from "../filters/tree.js";
import { seeAsButton } from "../parts/seeing.js";
import { heading, tried } from "./part.js";
import { roleName } from "./role_names.js";

const ABILITIES = ["create", "edit", "delete", "comment", "import", "configure"];
const abilities = () => ({ create: t("add records"), edit: t("change records"), delete: t("delete records"), comment: t("comment"), import: t("import files"), configure: t("set up the project") });
const rules = () => [["hidden", t("hidden")], ["read", t("read")], ["edit", t("edit")]];
const BUILT_IN_RULES = ["description", "assignees", "start_date", "due_date", "tags", "list", "checklists", "dependencies", "referenced_by", "comments"];

define("smalt-roles", class extends Part {
  begin(model) { this.model = model; }

  connected() { this.load(); }

  async load() {
    try {
      this.roles = await api.all(`${this.model.path}/roles`, {}, { signal: this.alive });
      this.draw();
    } catch (error) { complain(error); }
  }

  draw() {
    fill(this, heading(t("Roles"), t("What people see and do here. The first five come with every project."), h("button", { type: "button", class: "primary", onClick: () => this.edit(null) }, icon("plus"), t("New role"))),
      h("ul", { class: "choice-list" }, this.roles.map((role) => this.line(role))));
  }

  line(role) {
    const can = ABILITIES.filter((name) => role.can[name]).map((name) => abilities()[name]).join(", ");
    const hidden = Object.entries(role.fields).filter(([key, rule]) => rule === "hidden" && key !== "*").map(([key]) => this.model.column(key)?.name ?? key);
    const words = h("span", { class: "grow field-words" }, h("strong", {}, roleName(role)), h("span", { class: "soft" }, [can || t("only looks on"), hidden.length ? t("does not see {fields}", { fields: hidden.join(", ") }) : null, role.scope ? t("only records where {filter}", { filter: sentence(role.scope, this.model) }) : null].filter(Boolean).join(" · ")),
      role.warnings.map((warning) => h("span", { class: "warning" }, icon("triangle-alert", 13), warning.detail)));
    const look = seeAsButton({ project: this.model.id, role: role.id }, roleName(role));
    if (role.built_in) return h("li", { class: "choice-line" }, h("div", { class: "field-button still" }, words), look);
    return h("li", { class: "choice-line" }, h("button", { type: "button", class: "field-button", onClick: () => this.edit(role) }, words), look, iconButton(icon("trash-2", 15), t("Delete {name}", { name: role.name }), () => this.removeRole(role)));
  }

  edit(role) {
    const { model } = this;
    const chosen = { "*": "edit", ...role?.fields };
    const name = field(t("Name"), h("input", { type: "text", value: role?.name ?? "", maxlength: 200, autofocus: true, placeholder: t("Junior, partner, accountant …") }));
    const filter = filterInput({ model: () => model, value: role?.scope, label: t("Only records where") });
    const scope = field(t("Only records where"), filter.control, { hint: t("Whatever else they may do, they see no other records.") });
    const boxes = ABILITIES.map((key) => h("label", { class: "check-line" }, h("input", { type: "checkbox", value: key, checked: role ? Boolean(role.can[key]) : ["create", "edit", "comment"].includes(key) }), abilities()[key]));
    const rows = [["*", t("Everything else")], ...BUILT_IN_RULES.map((key) => [key, model.column({ start_date: "start_at", due_date: "due_at" }[key] ?? key)?.name ?? builtInName(key)]), ...model.fields.map((known) => [known.key, known.name])];
    const radio = (key, label, rule, word) => h("td", { class: "center" }, h("input", { type: "radio", name: `rule-${key}`, value: rule, checked: chosen[key] === rule, aria: { label: `${label}: ${word}` }, onChange: () => { chosen[key] = rule; } }));
    const row = ([key, label]) => h("tr", {}, h("th", { scope: "row" }, h("span", { class: "clip" }, label)), key === "*" ? h("td", {}) : h("td", { class: "center" }, h("input", { type: "radio", name: `rule-${key}`, checked: !(key in chosen), aria: { label: `${label}: ${t("as everything else")}` }, onChange: () => { delete chosen[key]; } })), rules().map(([rule, word]) => radio(key, label, rule, word)));
    const matrix = h("div", { class: "scroll role-matrix", tabindex: "0", role: "region", aria: { label: t("Fields") } }, h("table", { class: "plain-table" }, h("thead", {}, h("tr", {}, [t("Field"), t("as everything else"), ...rules().map(([, word]) => word)].map((text, index) => h("th", { scope: "col", class: index ? "center" : "" }, text)))), h("tbody", {}, rows.map(row))));
    const save = async () => {
      const can = Object.fromEntries(boxes.map((box) => box.querySelector("input")).map((input) => [input.value, input.checked]));
      const body = { name: name.input.value, fields: chosen, can, scope: filter.read() ?? null };
      return role ? api.patch(`${model.path}/roles/${role.id}`, body) : api.post(`${model.path}/roles`, body);
    };
    dialog({
      title: role ? t("Role “{name}”", { name: role.name }) : t("New role"), wide: true,
      body: h("div", { class: "stack" }, name, h("fieldset", {}, h("legend", { class: "label" }, t("People in this role may")), h("div", { class: "check-grid" }, boxes)), matrix, scope),
      actions: [
        { label: t("Cancel"), run: (close) => close() },
        { label: t("Save and see as"), run: async () => { const saved = await save(); seeAs({ project: model.id, role: saved.id }, saved.name); } },
        { label: t("Save"), kind: "primary", submit: true, run: async (close) => { await save(); close(); this.load(); } },
      ],
    });
  }

  async removeRole(role) {
    if (!await confirmed({ title: t("Delete “{name}”?", { name: role.name }), text: t("Nobody may have this role then."), action: t("Delete"), danger: true })) return;
    if (await tried(this.model, () => api.delete(`${this.model.path}/roles/${role.id}`), null)) this.load();
  }
});

const builtInName = (key) => ({ description: t("Description"), assignees: t("Assignees"), start_date: t("Start"), due_date: t("Due"), tags: t("Tags"), checklists: t("Checklists"), dependencies: t("Dependencies"), referenced_by: t("Referenced by"), comments: t("Comments") }[key] ?? key);

export default (model) => { const part = h("smalt-roles"); part.begin(model); return part; };
