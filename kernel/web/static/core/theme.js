// Light, dark, or as the system has it.

import { Signal } from "./signal.js";

const stored = () => localStorage.getItem("smalt.theme") || "system";
export const theme = new Signal(stored());

export function chooseTheme(name) {
  localStorage.setItem("smalt.theme", name);
  if (name === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = name;
  theme.value = name;
}
