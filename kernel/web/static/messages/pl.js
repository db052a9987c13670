// Polish, part by part: a set of pages brings its own.

import admin from "./pl/admin.js";
import daily from "./pl/daily.js";
import dashboards from "./pl/dashboards.js";
import forms from "./pl/forms.js";
import settings from "./pl/settings.js";
import work from "./pl/work.js";

export default { ...admin, ...forms, ...work, ...settings, ...dashboards, ...daily };
