// The pages for dashboards and for setting up.

import { icon } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { commands, mainPlace, projectView } from "../core/places.js";
import { go, route } from "../core/router.js";
import { me } from "../core/session.js";

mainPlace({ path: "/app/dashboards", label: t("Dashboards"), icon: () => icon("layout-dashboard"), order: 30, load: () => import("../pages/dashboards.js") });
route("/app/dashboards/:dashboard", () => import("../pages/dashboard.js"), { title: t("Dashboard") });
projectView({ key: "settings", label: t("Settings"), icon: () => icon("settings-2"), order: 90, end: true, shown: (model) => model.can("configure"), load: () => import("../pages/settings.js") });
route("/app/projects/:project/settings/:section", () => import("../pages/settings.js"), { title: t("Settings") });
mainPlace({ path: "/app/trash", label: t("Trash"), icon: () => icon("trash-2"), order: 90, hidden: true, load: () => import("../pages/trash.js") });
projectView({ key: "automations", label: t("Automations"), icon: () => icon("zap"), order: 70, end: true, shown: (model) => model.can("configure"), load: () => import("../pages/automations.js") });
projectView({ key: "import", label: t("Import"), icon: () => icon("upload"), order: 80, end: true, shown: (model) => model.can("import"), load: () => import("../pages/import.js") });
mainPlace({ path: "/app/plugins", label: t("Plugins"), icon: () => icon("puzzle"), order: 95, shown: () => Boolean(me.value?.admin), load: () => import("../pages/plugins.js") });
mainPlace({ path: "/app/users", label: t("Users"), icon: () => icon("users"), order: 94, shown: () => Boolean(me.value?.admin), load: () => import("../pages/users.js") });
mainPlace({ path: "/app/webhooks", label: t("Webhooks"), icon: () => icon("webhook"), hidden: true, load: () => import("../pages/webhooks.js") });
commands(() => [{ label: t("Webhooks"), icon: () => icon("webhook"), run: () => go("/app/webhooks") }]);
