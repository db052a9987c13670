// The pages of every day.

import { icon } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { mainPlace, projectView } from "../core/places.js";
import { route } from "../core/router.js";

route("/app/sign-in", () => import("../pages/sign_in.js"), { title: t("Sign in") });
mainPlace({ path: "/app", label: t("Home"), icon: () => icon("house"), order: 10, load: () => import("../pages/home.js") });
mainPlace({ path: "/app/inbox", label: t("Inbox"), icon: () => icon("inbox"), order: 20, load: () => import("../pages/inbox.js"), badge: "inbox" });
mainPlace({ path: "/app/profile", label: t("Profile"), icon: () => icon("user"), hidden: true, load: () => import("../pages/profile.js") });
projectView({ key: "grid", label: t("Grid"), icon: () => icon("table"), order: 10, load: () => import("../pages/grid.js") });
projectView({ key: "board", label: t("Board"), icon: () => icon("square-kanban"), order: 20, load: () => import("../pages/board.js"), shown: (project) => project.lists.length > 0 });
projectView({ key: "calendar", label: t("Calendar"), icon: () => icon("calendar"), order: 30, load: () => import("../pages/calendar.js") });
route("/app/projects/:project/records/:record", () => import("../pages/record.js"), { title: t("Record") });
route("/app/projects/:project", () => import("../pages/project.js"), { title: t("Project") });
