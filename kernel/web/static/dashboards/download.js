// A whole dashboard as a file, narrowed as it is in the page.

import { api } from "../core/api.js";
import { h } from "../core/dom.js";
import { complain } from "../core/toast.js";

const LATER = 10_000;

/** `ending` is pdf or png. */
export async function download(dashboard, ending, query) {
  try {
    const drawn = await api.get(`/dashboards/${dashboard.id}/image.${ending}`, query, { as: "blob" });
    const link = h("a", { href: URL.createObjectURL(drawn), download: `${dashboard.name}.${ending}` });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), LATER);
  } catch (error) { complain(error); }
}
