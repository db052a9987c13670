// Polish, part by part: a set of pages brings its own.

import daily from "./pl/daily.js";

export default { ...daily };
