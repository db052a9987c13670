// The page of a public form works without this. With it, fields that do not apply are not shown, and
// the button rests once it is pressed.

const form = document.querySelector("form");
document.getElementById("trouble")?.focus();

form.addEventListener("submit", () => {
  const button = form.querySelector("button[type=submit]");
  // after the browser has taken down what is to be sent
  setTimeout(() => { button.disabled = true; });
});

addEventListener("pageshow", () => { form.querySelector("button[type=submit]").disabled = false; });

/** What is filled in: texts, and lists for what holds many. */
function filledIn() {
  const fields = {};
  for (const [name, value] of new FormData(form)) {
    if (name.startsWith("_") || typeof value !== "string") continue;
    const many = form.querySelector(`fieldset[data-field="${CSS.escape(name)}"]`) !== null;
    if (many) (fields[name] ||= []).push(value);
    else fields[name] = value;
  }
  for (const box of form.querySelectorAll("[data-field]")) fields[box.dataset.field] ??= null;
  return fields;
}

let asked = 0;
let waiting = 0;

async function show() {
  const number = ++asked;
  const answer = await fetch(form.dataset.conditional, {
    method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ fields: filledIn() }),
  }).catch(() => null);
  if (!answer?.ok || number !== asked) return;
  const { visible } = await answer.json();
  for (const box of form.querySelectorAll("[data-field]")) box.hidden = !visible.includes(box.dataset.field);
}

if (form.dataset.conditional) {
  form.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(show, 200); });
  show();
}
