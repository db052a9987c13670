// Who may sign in to this server; for administrators.

import { api, Problem } from "../core/api.js";
import { dialog, field, placeFaults } from "../core/dialog.js";
import { fill, h, icon } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { define, Part } from "../core/part.js";
import { me } from "../core/session.js";
import { complain } from "../core/toast.js";
import { avatar } from "../parts/avatar.js";
import { invitations } from "../settings/invitations.js";
import { heading, tried } from "../settings/part.js";

define("smalt-users", class extends Part {
  connected() {
    this.className = "narrow-page";
    this.load();
  }

  async load() {
    try {
      const admin = h("input", { type: "checkbox" });
      const users = await api.all("/users", {}, { signal: this.alive });
      fill(this, heading(t("Users"), t("Everybody who may sign in. Projects have members of their own."), h("button", { type: "button", class: "primary", onClick: () => this.add() }, icon("plus"), t("New user"))),
        h("ul", { class: "choice-list" }, users.map((user) => this.line(user))), invitations("", h("label", { class: "check-line" }, admin, t("Administrator")), () => ({ admin: admin.checked })));
    } catch (error) { complain(error); }
  }

  line(user) {
    const own = user.id === me.value.id;
    const check = (label, name, aria) => {
      const input = h("input", { type: "checkbox", checked: user[name], disabled: own, aria: { label: aria }, onChange: async () => { if (!await tried(null, () => api.patch(`/users/${user.id}`, { [name]: input.checked }))) input.checked = !input.checked; } });
      return h("label", { class: "check-line" }, input, label);
    };
    return h("li", { class: "choice-line" }, avatar(user, 26), h("span", { class: "grow member-name" }, h("strong", { class: "clip" }, user.name), h("span", { class: "soft clip" }, user.email)),
      check(t("Administrator"), "admin", t("{name} is an administrator", { name: user.name })), check(t("May sign in"), "active", t("{name} may sign in", { name: user.name })));
  }

  add() {
    const name = field(t("Name"), h("input", { type: "text", maxlength: 200, autofocus: true, autocomplete: "off" }));
    const email = field(t("Email"), h("input", { type: "email", autocomplete: "off" }));
    const password = field(t("First password"), h("input", { type: "text", autocomplete: "off" }), { hint: t("Tell it to them; they can change it in their profile.") });
    const admin = h("input", { type: "checkbox" });
    dialog({
      title: t("New user"), body: h("div", { class: "stack" }, name, email, password, h("label", { class: "check-line" }, admin, t("Administrator"))),
      actions: [{ label: t("Cancel"), run: (close) => close() }, {
        label: t("Make the user"), kind: "primary", submit: true,
        run: async (close) => {
          try {
            await api.post("/users", { name: name.input.value, email: email.input.value, password: password.input.value || null, admin: admin.checked });
          } catch (error) {
            if (!(error instanceof Problem)) throw error;
            throw new Error(placeFaults(error, { "/name": name, "/email": email, "/password": password }) || t("Mend what is marked."));
          }
          close();
          this.load();
        },
      }],
    });
  }
});

export default () => h("smalt-users");
