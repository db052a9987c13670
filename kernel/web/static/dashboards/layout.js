// Where charts stand: cells of a grid of twelve columns. What is moved pushes others down, and
// what floats rises to the next one above it.

export const COLUMNS = 12;
export const SMALLEST = 2;

/** Whether two share a column. */
const besides = (a, b) => a.x < b.x + b.w && b.x < a.x + a.w;

/** Within the grid: whole cells, no wider than it. */
export function bounded({ x, y, w, h }) {
  const width = Math.max(SMALLEST, Math.min(COLUMNS, Math.round(w)));
  return { x: Math.max(0, Math.min(COLUMNS - width, Math.round(x))), y: Math.max(0, Math.round(y)), w: width, h: Math.max(SMALLEST, Math.round(h)) };
}

/** All places without overlap, by id. `first` is the one that was moved: it keeps its place before others of its row. */
export function settled(places, first) {
  const order = [...places.keys()].sort((a, b) => places.get(a).y - places.get(b).y || Number(b === first) - Number(a === first) || places.get(a).x - places.get(b).x);
  const done = new Map();
  for (const id of order) {
    const place = { ...places.get(id) };
    // Just below what stands higher and in its way, so nothing jumps over what it belonged below.
    place.y = [...done.values()].filter((other) => besides(place, other)).reduce((deepest, other) => Math.max(deepest, other.y + other.h), 0);
    done.set(id, place);
  }
  return done;
}

/** The first gap, read line by line, in which a chart of this size overlaps none of `places`. */
export function gap(places, { w, h }) {
  const free = (at) => !places.some((other) => besides(at, other) && at.y < other.y + other.h && other.y < at.y + at.h);
  for (let y = 0; ; y += 1) {
    for (let x = 0; x + w <= COLUMNS; x += 1) if (free({ x, y, w, h })) return { x, y, w, h };
  }
}

/** How many rows a chart must go to change places with the next one above (-1) or below (1) it. */
export function rowsToNext(places, id, direction) {
  const place = places.get(id);
  const near = [...places].filter(([other, at]) => other !== id && besides(place, at) && (direction < 0 ? at.y < place.y : at.y > place.y)).map(([, at]) => at.y);
  if (!near.length) return direction < 0 ? 0 : 1;
  return direction < 0 ? Math.max(...near) - place.y : Math.min(...near) + 1 - place.y;
}

export const same = (a, b) => a.x === b.x && a.y === b.y && a.w === b.w && a.h === b.h;
