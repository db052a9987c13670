// The roles that every project has, by their names for people.

import { t } from "../core/i18n.js";

export function roleName(role) {
  if (!role.built_in) return role.name;
  return { owner: t("Owner"), admin: t("Project administrator"), member: t("Member"), commenter: t("Commenter"), viewer: t("Viewer") }[role.id] ?? role.name;
}
