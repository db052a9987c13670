// The grid of a project.

import { projectPage } from "../parts/project_frame.js";
import "../grid/view.js";

export default (at) => projectPage(at, "grid", "smalt-grid");
