// One's own name, password, language, time zone, theme and tokens.

import { api, Problem } from "../core/api.js";
import { confirmed, dialog, field, placeFaults } from "../core/dialog.js";
import { fill, h, icon, iconButton } from "../core/dom.js";
import { ago, day, timeZone } from "../core/format.js";
import { chooseLanguage, language, LANGUAGES, t } from "../core/i18n.js";
import { define, Part } from "../core/part.js";
import { me } from "../core/session.js";
import { chooseTheme, theme } from "../core/theme.js";
import { complain, toast } from "../core/toast.js";
import { avatar } from "../parts/avatar.js";
import { showSecret } from "../parts/secret.js";

define("smalt-profile", class extends Part {
  connected() {
    this.tokens = h("div", {});
    this.sessions = h("ul", { class: "sessions" });
    fill(this, h("div", { class: "narrow-page settings" },
      h("header", { class: "page-head" }, h("div", { class: "row" }, avatar(me.value, 40), h("div", {}, h("h1", {}, me.value.name), h("span", { class: "soft" }, me.value.email)))),
      h("section", {}, h("h2", {}, t("You")), this.nameForm()),
      h("section", {}, h("h2", {}, t("Appearance and language")), this.look(), this.byEmail()),
      h("section", {}, h("h2", {}, t("Password")), this.passwordForm()),
      h("section", {}, h("div", { class: "page-head" }, h("h2", {}, t("Tokens")), h("button", { type: "button", onClick: () => this.newToken() }, icon("plus"), t("New token"))), h("p", { class: "hint" }, t("Programs use tokens to work with the REST API in your name."), " ", h("a", { href: "/app/webhooks" }, t("Webhooks tell them what happens."))), this.tokens),
      h("section", {}, h("h2", {}, t("Where you are signed in")), this.sessions)));
    this.loadSessions();
    this.loadTokens();
  }

  nameForm() {
    const name = field(t("Name"), h("input", { type: "text", value: me.value.name, autocomplete: "name", maxlength: 200 }));
    return this.form([name], t("Save"), async () => {
      await api.patch(`/users/${me.value.id}`, { name: name.input.value });
      me.value = { ...me.value, name: name.input.value };
      toast(t("Saved."), { kind: "good" });
    }, { "/name": name });
  }

  look() {
    const choose = (label, options, value, change) => field(label, h("select", { onChange: (event) => change(event.target.value) }, Object.entries(options).map(([code, text]) => h("option", { value: code, selected: code === value }, text))));
    const zones = Intl.supportedValuesOf?.("timeZone") ?? [timeZone.value];
    const all = Object.fromEntries([...new Set([timeZone.value, ...zones])].sort().map((zone) => [zone, zone.replaceAll("_", " ")]));
    return h("div", { class: "form-grid" },
      choose(t("Language"), LANGUAGES, language.value, (code) => this.keep({ locale: code }, () => chooseLanguage(code))),
      choose(t("Theme"), { system: t("As the system"), light: t("Light"), dark: t("Dark") }, theme.value, chooseTheme),
      choose(t("Time zone"), all, timeZone.value, (zone) => this.keep({ time_zone: zone }, () => { localStorage.setItem("smalt.zone", zone); timeZone.value = zone; })));
  }

  byEmail() {
    const input = h("input", { type: "checkbox", role: "switch", checked: me.value.notify_by_email, onChange: () => this.keep({ notify_by_email: input.checked }, () => toast(t("Saved."), { kind: "good" })) });
    return h("label", { class: "check-line" }, input, t("Send my notifications by email too"));
  }

  /** Preferences count in this browser at once; the server keeps them for others, and for what it writes. */
  async keep(members, apply) {
    try { me.value = await api.patch("/me", members); } catch (error) { complain(error); return; }
    apply();
  }

  passwordForm() {
    const current = field(t("Current password"), h("input", { type: "password", autocomplete: "current-password" }));
    const next = field(t("New password"), h("input", { type: "password", autocomplete: "new-password" }));
    return this.form([current, next], t("Change the password"), async (form) => {
      await api.patch(`/users/${me.value.id}`, { current_password: current.input.value, password: next.input.value });
      form.reset();
      toast(t("Your password was changed."), { kind: "good" });
    }, { "/current_password": current, "/password": next });
  }

  form(fields, label, save, pointers) {
    const trouble = h("p", { class: "trouble", role: "alert", hidden: true });
    const form = h("form", { class: "form-grid", novalidate: true }, fields, trouble, h("div", {}, h("button", { type: "submit" }, label)));
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      trouble.hidden = true;
      placeFaults({}, pointers);
      try { await save(form); } catch (error) {
        if (!(error instanceof Problem)) throw error;
        const rest = placeFaults(error, pointers);
        trouble.hidden = !rest;
        fill(trouble, rest);
      }
    });
    return form;
  }

  async loadTokens() {
    try {
      const found = await api.all(`/users/${me.value.id}/tokens`, {}, { signal: this.alive });
      fill(this.tokens, found.length ? h("table", { class: "plain-table" }, h("thead", {}, h("tr", {}, [t("Name"), t("May"), t("Made"), ""].map((text) => h("th", { scope: "col" }, text || h("span", { class: "visually-hidden" }, t("Actions")))))),
        h("tbody", {}, found.map((token) => h("tr", {}, h("td", {}, token.name), h("td", {}, token.scopes.join(", ")), h("td", {}, day(token.created_at)), h("td", { class: "end" }, iconButton(icon("trash-2"), t("Revoke {name}", { name: token.name }), () => this.revoke(token))))))) : h("p", { class: "soft" }, t("No tokens yet.")));
    } catch (error) { complain(error); }
  }

  async loadSessions() {
    try {
      const found = await api.all(`/users/${me.value.id}/sessions`, {}, { signal: this.alive });
      fill(this.sessions, found.map((session) => h("li", { class: "session" }, icon("monitor"), h("span", { class: "grow" }, h("span", { class: "clip" }, browserOf(session.agent)), h("span", { class: "soft" }, session.current ? t("This browser") : t("Last used {when}", { when: ago(session.last_used_at ?? session.created_at) }))),
        session.current ? null : h("button", { type: "button", onClick: () => this.endSession(session) }, t("Sign out there")))));
    } catch (error) { complain(error); }
  }

  async endSession(session) {
    try { await api.delete(`/users/${me.value.id}/sessions/${session.id}`); } catch (error) { complain(error); }
    this.loadSessions();
  }

  async revoke(token) {
    if (!await confirmed({ title: t("Revoke this token?"), text: t("Programs that use “{name}” stop working at once.", { name: token.name }), action: t("Revoke"), danger: true })) return;
    try { await api.delete(`/users/${me.value.id}/tokens/${token.id}`); } catch (error) { complain(error); }
    this.loadTokens();
  }

  newToken() {
    const name = field(t("Name"), h("input", { type: "text", placeholder: t("What it is for"), autofocus: true, maxlength: 100 }));
    const scopes = { read: t("Read"), write: t("Write"), ...(me.value.admin ? { admin: t("Administer") } : {}) };
    const boxes = Object.entries(scopes).map(([scope, label]) => h("label", { class: "check-line" }, h("input", { type: "checkbox", value: scope, checked: scope === "read" }), label));
    dialog({
      title: t("New token"), body: h("div", { class: "stack" }, name, h("fieldset", {}, h("legend", { class: "label" }, t("What it may do")), boxes)),
      actions: [{ label: t("Cancel"), run: (close) => close() }, {
        label: t("Make the token"), kind: "primary", submit: true,
        run: async (close) => {
          const chosen = boxes.map((box) => box.querySelector("input")).filter((input) => input.checked).map((input) => input.value);
          const made = await api.post(`/users/${me.value.id}/tokens`, { name: name.input.value, scopes: chosen });
          close();
          showSecret(t("Your new token"), t("Token"), made.token);
          this.loadTokens();
        },
      }],
    });
  }
});

/** `Firefox, Linux` from how a browser calls itself. */
function browserOf(agent) {
  const name = ["Edg", "OPR", "Firefox", "Chrome", "Safari"].find((one) => agent?.includes(`${one}/`));
  const system = ["Windows", "Android", "iPhone", "iPad", "Mac OS", "Linux"].find((one) => agent?.includes(one));
  const names = { Edg: "Edge", OPR: "Opera" };
  return [names[name] ?? name, system].filter(Boolean).join(", ") || agent || t("Unknown browser");
}

export default () => h("smalt-profile");
