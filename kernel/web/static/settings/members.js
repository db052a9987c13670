// Who works in a project, and in which role.

import { api } from "../core/api.js";
import { confirmed } from "../core/dialog.js";
import { fill, h, icon, iconButton } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { define, Part } from "../core/part.js";
import { redraw } from "../core/redraw.js";
import { complain } from "../core/toast.js";
import { avatar } from "../parts/avatar.js";
import { emptyState } from "../parts/empty.js";
import { seeAsButton } from "../parts/seeing.js";
import { invitations } from "./invitations.js";
import { heading, tried } from "./part.js";
import { roleName } from "./role_names.js";

define("smalt-members", class extends Part {
  begin(model) { this.model = model; }

  connected() { this.load(); }

  async load() {
    try {
      [this.members, this.roles] = await Promise.all([api.all(`${this.model.path}/members`, {}, { signal: this.alive }), api.all(`${this.model.path}/roles`, {}, { signal: this.alive })]);
      this.draw();
    } catch (error) { complain(error); }
  }

  roleOptions(current) { return this.roles.map((role) => h("option", { value: role.id, selected: role.id === current }, roleName(role))); }

  draw() {
    const who = h("input", { type: "text", placeholder: t("Email address"), aria: { label: t("Email address") }, autocomplete: "off" });
    const role = h("select", { aria: { label: t("Role") } }, this.roleOptions("member"));
    const invited = h("select", { aria: { label: t("Role of who is invited") } }, this.roleOptions("member"));
    const form = h("form", { class: "add-line" }, who, role, h("button", { type: "submit", class: "primary" }, icon("plus"), t("Add")));
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (!who.value.trim() || !await tried(this.model, () => api.post(`${this.model.path}/members`, { user: who.value.trim(), role: role.value }), null)) return;
      who.value = "";
      this.load();
    });
    redraw(this, () => fill(this, heading(t("Members"), t("Who sees this project. What they may do is up to their role.")),
      this.members.length ? h("ul", { class: "choice-list" }, this.members.map((member) => this.line(member))) : emptyState(icon("users", 26), t("No members yet"), t("Administrators see every project. Add whoever else works here.")), form,
      invitations(this.model.path, invited, () => ({ role: invited.value }))));
  }

  line({ user, role }) {
    const current = typeof role === "object" ? role.id : role;
    const select = h("select", { aria: { label: t("Role of {name}", { name: user.name }) }, onChange: async () => { if (!await tried(this.model, () => api.patch(`${this.model.path}/members/${user.id}`, { role: select.value }))) select.value = current; } }, this.roleOptions(current));
    return h("li", { class: "choice-line" }, avatar(user, 26), h("span", { class: "grow member-name" }, h("strong", {}, user.name), h("span", { class: "soft clip" }, user.email)), select,
      seeAsButton({ project: this.model.id, member: user.id }, user.name),
      iconButton(icon("x", 15), t("Take {name} out of the project", { name: user.name }), () => this.removeMember(user)));
  }

  async removeMember(user) {
    if (!await confirmed({ title: t("Take {name} out of the project?", { name: user.name }), text: t("What they did stays. They do not see the project any more."), action: t("Take out"), danger: true })) return;
    if (await tried(this.model, () => api.delete(`${this.model.path}/members/${user.id}`), null)) this.load();
  }
});

export default (model) => { const part = h("smalt-members"); part.begin(model); return part; };
