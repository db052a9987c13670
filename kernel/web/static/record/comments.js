// Comments in Markdown; `@` mentions people of the project.

import { api } from "../core/api.js";
import { fill, h, icon, iconButton } from "../core/dom.js";
import { t } from "../core/i18n.js";
import { ago, moment } from "../core/format.js";
import { picker } from "../core/popover.js";
import { drawList } from "../core/redraw.js";
import { me } from "../core/session.js";
import { complain } from "../core/toast.js";
import { remember } from "../core/undo.js";
import { avatar } from "../parts/avatar.js";
import { chip, upload } from "../widgets/files.js";
import { markdown } from "./markdown.js";
import { Section } from "./section.js";

export class Comments extends Section {
  constructor(view) {
    super(view, "comments", t("Comments"));
    this.list = h("ul", { class: "comments", aria: { live: "polite" } });
    this.mayWrite = view.model.can("comment");
    fill(this.box, this.list, this.mayWrite ? this.writer() : null);
  }

  read() { return api.all(`${this.path}/comments`, {}, { signal: this.view.alive }); }

  draw(found) {
    this.tally(found.length);
    drawList(this.list, found, (comment) => this.comment(comment));
  }

  comment(comment) {
    const own = comment.author?.id === me.value.id;
    return h("li", { class: "comment" }, avatar(comment.author ?? { name: "?" }, 26), h("div", { class: "comment-main" },
      h("div", { class: "comment-head" }, h("strong", {}, comment.author?.name ?? t("somebody")), h("span", { class: "soft", title: moment(comment.created_at) }, ago(comment.created_at)), h("span", { class: "grow" }),
        own ? iconButton(icon("pencil", 13), t("Edit"), (event) => this.edit(comment, event.currentTarget.closest(".comment"))) : null,
        own || this.view.model.can("configure") ? iconButton(icon("trash-2", 13), t("Delete"), () => this.remove(comment)) : null),
      markdown(comment.body), comment.files?.length ? h("span", { class: "pills wrap" }, comment.files.map((file) => chip(file, true))) : null));
  }

  writer({ text = "", label = t("Comment"), save, cancel } = {}) {
    const area = h("textarea", { rows: 2, placeholder: t("Write a comment; @ mentions somebody"), aria: { label: t("Comment") }, maxlength: 10_000 });
    area.value = text;
    const files = [];
    const attached = h("span", { class: "pills wrap" });
    const choose = h("input", { type: "file", multiple: true, class: "visually-hidden", tabindex: "-1", aria: { label: t("Choose files") }, onChange: async () => {
      for (const file of choose.files) {
        try { files.push(await upload(file)); } catch (error) { complain(error); }
      }
      choose.value = "";
      fill(attached, files.map((file) => chip(file, true)));
    } });
    const send = async () => {
      if (!area.value.trim()) return;
      const text = area.value;
      button.disabled = true;
      try {
        if (save) await save(text);
        else {
          await api.post(`${this.path}/comments`, { body: text, ...(files.length ? { files: files.map((file) => file.id) } : {}) });
          area.value = area.value.replace(text, ""); // one may have written on
          files.length = 0;
          fill(attached);
        }
        await this.refresh();
      } catch (error) { complain(error); } finally { button.disabled = false; }
    };
    const button = h("button", { type: "button", onClick: send }, label);
    area.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { event.preventDefault(); send(); }
      if (event.key === "Escape") { if (cancel) cancel(); else area.blur(); }
    });
    area.addEventListener("input", () => { if (area.value[area.selectionStart - 1] === "@" && !/\w/.test(area.value[area.selectionStart - 2] ?? "")) this.mention(area); });
    const attach = save ? null : [choose, iconButton(icon("paperclip", 15), t("Attach files"), () => choose.click())];
    return h("div", { class: "comment-writer" }, area, attached, h("div", { class: "row section-foot" }, button, attach, cancel ? h("button", { type: "button", class: "plain", onClick: cancel }, t("Cancel")) : null, h("span", { class: "hint" }, t("Markdown; Ctrl+Enter sends"))));
  }

  mention(area) {
    const at = area.selectionStart;
    picker(area, {
      label: t("Mention"), options: this.view.model.people.map((person) => ({ value: person, label: person.name, icon: avatar(person, 18) })),
      onChoose: (person) => { area.setRangeText(`@[${person.name}](${person.id}) `, at - 1, at, "end"); area.focus(); },
    });
  }

  edit(comment, row) {
    const end = () => { delete row.update; row.from = this.text = null; };
    const cancel = () => { end(); this.show(); [...this.list.children].find((one) => one.key === comment.id)?.querySelector("button")?.focus(); };
    row.update = () => {}; // what is being written stays, whatever comes
    fill(row, avatar(comment.author, 26), h("div", { class: "comment-main" }, this.writer({ text: comment.body, label: t("Save"), cancel, save: (body) => api.patch(`${this.path}/comments/${comment.id}`, { body }).then(end) })));
    row.querySelector("textarea").focus();
  }

  async remove(comment) {
    try {
      await api.delete(`${this.path}/comments/${comment.id}`);
      remember(t("Comment deleted"), async () => { await api.post(`${this.path}/comments/${comment.id}/restore`); this.refresh(); return null; }, { tell: true });
    } catch (error) { complain(error); }
    this.refresh();
  }
}
