// Looking at the pages as a role or a member sees them: in this tab alone, until it is left.

const KEY = "smalt.see-as";

function kept() {
  try { return JSON.parse(sessionStorage.getItem(KEY)); } catch { return null; }
}

let seeing = kept();

/** Whom one looks as in this tab: `{as, name, back}`, where `as` is what the API calls it; null for oneself. */
export const seen = () => seeing;

/** The header and the query parameter that say so to the API. */
export const seenHeader = () => (seeing ? { "Smalt-See-As": seeing.as } : {});
export const seenQuery = () => (seeing ? { see_as: seeing.as } : {});

/** Look at a project as one of its roles or members: `{project, role}` or `{project, member}`, by their ids. */
export function seeAs({ project, role, member }, name) {
  const as = `projects/${project}/${role ? `roles/${role}` : `members/${member}`}`;
  sessionStorage.setItem(KEY, JSON.stringify({ as, name, back: location.pathname + location.search }));
  location.assign(`/app/projects/${project}`);
}

/** Be oneself again; the requests of this tab say so at once. Gives where one came from. */
export function forgetSeeing() {
  const back = seeing?.back ?? "/app";
  sessionStorage.removeItem(KEY);
  seeing = null;
  return back;
}

/** Go back to where the preview was begun. */
export const leaveSeeing = () => location.assign(forgetSeeing());
