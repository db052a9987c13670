// Shows the OpenAPI document: operations by tag, with parameters, bodies, answers and examples.
"use strict";

const METHODS = ["get", "post", "put", "patch", "delete"];

function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) made.setAttribute(key, value);
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

function resolve(api, node) {
  let found = node;
  while (found && found.$ref) {
    found = found.$ref.slice(2).split("/").reduce((at, step) => at && at[step], api);
  }
  return found || {};
}

function typeName(api, schema) {
  if (!schema) return "";
  if (schema.$ref) return schema.$ref.split("/").pop();
  const choices = schema.oneOf || schema.anyOf;
  if (choices) return [...new Set(choices.map((choice) => typeName(api, choice)))].join(" | ");
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  if (schema.type === "array") return `[${typeName(api, schema.items)}]`;
  return [schema.type || "any"].flat().join(" | ") + (schema.format ? ` (${schema.format})` : "");
}

function table(head, rows) {
  if (!rows.length) return null;
  const line = (cells, kind) => element("tr", {}, ...cells.map((cell) => element(kind, {}, cell || "")));
  return element("table", {}, line(head, "th"), ...rows.map((row) => line(row, "td")));
}

function parameters(api, operation) {
  const rows = (operation.parameters || []).map((entry) => {
    const parameter = resolve(api, entry);
    const name = element("code", {}, parameter.name + (parameter.required ? " *" : ""));
    return [name, parameter.in, typeName(api, parameter.schema), parameter.description];
  });
  return table(["parameter", "in", "type", ""], rows);
}

function members(api, schema) {
  const resolved = resolve(api, schema);
  const needed = new Set(resolved.required || []);
  const rows = Object.entries(resolved.properties || {}).map(([name, member]) => [
    element("code", {}, name + (needed.has(name) ? " *" : "")), typeName(api, member), member.description,
  ]);
  return table(["member", "type", ""], rows);
}

function content(api, title, holder) {
  const parts = Object.entries(holder.content || {}).map(([media, entry]) => element("div", {},
    element("h4", {}, `${title} `, element("span", { class: "soft" }, `${media} ${typeName(api, entry.schema)}`)),
    media.includes("problem") ? null : members(api, entry.schema),
    entry.example === undefined ? null : element("pre", {}, JSON.stringify(entry.example, null, 2))));
  return element("div", {}, ...parts);
}

function body(api, operation) {
  const parts = [operation.description ? element("p", {}, operation.description) : null, parameters(api, operation)];
  if (operation.requestBody) parts.push(content(api, "Body", resolve(api, operation.requestBody)));
  const problems = [];
  for (const [status, entry] of Object.entries(operation.responses || {})) {
    const response = resolve(api, entry);
    if (status < "400") parts.push(content(api, `${status} ${response.description || ""}`, response));
    else problems.push([status, response.description]);
  }
  parts.push(table(["problem", ""], problems));
  return parts;
}

function operationDetails(api, path, method, operation) {
  const details = element("details", {}, element("summary", {},
    element("span", { class: `method ${method}` }, method), element("code", {}, path),
    element("span", { class: "soft" }, operation.summary || "")));
  details.dataset.text = [path, method, operation.summary, ...(operation.tags || [])].join(" ").toLowerCase();
  details.addEventListener("toggle", () => {
    if (details.open && details.children.length === 1) details.append(...body(api, operation).filter(Boolean));
  });
  return details;
}

function byTag(api) {
  const tags = new Map();
  for (const [path, item] of Object.entries(api.paths)) {
    for (const method of METHODS.filter((name) => item[name])) {
      const tag = (item[method].tags || ["Other"])[0];
      if (!tags.has(tag)) tags.set(tag, []);
      tags.get(tag).push(operationDetails(api, path, method, item[method]));
    }
  }
  return [...tags.entries()].sort(([a], [b]) => a.localeCompare(b));
}

function filter(main, text) {
  for (const section of main.querySelectorAll("section")) {
    let shown = 0;
    for (const details of section.querySelectorAll("details")) {
      details.hidden = !details.dataset.text.includes(text);
      shown += details.hidden ? 0 : 1;
    }
    section.hidden = shown === 0;
  }
}

async function show() {
  const main = document.getElementById("document");
  try {
    const answer = await fetch("/schema/openapi.json");
    if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
    const api = await answer.json();
    const sections = byTag(api).map(([tag, operations]) => element("section", {}, element("h2", {}, tag), ...operations));
    main.replaceChildren(element("p", {}, api.info.description), ...sections);
    const search = document.getElementById("search");
    search.addEventListener("input", () => filter(main, search.value.trim().toLowerCase()));
  } catch (error) {
    main.replaceChildren(element("p", { role: "alert" }, `The document could not be loaded: ${error.message}.`));
  }
}

show();
