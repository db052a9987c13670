// What belongs to a record beside its fields, section by section.

import { Checklists } from "./checklists.js";
import { Comments } from "./comments.js";
import { Dependencies } from "./dependencies.js";
import { History } from "./history.js";
import { ReferencedBy } from "./referenced_by.js";

/** The sections of this project, in their order. */
export function sectionsFor(view) {
  const { model } = view;
  const made = [];
  const seen = (name) => model.on(name) && model.rule(name) !== "hidden";
  if (seen("referenced_by")) made.push(new ReferencedBy(view));
  if (seen("checklists")) made.push(new Checklists(view));
  if (seen("dependencies")) made.push(new Dependencies(view));
  if (model.rule("comments") !== "hidden") made.push(new Comments(view));
  made.push(new History(view));
  return made;
}
