// The sign of the product.

import { h } from "../core/dom.js";

const SOURCE = new URL("../favicon.svg", import.meta.url).pathname;

export const logo = (size = 24) => h("img", { src: SOURCE, width: size, height: size, alt: "", class: "logo" });
