// Signing in.

import { Problem } from "../core/api.js";
import { field } from "../core/dialog.js";
import { fill, h } from "../core/dom.js";
import { chooseLanguage, language, LANGUAGES, t } from "../core/i18n.js";
import { define, Part } from "../core/part.js";
import { go, place } from "../core/router.js";
import { signIn } from "../core/session.js";
import { logo } from "../parts/logo.js";

define("smalt-sign-in", class extends Part {
  connected() {
    document.title = `${t("Sign in")} · Smalt`;
    const email = field(t("Email"), h("input", { type: "email", name: "email", autocomplete: "username", required: true, autofocus: true }));
    const password = field(t("Password"), h("input", { type: "password", name: "password", autocomplete: "current-password", required: true }));
    const trouble = h("p", { class: "trouble", role: "alert", hidden: true });
    const button = h("button", { class: "primary wide", type: "submit" }, t("Sign in"));
    const form = h("form", { class: "sign-in", novalidate: true }, h("div", { class: "sign-in-head" }, logo(36), h("h1", {}, t("Sign in to Smalt"))), email, password, trouble, button,
      h("p", { class: "hint" }, t("No account yet? An administrator of this server makes one for you.")));
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      trouble.hidden = true;
      email.fault(email.input.value.trim() ? "" : t("Enter your email address."));
      password.fault(password.input.value ? "" : t("Enter your password."));
      if (!email.input.value.trim() || !password.input.value) return;
      button.disabled = true;
      try {
        await signIn(email.input.value.trim(), password.input.value);
        const next = place.value.query.next;
        go(next?.startsWith("/app") ? next : "/app", { replace: true });
      } catch (error) {
        trouble.hidden = false;
        fill(trouble, error instanceof Problem && error.status === 401 ? t("Email and password do not belong together. Try again.") : error.sentence || error.message);
        password.input.select();
      } finally {
        button.disabled = false;
      }
    });
    const languages = h("nav", { class: "languages", aria: { label: t("Language") } }, Object.entries(LANGUAGES).map(([code, name]) =>
      h("button", { type: "button", class: "link", lang: code, aria: { current: code === language.value ? "true" : undefined }, onClick: () => chooseLanguage(code) }, name)));
    this.replaceChildren(h("main", { class: "sign-in-page" }, form, languages));
    email.input.focus();
  }
});
