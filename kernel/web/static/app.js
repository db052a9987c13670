// The beginning: who is it, in which language, and what to show.

import { aborted, signedOut } from "./core/api.js";
import { h } from "./core/dom.js";
import { language, t, useLanguage } from "./core/i18n.js";
import { startKeys } from "./core/keys.js";
import { go, place, startRouter } from "./core/router.js";
import { me, resume } from "./core/session.js";
import { complain } from "./core/toast.js";
import "./parts/shell.js";

const root = document.getElementById("app");
/** Pages for whoever comes, by address. */
const OPEN = {
  "/app/sign-in": ["smalt-sign-in", () => import("./pages/sign_in.js")],
  "/app/invitation": ["smalt-invitation", () => import("./pages/invitation.js")],
};

async function start() {
  await useLanguage(language.value);
  // Texts are fetched now, so places name themselves in the right language.
  await Promise.all([import("./places/daily.js"), import("./places/setup.js")]);
  startKeys();
  const known = await resume();
  signedOut.watch(() => toSignIn());
  place.watch(show);
  startRouter();
  if (!known) toSignIn();
}

function toSignIn() {
  if (location.pathname in OPEN) return;
  me.value = null;
  const back = location.pathname + location.search;
  go(`/app/sign-in${back === "/app" || back === "/" ? "" : `?next=${encodeURIComponent(back)}`}`, { replace: true });
}

function show(at) {
  if (!me.value && !(at.path in OPEN)) return;
  const [wanted, load] = OPEN[at.path] ?? ["smalt-shell"];
  if (root.firstElementChild?.localName === wanted) return;
  if (load) load().then(() => root.replaceChildren(h(wanted))).catch(complain);
  else root.replaceChildren(h(wanted));
}

// What is given up when a page is left is no fault.
addEventListener("unhandledrejection", (event) => { if (aborted(event.reason)) event.preventDefault(); });

start().catch((error) => {
  root.replaceChildren(h("p", { class: "noscript", role: "alert" }, t("The pages could not start: {message}", { message: error.message })));
  throw error;
});
