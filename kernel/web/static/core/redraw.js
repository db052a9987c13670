// Drawing anew what others change, while somebody works at it: the focus, what is being typed or carried, and
// what an open menu hangs on stay as they are.

const holds = new Set();
const waiting = new Map();

/** Nothing around this element (or point) is drawn anew until the end that comes back is called. */
export function hold(anchor) {
  const one = { element: anchor.localName ? anchor : null };
  holds.add(one);
  return () => {
    holds.delete(one);
    // A menu that closes may open the next one at the same place.
    queueMicrotask(() => [...waiting].forEach(([box, draw]) => redraw(box, draw)));
  };
}

// What is pressed must still be there when it is let go, or the click is lost.
let letGo = () => {};
const free = () => setTimeout(letGo);
addEventListener("pointerdown", ({ target }) => { letGo(); letGo = hold(target); }, { capture: true });
["pointerup", "pointercancel"].forEach((type) => addEventListener(type, free, { capture: true }));

/** For answers that may come in another order than they were asked for: gives null for one that is older than the last. */
export function newest() {
  let asked = 0;
  let given = 0;
  return async (answer) => {
    const turn = asked += 1;
    const found = await answer;
    if (turn < given) return null;
    given = turn;
    return found;
  };
}

/** Draw inside `box`, at once or when nothing in it is held any more; of several that wait the last counts. */
export function redraw(box, draw) {
  waiting.delete(box);
  if ([...holds].some(({ element }) => box.contains(element))) waiting.set(box, draw);
  else keepFocus(box, draw);
}

/** Where the focus was in `box`, there it is after drawing: at the same element, or at the one like it. */
export function keepFocus(box, draw) {
  const was = document.activeElement;
  if (was === box || !box.contains(was)) { draw(); return; }
  const again = alike(box, was);
  const { value, selectionStart, selectionEnd } = was;
  draw();
  if (document.activeElement === was) return;
  const now = box.contains(was) ? was : again();
  if (!now) return;
  now.focus({ preventScroll: true });
  if (now === was || typeof selectionStart !== "number") return;
  now.value = value;
  now.setSelectionRange(selectionStart, selectionEnd);
}

/** How to find the element again: within what has the same key, by its label, else by its place. */
function alike(box, element) {
  let owner = element;
  while (owner !== box && owner.key === undefined) owner = owner.parentElement;
  const { key } = owner;
  const among = (place) => [...place.querySelectorAll(element.localName)];
  const label = (one) => one.getAttribute("aria-label") ?? one.textContent;
  const at = among(owner).indexOf(element);
  const name = label(element);
  return () => {
    const place = owner === box ? box : [...box.querySelectorAll("*")].find((one) => one.key === key);
    if (!place || owner === element) return place;
    return among(place).find((one) => label(one) === name) ?? among(place)[at];
  };
}

/**
 * Make the children of `parent` those that `draw(item)` gives for `items`, in their order. What shows the same
 * already stays the very node; one with an `update(item)` is told. `none()` is shown when there are none.
 */
export function drawList(parent, items, draw, { key = (item) => item.id, none } = {}) {
  const drawn = new Map([...parent.children].map((node) => [node.key, node]));
  const node = (name, item, make) => {
    const from = JSON.stringify(item);
    const known = drawn.get(name);
    if (known?.from === from) return known;
    const shown = known?.update ? known : make();
    shown.update?.(item);
    return Object.assign(shown, { key: name, from });
  };
  const nodes = items.map((item) => node(key(item), item, () => draw(item)));
  if (!nodes.length && none) nodes.push(node("", null, none));
  const kept = new Set(nodes);
  for (const child of [...parent.children]) if (!kept.has(child)) child.remove();
  nodes.forEach((child, at) => { if (parent.children[at] !== child) parent.insertBefore(child, parent.children[at] ?? null); });
}
