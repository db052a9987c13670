// Polish, part by part: a set of pages brings its own.

import daily from "./pl/daily.js";
import dashboards from "./pl/dashboards.js";
import settings from "./pl/settings.js";

export default { ...settings, ...dashboards, ...daily };
