// Widgets draw and edit values. A field type names one by its descriptor; unknown ones are text.

const widgets = new Map();

/**
 * A widget: `draw(value, column, context)` gives nodes, `text(value, column)` the same as text,
 * `parse(text, column)` what is pasted as input for the server (it may throw an Error that says why not),
 * `edit(session)` an editor (see `editing.js`), `press(value, column, context)` acts at once where there is nothing to edit.
 */
export function registerWidget(name, widget) {
  widgets.set(name, { name, width: 160, align: "start", parse: (text) => text, text: plain, ...widget });
}

export const widgetFor = (name) => widgets.get(name) || widgets.get("text");
export const hasWidget = (name) => widgets.has(name);

/** Any value as text. */
export function plain(value) {
  if (value === null || value === undefined) return "";
  if (Array.isArray(value)) return value.map(plain).filter(Boolean).join(", ");
  if (typeof value === "object") return value.name ?? value.title ?? value.label ?? value.address ?? JSON.stringify(value);
  return String(value);
}
