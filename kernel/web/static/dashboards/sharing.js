// With whom a dashboard is shared: named people, to view or to edit. There is no public link.

import { api } from "../core/api.js";
import { dialog } from "../core/dialog.js";
import { fill, h, icon, iconButton } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { complain } from "../core/toast.js";
import { avatar } from "../parts/avatar.js";

const roles = () => ({ view: t("may view"), edit: t("may edit") });

export function share(dashboard) {
  const path = `/dashboards/${dashboard.id}/members`;
  const mayShare = dashboard.role !== "view";
  const list = h("ul", { class: "member-list", aria: { label: t("Shared with") } });
  const email = h("input", { type: "text", placeholder: t("Email address"), aria: { label: t("Email address") }, autocomplete: "off" });
  const role = h("select", { aria: { label: t("What they may do") } }, Object.entries(roles()).map(([key, label]) => h("option", { value: key }, label)));

  const load = async () => { try { draw(await api.all(path)); } catch (error) { complain(error); } };
  const act = async (work) => { try { await work(); } catch (error) { complain(error); } await load(); };
  const draw = (members) => fill(list, members.length ? members.map((member) => h("li", { class: "member-line" }, avatar(member, 26),
    h("span", { class: "grow member-name" }, h("strong", {}, member.name), h("span", { class: "soft clip" }, member.email)),
    member.role === "owner" ? h("span", { class: "soft" }, t("owner")) : [
      h("select", { aria: { label: t("What {name} may do", { name: member.name }) }, disabled: !mayShare, onChange: (event) => act(() => api.patch(`${path}/${member.id}`, { role: event.target.value })) }, Object.entries(roles()).map(([key, label]) => h("option", { value: key, selected: key === member.role }, label))),
      mayShare ? iconButton(icon("x", 14), t("Share with {name} no more", { name: member.name }), () => act(() => api.delete(`${path}/${member.id}`))) : null])) : h("li", { class: "soft" }, t("Only you see this dashboard.")));
  const add = async () => {
    await api.post(path, { user: email.value.trim(), role: role.value });
    email.value = "";
    await load();
  };
  dialog({
    title: t("Share “{name}”", { name: dashboard.name }),
    body: h("div", { class: "stack" }, mayShare ? h("div", { class: "row share-line" }, email, role) : null, list, h("p", { class: "hint" }, t("Everybody sees only figures of what they may see themselves. There is no public link."))),
    actions: mayShare ? [{ label: t("Share"), kind: "primary", submit: true, run: add }] : [],
  });
  load();
}
