// Values as people read them, in the language and time zone of the page.

import { language, t } from "./i18n.js";
import { Signal } from "./signal.js";

/** The IANA time zone in which moments are shown. */
export const timeZone = new Signal(localStorage.getItem("smalt.zone") || Intl.DateTimeFormat().resolvedOptions().timeZone);

/** The variant of the page's language that the browser prefers, such as en-GB. */
const locale = () => navigator.languages?.find((tag) => tag.startsWith(language.value)) ?? language.value;

const made = new Map();
function formatter(kind, options) {
  const key = `${kind.name}|${language.value}|${timeZone.value}|${JSON.stringify(options)}`;
  if (!made.has(key)) made.set(key, new kind(locale(), options));
  return made.get(key);
}

export function number(value, decimals) {
  const exact = String(value);
  const options = decimals === undefined || decimals === null
    ? { maximumFractionDigits: 8 } : { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
  return formatter(Intl.NumberFormat, options).format(exact);
}

export function percent(value, decimals = 2) {
  return formatter(Intl.NumberFormat, { style: "percent", maximumFractionDigits: decimals }).format(String(value));
}

export function money(value) {
  if (!value) return "";
  try {
    return formatter(Intl.NumberFormat, { style: "currency", currency: value.currency }).format(String(value.amount));
  } catch {
    return `${value.amount} ${value.currency}`;
  }
}

/** Short money for narrow places: € 1.2M. */
export function shortMoney(value) {
  if (!value) return "";
  const options = { style: "currency", currency: value.currency, notation: "compact", maximumFractionDigits: 1 };
  try { return formatter(Intl.NumberFormat, options).format(String(value.amount)); } catch { return money(value); }
}

/** A day, `2026-12-31`. */
export function day(value, options = { dateStyle: "medium" }) {
  if (!value) return "";
  return formatter(Intl.DateTimeFormat, { ...options, timeZone: "UTC" }).format(new Date(`${value.slice(0, 10)}T00:00:00Z`));
}

export function moment(value, options = { dateStyle: "medium", timeStyle: "short" }) {
  return value ? formatter(Intl.DateTimeFormat, { ...options, timeZone: timeZone.value }).format(new Date(value)) : "";
}

const STEPS = [["year", 31_536_000], ["month", 2_592_000], ["week", 604_800], ["day", 86_400], ["hour", 3_600], ["minute", 60]];
/** How long ago: `3 days ago`. */
export function ago(value) {
  if (!value) return "";
  const seconds = (new Date(value).getTime() - Date.now()) / 1000;
  for (const [unit, length] of STEPS) {
    if (Math.abs(seconds) >= length) return formatter(Intl.RelativeTimeFormat, { numeric: "auto" }).format(Math.round(seconds / length), unit);
  }
  return t("just now");
}

/** Seconds as `2h 15m`. */
export function duration(value) {
  const total = Number(value);
  if (!Number.isFinite(total)) return String(value);
  const parts = [[Math.floor(total / 86_400), "d"], [Math.floor(total / 3_600) % 24, "h"], [Math.floor(total / 60) % 60, "m"], [total % 60, "s"]];
  return parts.filter(([count]) => count).map(([count, unit]) => `${count}${unit}`).join(" ") || "0s";
}

/** The day of a moment in the page's time zone, as `2026-12-31`. */
export function dayOf(value) {
  return new Intl.DateTimeFormat("en-CA", { timeZone: timeZone.value, year: "numeric", month: "2-digit", day: "2-digit" }).format(new Date(value));
}

/** A moment as an `<input type="datetime-local">` shows it, in the page's time zone. */
export function localMoment(value) {
  if (!value) return "";
  const parts = new Intl.DateTimeFormat("en-CA", { timeZone: timeZone.value, year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", hourCycle: "h23" })
    .formatToParts(new Date(value)).reduce((all, part) => ({ ...all, [part.type]: part.value }), {});
  return `${parts.year}-${parts.month}-${parts.day}T${parts.hour}:${parts.minute}`;
}

/** The moment that such an input means, RFC 3339 in UTC. */
export function momentFrom(local) {
  if (!local) return null;
  const asUtc = new Date(`${local.length === 10 ? `${local}T00:00` : local}Z`);
  let found = asUtc;
  for (let step = 0; step < 2; step += 1) { // twice, for the hours around a change of the clock
    const shown = new Date(`${localMoment(found.toISOString())}Z`);
    found = new Date(found.getTime() + (asUtc.getTime() - shown.getTime()));
  }
  return found.toISOString();
}

export const today = () => dayOf(new Date().toISOString());

export const initials = (name) => (name || "?").split(/\s+/).filter(Boolean).slice(0, 2).map((part) => [...part][0].toUpperCase()).join("");
