// Inviting people by email, to the server or to a project: the link is shown to be sent to them.

import { api } from "../core/api.js";
import { confirmed } from "../core/dialog.js";
import { fill, h, icon, iconButton } from "../core/dom.js";
import { day } from "../core/format.js";
import { t } from "../core/i18n.js";
import { define, Part } from "../core/part.js";
import { complain } from "../core/toast.js";
import { showSecret } from "../parts/secret.js";
import { heading, tried } from "./part.js";

define("smalt-invitations", class extends Part {
  /** `extra` is the input beside the address; `more()` is what it adds to the invitation. */
  begin(path, extra, more) { Object.assign(this, { path: `${path}/invitations`, extra, more }); }

  connected() {
    this.list = h("ul", { class: "choice-list" });
    const email = h("input", { type: "email", placeholder: t("Email address"), aria: { label: t("Whom to invite") }, autocomplete: "off" });
    const form = h("form", { class: "add-line", novalidate: true }, email, this.extra, h("button", { type: "submit" }, icon("mail"), t("Invite")));
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      if (!email.value.trim() || !await tried(null, () => this.invite(email.value.trim()), null)) return;
      email.value = "";
      this.load();
    });
    fill(this, h("section", { class: "spaced" }, heading(t("Invitations"), t("Who has no account yet comes in by a link, with a password of their own.")), this.list, form));
    this.load();
  }

  async invite(email) {
    const made = await api.post(this.path, { email, ...this.more() });
    showSecret(t("Invitation for {email}", { email }), t("Link"), `${location.origin}/app/invitation#${made.token}`, t("Send this link to them. It works once, until {day}, and is not shown again.", { day: day(made.expires_at) }));
  }

  async load() {
    try {
      const open = (await api.all(this.path, {}, { signal: this.alive })).filter((one) => !one.accepted_at);
      fill(this.list, open.map((one) => h("li", { class: "choice-line" }, icon("mail", 16), h("span", { class: "grow member-name" }, h("strong", { class: "clip" }, one.email), h("span", { class: "soft" }, new Date(one.expires_at) < new Date() ? t("Expired") : t("Valid until {day}", { day: day(one.expires_at) }))),
        iconButton(icon("x", 15), t("Take back the invitation of {email}", { email: one.email }), () => this.revoke(one)))));
    } catch (error) { complain(error); }
  }

  async revoke(one) {
    if (!await confirmed({ title: t("Take back the invitation of {email}?", { email: one.email }), text: t("Its link stops working at once."), action: t("Take back"), danger: true })) return;
    if (await tried(null, () => api.delete(`${this.path}/${one.id}`), null)) this.load();
  }
});

export const invitations = (path, extra, more) => { const part = h("smalt-invitations"); part.begin(path, extra, more); return part; };
