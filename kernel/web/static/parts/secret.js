// A secret that the server tells once, to be copied.

import { dialog, field } from "../core/dialog.js";
import { h } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { toast } from "../core/toast.js";

export function showSecret(title, label, value, hint = t("Copy it now: it is not shown again.")) {
  const input = h("input", { type: "text", readonly: true, value, class: "mono", onFocus: (event) => event.target.select() });
  dialog({
    title, body: h("div", { class: "stack" }, field(label, input), h("p", { class: "hint" }, hint)),
    actions: [{ label: t("Copy"), kind: "primary", run: async () => { await navigator.clipboard?.writeText(value); toast(t("Copied."), { kind: "good" }); } }],
  });
}
