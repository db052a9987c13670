// The pages for dashboards and for setting up.

import { icon } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { mainPlace } from "../core/places.js";
import { route } from "../core/router.js";

mainPlace({ path: "/app/dashboards", label: t("Dashboards"), icon: () => icon("layout-dashboard"), order: 30, load: () => import("../pages/dashboards.js") });
route("/app/dashboards/:dashboard", () => import("../pages/dashboard.js"), { title: t("Dashboard") });
