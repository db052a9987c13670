// Who is signed in, the projects they see, and signing in and out.

import { api, Problem, useCsrf } from "./api.js";
import { Signal } from "./signal.js";
import { timeZone } from "./format.js";
import { chooseLanguage, language, LANGUAGES } from "./i18n.js";
import { forgetSeeing, leaveSeeing, seen } from "./seeing.js";

export const me = new Signal(null);
export const projects = new Signal([]);

/** Find out who is signed in; false for nobody. */
export async function resume() {
  try {
    const found = await api.get("/me", {}, { quiet: true });
    useCsrf(found.csrf_token);
    if (found.time_zone) timeZone.value = found.time_zone;
    me.value = found;
    const spoken = found.locale?.slice(0, 2);
    // What was chosen in this browser goes before what was chosen in another.
    if (spoken in LANGUAGES && spoken !== language.value && !localStorage.getItem("smalt.language")) chooseLanguage(spoken);
    await loadProjects();
    return true;
  } catch (error) {
    if (error instanceof Problem && error.status === 401) return false;
    // The role or member that one looks as is gone, or one may not look any more.
    if (seen() && error instanceof Problem) leaveSeeing();
    throw error;
  }
}

export async function signIn(email, password) {
  const session = await api.post("/session", { email, password }, { quiet: true });
  useCsrf(session.csrf_token);
  await resume();
}

/** Become a user by an invitation, signed in. */
export async function acceptInvitation(data) {
  const session = await api.post("/invitations/accept", data, { quiet: true });
  useCsrf(session.csrf_token);
  await resume();
}

export async function signOut() {
  forgetSeeing();
  await api.delete("/session").catch(() => {});
  me.value = null;
  projects.value = [];
}

export async function loadProjects() {
  const found = await api.all("/projects");
  projects.value = found.sort((a, b) => a.name.localeCompare(b.name));
  return projects.value;
}

/** After projects were made or taken away, which also changes what one may do. */
export async function refresh() {
  me.value = await api.get("/me");
  return loadProjects();
}

export const projectOf = (id) => projects.value.find((project) => project.id === id);
