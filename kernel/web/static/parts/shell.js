// The frame around every page: side bar, page, banners, and what works everywhere.

import { offline } from "../core/api.js";
import { fill, h, icon, iconButton } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { shortcut, shown } from "../core/keys.js";
import { define, Part } from "../core/part.js";
import { mainEntries } from "../core/places.js";
import { menu } from "../core/popover.js";
import { go, place } from "../core/router.js";
import { me, projects, signOut } from "../core/session.js";
import { chooseTheme, theme } from "../core/theme.js";
import { complain } from "../core/toast.js";
import { redoLast, undoLast } from "../core/undo.js";
import { avatar } from "./avatar.js";
import { logo } from "./logo.js";
import { startLive } from "../core/live.js";
import { newProject } from "./new_project.js";
import { openPalette } from "./palette.js";
import { seeingBanner } from "./seeing.js";
import { unread, watchUnread } from "../data/notices.js";

const badges = { inbox: unread };

define("smalt-shell", class extends Part {
  connected() {
    this.page = h("main", { class: "page", id: "page", tabindex: "-1" });
    this.side = h("nav", { class: "side", aria: { label: t("Main") } });
    this.banner = h("div", { class: "banner", role: "status", hidden: true });
    this.seeing = seeingBanner();
    this.replaceChildren(
      h("a", { class: "skip", href: "#page", onClick: (event) => { event.preventDefault(); this.page.focus(); } }, t("Skip to the page")),
      this.side,
      h("div", { class: "scrim", onClick: () => this.toggleSide(false) }),
      h("div", { class: "column" },
        h("header", { class: "phone-bar" }, iconButton(icon("menu", 18), t("Open navigation"), () => this.toggleSide(true)), h("a", { href: "/app", class: "brand" }, logo(20), "Smalt"), iconButton(icon("search", 18), t("Search"), () => openPalette())),
        this.seeing, this.banner, this.page));
    if (localStorage.getItem("smalt.side") === "closed") this.classList.add("narrow");
    this.drawSide();
    this.follow(projects, () => this.drawSide());
    this.follow(me, () => this.drawSide());
    this.follow(place, (at) => { this.toggleSide(false); this.markSide(); this.showPage(at); });
    this.follow(offline, (is) => this.tellOffline(is));
    this.follow(unread, () => this.drawBadges());
    this.bindKeys();
    watchUnread(this.alive);
    startLive(this.alive);
    this.showPage(place.value);
  }

  bindKeys() {
    const keys = [
      shortcut("mod+k", t("Search and commands"), () => openPalette(), { anywhere: true }),
      shortcut("?", t("Keyboard shortcuts"), () => import("./shortcut_sheet.js").then((m) => m.openSheet())),
      shortcut("mod+z", t("Undo the last action"), () => { undoLast(); }),
      shortcut("mod+shift+z", t("Redo"), () => { redoLast(); }),
      shortcut("mod+y", t("Redo"), () => { redoLast(); }),
      shortcut("g h", t("Go to the start page"), () => go("/app")),
      shortcut("g i", t("Go to the inbox"), () => go("/app/inbox")),
      shortcut("mod+b", t("Show or hide the side bar"), () => this.narrow()),
    ];
    keys.forEach((end) => this.atEnd(end));
  }

  narrow() {
    const closed = this.classList.toggle("narrow");
    localStorage.setItem("smalt.side", closed ? "closed" : "open");
  }

  toggleSide(open) { this.classList.toggle("side-open", open); }

  drawSide() {
    if (!me.value) return;
    const entries = mainEntries.filter((entry) => entry.shown()).map((entry) => this.link(entry.path, entry.icon(), entry.label, entry.badge));
    const listed = projects.value.map((project) => this.link(`/app/projects/${project.id}`, h("span", { class: "project-dot", data: { color: colorOf(project.id) }, aria: { hidden: "true" } }, [...project.name][0]), project.name));
    fill(this.side,
      h("div", { class: "side-top" }, h("a", { href: "/app", class: "brand" }, logo(22), h("span", {}, "Smalt")), iconButton(icon("panel-left", 16), t("Show or hide the side bar"), () => this.narrow())),
      h("button", { type: "button", class: "search-button", onClick: () => openPalette() }, icon("search", 15), h("span", { class: "grow" }, t("Search")), h("kbd", {}, shown("mod+k")[0].join(" "))),
      h("div", { class: "side-links" }, entries),
      h("div", { class: "side-heading" }, h("span", { id: "projects-heading" }, t("Projects")), iconButton(icon("plus", 15), t("New project"), () => newProject())),
      h("div", { class: "side-links grow", role: "group", aria: { labelledby: "projects-heading" } }, listed.length ? listed : h("p", { class: "side-empty" }, t("No projects yet."))),
      h("button", { type: "button", class: "user-button", aria: { haspopup: "menu" }, onClick: (event) => userMenu(event.currentTarget) }, avatar(me.value, 24), h("span", { class: "grow" }, me.value.name), icon("chevrons-up-down", 14)));
    this.markSide();
    this.drawBadges();
  }

  link(path, picture, label, badge) {
    return h("a", { href: path, class: "side-link", title: label }, picture, h("span", { class: "grow" }, label), badge ? h("span", { class: "badge", data: { badge }, hidden: true }) : null);
  }

  drawBadges() {
    for (const badge of this.side.querySelectorAll("[data-badge]")) {
      const count = badges[badge.dataset.badge]?.value || 0;
      badge.hidden = !count;
      fill(badge, count > 99 ? "99+" : String(count), h("span", { class: "visually-hidden" }, ` ${t("unread")}`));
    }
  }

  markSide() {
    const path = place.value.path;
    for (const link of this.side.querySelectorAll("a.side-link")) {
      const here = link.pathname === "/app" ? path === "/app" || path === "/" : path === link.pathname || path.startsWith(`${link.pathname}/`);
      if (here) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
  }

  async showPage(at) {
    const key = at.route ? `${at.route.pattern}|${Object.values(at.parameters).join("|")}` : "none";
    if (this.shown === key) return;
    this.shown = key;
    const waiting = setTimeout(() => { if (this.shown === key) fill(this.page, h("div", { class: "loading", role: "status" }, t("Loading …"))); }, 150);
    try {
      const module = at.route ? await at.route.load() : await import("../pages/not_found.js");
      const page = await module.default(at);
      if (this.shown !== key || !this.isConnected) return;
      document.title = `${at.route?.title || t("Not found")} · Smalt`;
      fill(this.page, page);
    } catch (error) {
      if (this.shown !== key) return;
      const { troublePage } = await import("../pages/not_found.js");
      fill(this.page, troublePage(error));
      if (!(error.status === 404)) complain(error);
    } finally {
      clearTimeout(waiting);
    }
  }

  tellOffline(is) {
    this.banner.hidden = !is;
    fill(this.banner, is ? [icon("wifi-off", 15), h("span", {}, t("The server cannot be reached. What you do now is sent as soon as it is back."))] : []);
  }
});

const COLORS = ["blue", "green", "amber", "purple", "teal", "rose", "orange", "indigo"];
/** A color for life: an identifier differs from the next in its milliseconds or, below them, its sequence. */
export const colorOf = (id) => COLORS[Number(((BigInt(id) >> 22n) + (BigInt(id) >> 13n) % 512n) % BigInt(COLORS.length))];

function userMenu(anchor) {
  const themes = { light: t("Light"), dark: t("Dark"), system: t("As the system") };
  menu(anchor, [
    { heading: me.value.email },
    { label: t("Profile and tokens"), icon: icon("user"), run: () => go("/app/profile") },
    { label: t("Keyboard shortcuts"), icon: icon("keyboard"), hint: "?", run: () => import("./shortcut_sheet.js").then((m) => m.openSheet()) },
    { label: t("REST API"), icon: icon("braces"), run: () => { location.href = "/schema"; } },
    "-",
    { heading: t("Theme") },
    ...Object.entries(themes).map(([name, label]) => ({ label, checked: theme.value === name, run: () => chooseTheme(name) })),
    "-",
    { label: t("Sign out"), icon: icon("log-out"), run: async () => { await signOut(); go("/app/sign-in"); } },
  ], { label: t("You") });
}

