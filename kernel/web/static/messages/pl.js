// Polish, part by part: a set of pages brings its own.

import daily from "./pl/daily.js";
import dashboards from "./pl/dashboards.js";

export default { ...daily, ...dashboards };
