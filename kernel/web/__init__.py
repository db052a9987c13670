"""The pages: plain ES modules on top of the public REST API, and the one HTML page that loads them.

`assets` serves the files under a digest of them all, `icons` makes the sprite that they name,
`shell` writes the page. Nothing here knows the services: what a page can do, a client can do.

How to add to the pages (`static/`):

- A page is a module in `pages/` whose default export takes the place (`{parameters, query}`) and gives
  an element. A module in `places/`, imported by `app.js`, says where it is: `mainPlace` for the side
  bar, `projectView` for a tab of a project, `commands` for the palette.
- Elements are custom ones over `core/part.js`: what `listen` and `follow` begin ends with the element.
  `h` of `core/dom.js` makes elements from data; there is no HTML in strings anywhere.
- Requests go through `core/api.js`. A `Problem` carries the faults by JSON pointer; `placeFaults` of
  `core/dialog.js` and `fault` of a schema form put them at their fields, `complain` tells the rest.
- Texts are `t("English text")` and `n("{count} record", "{count} records", count)`; the Polish ones stand
  in `messages/pl/`, and a test finds what is missing. Icons are named where they are used:
  `icon("plus")`; the server puts them into the sprite.
- What is written goes through `data/records.js` (shown at once, taken back when refused, undone by
  Ctrl+Z); `remember` of `core/undo.js` does that for anything else.
- A value is drawn and edited by its widget (`widgets/registry.js`); a config is filled in by
  `forms/schema_form.js`, from the JSON Schema that a catalogue publishes.
- Colors, sizes and spaces are the custom properties of `styles/01_tokens.css`, for both themes.
"""
