// From a figure of a chart to its records: the grid of their project, or a choice where there are several.

import { api } from "../core/api.js";
import { h } from "../core/dom.js";
import { n, t } from "../core/i18n.js";
import { menu } from "../core/popover.js";
import { go } from "../core/router.js";
import { complain, toast } from "../core/toast.js";
import { colorOf } from "../parts/shell.js";

/** The figure that a mark of a picture shows, by its keys; null for a mark that shows none. */
export function figureOf(mark, data) {
  const series = data?.series[mark?.dataset.series];
  const point = series?.points[mark.dataset.point];
  return point ? { group: point.key, series: series.key } : null;
}

/** Show the records behind a figure of the chart at `path`; `{}` is the whole chart. */
export async function showRecords(path, query, figure, anchor) {
  try {
    const { sources } = await api.post(`${path}/records`, figure, { query });
    if (!sources.length) toast(t("No records stand behind this figure."));
    else if (sources.length === 1) open(sources[0]);
    else menu(anchor, [{ heading: t("Show the records of") }, ...sources.map((source) => ({ label: source.name, icon: dot(source), hint: n("{count} record", "{count} records", source.count), run: () => open(source) }))], { label: t("Show the records of") });
  } catch (error) { complain(error); }
}

const dot = ({ project_id: id, name }) => h("span", { class: "project-dot", data: { color: colorOf(id) }, aria: { hidden: "true" } }, [...name][0]);

function open({ project_id: id, filter }) {
  const text = typeof filter === "string" ? filter : filter && JSON.stringify(filter);
  go(`/app/projects/${id}/grid${text ? `?${new URLSearchParams({ filter: text })}` : ""}`);
}
