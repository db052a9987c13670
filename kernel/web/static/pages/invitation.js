// Coming in by an invitation. Its secret stands behind the # of the address, so no server log has it.

import { api, Problem } from "../core/api.js";
import { field, placeFaults } from "../core/dialog.js";
import { fill, h } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { define, Part } from "../core/part.js";
import { go } from "../core/router.js";
import { acceptInvitation } from "../core/session.js";
import { logo } from "../parts/logo.js";

define("smalt-invitation", class extends Part {
  async connected() {
    document.title = `${t("Invitation")} · Smalt`;
    const token = location.hash.slice(1);
    const head = h("div", { class: "sign-in-head" }, logo(36), h("h1", {}, t("Welcome to Smalt")));
    const show = (...content) => fill(this, h("main", { class: "sign-in-page" }, content));
    try {
      const { email } = await api.post("/invitations/open", { token }, { quiet: true });
      show(this.form(head, token, email));
      this.querySelector("[autofocus]").focus();
    } catch (error) {
      show(h("div", { class: "sign-in" }, head, h("p", { class: "trouble", role: "alert" }, error.sentence || error.message), h("a", { class: "button", href: "/app/sign-in" }, t("Sign in"))));
    }
  }

  form(head, token, email) {
    const name = field(t("Name"), h("input", { type: "text", autocomplete: "name", maxlength: 200, autofocus: true }));
    const password = field(t("New password"), h("input", { type: "password", autocomplete: "new-password" }));
    const trouble = h("p", { class: "trouble", role: "alert", hidden: true });
    const button = h("button", { class: "primary wide", type: "submit" }, t("Come in"));
    const user = h("input", { type: "email", value: email, readonly: true, autocomplete: "username" });
    const form = h("form", { class: "sign-in", novalidate: true }, head, field(t("Email"), user), name, password, trouble, button);
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      button.disabled = true;
      trouble.hidden = true;
      try {
        await acceptInvitation({ token, name: name.input.value, password: password.input.value });
        go("/app", { replace: true });
      } catch (error) {
        const rest = error instanceof Problem ? placeFaults(error, { "/name": name, "/password": password }) : error.message;
        trouble.hidden = !rest;
        fill(trouble, rest);
      } finally {
        button.disabled = false;
      }
    });
    return form;
  }
});
