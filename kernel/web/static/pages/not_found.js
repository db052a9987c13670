// When there is nothing to show.

import { h, icon } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { Problem } from "../core/api.js";
import { emptyState } from "../parts/empty.js";

export default () => emptyState(icon("search-x", 28), t("There is nothing here"), t("It was removed, or you may not see it."), h("a", { href: "/app", class: "button primary" }, t("To the start page")));

export function troublePage(error) {
  if (error instanceof Problem && error.status === 404) return emptyState(icon("search-x", 28), t("There is nothing here"), t("It was removed, or you may not see it."), h("a", { href: "/app", class: "button primary" }, t("To the start page")));
  return emptyState(icon("circle-alert", 28), t("This page could not be shown"), error.sentence || error.message, h("button", { type: "button", class: "primary", onClick: () => location.reload() }, t("Try again")));
}
