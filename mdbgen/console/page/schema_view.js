// A schema as people read it: a list of properties, each with what it has to be.

import { html, useState } from "./preact.js";
import { pretty, prose, visible } from "./format.js";
import { choicesOf, constraintsOf, kindOf, propertiesOf } from "./schemas.js";

/**
 * @param {{ schema: any, schemas: import("./schemas.js").Schemas, hidden?: Set<string> }} props
 */
export function SchemaView({ schema, schemas, hidden = new Set() }) {
  const known = schemas.resolve(schema);
  const shown = propertiesOf(known).filter(([name]) => !hidden.has(name));
  if (!shown.length) return html`<p class="quiet">Nothing but its type.</p>`;
  return html`<${Properties} schema=${{ ...known, properties: Object.fromEntries(shown), patternProperties: {} }} schemas=${schemas} />`;
}

function Properties({ schema, schemas }) {
  const required = new Set(schema.required ?? []);
  return html`<ul class="properties">
    ${propertiesOf(schema).map(
      ([name, each]) => html`<li class="property" key=${name}>
        <${Property} name=${name} schema=${each} schemas=${schemas} required=${required.has(name)} />
      </li>`,
    )}
  </ul>`;
}

function Property({ name, schema, schemas, required }) {
  const known = schemas.resolve(schema);
  const words = constraintsOf(known);
  return html`<div class="property-head">
      <span class="property-name theirs">${visible(name)}</span>
      <span class="property-kind theirs">${kindInWords(schema, schemas)}</span>
      ${required ? null : html`<span class="badge">optional</span>`}
      ${known.deprecated ? html`<span class="badge warn">deprecated</span>` : null}
      ${words.map((each) => html`<span class="key theirs" key=${each}>${visible(each)}</span>`)}
      ${"default" in known ? html`<span class="key theirs">default ${shortJson(known.default)}</span>` : null}
    </div>
    ${known.description ? html`<p class="property-note theirs">${prose(known.description)}</p>` : null}
    <${Inside} schema=${schema} schemas=${schemas} />`;
}

/** What a property holds, if it holds more: opened by hand, since schemas may be recursive. */
function Inside({ schema, schemas }) {
  const [open, setOpen] = useState(false);
  const inner = objectsIn(schema, schemas);
  if (!inner.length) return null;
  return html`<details onToggle=${(event) => setOpen(event.currentTarget.open)}>
    <summary>${inner.length === 1 ? "its properties" : `${inner.length} kinds of it`}</summary>
    ${open
      ? inner.map((each, at) => html`<${Properties} key=${at} schema=${each} schemas=${schemas} />`)
      : null}
  </details>`;
}

/** The objects with properties that a value may be, or is a list or map of. */
function objectsIn(schema, schemas, depth = 0) {
  const known = schemas.resolve(schema);
  if (depth > 5) return [];
  switch (kindOf(known)) {
    case "object":
      return propertiesOf(known).length ? [known] : [];
    case "array":
      return objectsIn(known.items ?? {}, schemas, depth + 1);
    case "map":
      return objectsIn(known.additionalProperties ?? {}, schemas, depth + 1);
    case "union":
      return choicesOf(known).flatMap((each) => objectsIn(each, schemas, depth + 1));
    default:
      return [];
  }
}

/** "text", "list of Item", "one of "idle", "busy"". @returns {string} */
export function kindInWords(schema, schemas, depth = 0) {
  const known = schemas.resolve(schema);
  const name = schemas.nameOf(schema);
  const inner = (each) => (depth > 4 ? "…" : kindInWords(each, schemas, depth + 1));
  switch (kindOf(known)) {
    case "const":
      return shortJson(known.const);
    case "enum":
      return `one of ${known.enum.map(shortJson).join(", ")}`;
    case "union":
      return name ? visible(name) : choicesOf(known).map(inner).join(" or ");
    case "object":
      return name ? visible(name) : "object";
    case "map":
      return `map of ${inner(known.additionalProperties ?? {})}`;
    case "array":
      return `list of ${inner(known.items ?? {})}`;
    case "string":
      return name ? visible(name) : "text";
    case "any":
      return "anything";
    default:
      return name ? visible(name) : known.type;
  }
}

/** @param {unknown} value */
export function shortJson(value) {
  const text = visible(pretty(value).replace(/\s*\n\s*/g, " "));
  return text.length > 60 ? `${text.slice(0, 58)}…` : text;
}
