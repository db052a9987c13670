// Texts for people. The English text is the key; the catalogues of other languages stand in `messages/`.

import { Signal } from "./signal.js";

export const LANGUAGES = { en: "English", pl: "Polski" };
export const language = new Signal(document.documentElement.lang || "en");

let catalogue = {};
let plurals = new Intl.PluralRules(language.value);

/** Load the catalogue of a language and use it from now on. */
export async function useLanguage(code) {
  const chosen = code in LANGUAGES ? code : "en";
  catalogue = chosen === "en" ? {} : (await import(`../messages/${chosen}.js`)).default;
  plurals = new Intl.PluralRules(chosen);
  document.documentElement.lang = chosen;
  language.value = chosen;
}

/** Choose a language in this browser; the page starts afresh with it. */
export function chooseLanguage(code) {
  localStorage.setItem("smalt.language", code);
  location.reload();
}

/** A text, with `{name}` replaced: `t("Move to {list}", {list: "Done"})`. */
export function t(text, values) {
  return put(catalogue[text] ?? text, values);
}

/** A text that depends on a number: `n("{count} record", "{count} records", 3)`. */
export function n(one, other, count, values = {}) {
  const forms = catalogue[one];
  const form = plurals.select(count);
  const chosen = forms ? forms[form] ?? forms.other ?? forms.many : form === "one" ? one : other;
  return put(chosen, { count: new Intl.NumberFormat(language.value).format(count), ...values });
}

function put(text, values) {
  return values ? text.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? values[name] : whole)) : text;
}
