// All widgets that come with the pages.

import "./plain.js";
import "./dates.js";
import "./choices.js";
import "./derived.js";
import "./files.js";
import "./tree.js";
