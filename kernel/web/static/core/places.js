// What the navigation offers. Modules in `places/` add to it; nothing else has to know of them.

import { route } from "./router.js";

/** Entries of the side bar: `{path, label, icon, order, badge, shown}`; `shown()` says for whom. */
export const mainEntries = [];
/** Ways to look at a project: `{key, label, icon, order, shown}`; the path is `/app/projects/<id>/<key>`. */
export const projectViews = [];
/** Commands of the palette: `() => [{label, icon, run, keywords}]`. */
export const commandSources = [];

const byOrder = (a, b) => a.order - b.order;

/** A page below /app with an entry in the side bar. */
export function mainPlace({ path, label, icon, order = 50, load, badge, hidden = false, shown = () => true }) {
  route(path, load, { title: label });
  if (!hidden) {
    mainEntries.push({ path, label, icon, order, badge, shown });
    mainEntries.sort(byOrder);
  }
}

/** A way to look at a project, with a tab. `shown(project)` says whether it makes sense. */
export function projectView({ key, label, icon, order = 50, load, shown = () => true, end = false }) {
  route(`/app/projects/:project/${key}`, load, { title: label, view: key });
  projectViews.push({ key, label, icon, order, shown, end });
  projectViews.sort(byOrder);
}

export const commands = (source) => commandSources.push(source);
