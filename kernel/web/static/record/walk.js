// From record to record, in the order of the view that the first was opened from.

import { query } from "../data/records.js";

const AROUND = 100;

/** Where a record stands, `{filter, sort, at}`, for the address of its page. */
export function standingText(standing) {
  if (!standing) return "";
  const { filter, sort, at } = standing;
  return `?${new URLSearchParams({ ...(filter ? { filter: JSON.stringify(filter) } : {}), ...(sort ? { sort } : {}), at })}`;
}

/** What an address says of where its record stands; null when it says nothing. */
export function standingOf({ filter, sort, at }) {
  if (!/^\d+$/.test(at ?? "")) return null;
  try { return { filter: filter ? JSON.parse(filter) : undefined, sort, at: Number(at) }; } catch { return null; }
}

/** The standings of the records before and after one: `{previous, next}`, each with the `id`. */
export async function around(model, standing, id, options) {
  // It may have moved since; then it is looked for nearby.
  for (const reach of [1, AROUND]) {
    const offset = Math.max(0, standing.at - reach);
    const page = await query(model, { filter: standing.filter, sort: standing.sort, fields: ["title"], offset, limit: standing.at - offset + reach + 1 }, options);
    const place = page.items.findIndex((record) => record.id === id);
    const near = (step) => page.items[place + step] && { ...standing, at: offset + place + step, id: page.items[place + step].id };
    if (place >= 0) return { previous: near(-1), next: near(1) };
  }
  return {};
}
