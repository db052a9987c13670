// All that was deleted and that one may bring back.

import { h } from "../core/dom.js";
import trash from "../settings/trash.js";

export default () => h("div", { class: "narrow-page" }, trash(null));
