// "Send it broken": for each thing that a schema demands, one value that breaks it and nothing else.

import { visible } from "./format.js";
import { choicesOf, kindOf, propertiesOf } from "./schemas.js";

const MAX_DEPTH = 4;
const MAX_OFFERED = 60;

/**
 * @param {any} example a whole frame that fits
 * @param {import("./model.js").Message} message
 * @param {import("./schemas.js").Schemas} schemas
 * @returns {{ label: string, frame: any }[]}
 */
export function violationsOf(example, message, schemas) {
  /** @type {{ label: string, frame: any }[]} */
  const found = [];
  const { id, type, ...own } = message.payload.properties ?? {};
  const payload = { ...message.payload, properties: own };
  for (const [label, frame] of breakObject(example, payload, schemas, [])) {
    found.push({ label, frame });
    if (found.length >= MAX_OFFERED) break;
  }
  found.push({ label: "a type that does not exist", frame: { ...example, type: `${message.name}_` } });
  return found;
}

/** @returns {Generator<[string, any]>} */
function* breakValue(value, schema, schemas, path) {
  const known = schemas.resolve(schema);
  const where = path.map((each) => visible(each)).join(".");
  for (const [what, bad] of replacements(value, known)) yield [`${where}: ${what}`, bad];
  if (path.length >= MAX_DEPTH) return;
  const kind = kindOf(known);
  if (kind === "object" && isObject(value)) yield* breakObject(value, known, schemas, path);
  if (kind === "array" && Array.isArray(value) && value.length) {
    for (const [label, bad] of breakValue(value[0], known.items ?? {}, schemas, [...path, "0"])) {
      yield [label, [bad, ...value.slice(1)]];
    }
  }
}

/** @returns {Generator<[string, any]>} */
function* breakObject(value, schema, schemas, path) {
  const required = new Set(schema.required ?? []);
  for (const [name, each] of propertiesOf(schema)) {
    const here = [...path, name];
    if (required.has(name) && Object.hasOwn(value, name)) {
      const { [name]: _, ...others } = value;
      yield [`${here.map((part) => visible(part)).join(".")}: missing`, others];
    }
    const inner = Object.hasOwn(value, name) ? value[name] : undefined;
    for (const [label, bad] of breakValue(inner, each, schemas, here)) {
      yield [label, { ...value, [name]: bad }];
    }
  }
  if (schema.additionalProperties === false) {
    yield [`${[...path, ""].join(".")}a property that is not declared`, { ...value, not_declared: true }];
  }
}

/** @returns {Generator<[string, any]>} */
function* replacements(value, schema) {
  const kind = kindOf(schema);
  if (kind !== "any") yield ["of another kind", kindBesides(schema)];
  if (kind === "enum" || kind === "const") yield ["none of its values", "none of its values"];
  if (kind === "string") yield* brokenTexts(schema);
  if (kind === "integer" || kind === "number") yield* brokenNumbers(schema);
  if (kind === "integer") yield ["not whole", 1.5];
  if (kind === "array") yield* brokenLists(value, schema);
}

/** @returns {Generator<[string, any]>} */
function* brokenTexts(schema) {
  if (schema.maxLength !== undefined) yield [`longer than ${schema.maxLength}`, "x".repeat(schema.maxLength + 1)];
  if (schema.minLength) yield [`shorter than ${schema.minLength}`, "x".repeat(schema.minLength - 1)];
  if (schema.pattern) yield ["against its pattern", "\u0001 \u0001"];
  if (schema.format) yield [`no ${schema.format}`, "no such thing"];
}

/** @returns {Generator<[string, any]>} */
function* brokenNumbers(schema) {
  if (schema.minimum !== undefined) yield [`below ${schema.minimum}`, schema.minimum - 1];
  if (schema.maximum !== undefined) yield [`above ${schema.maximum}`, schema.maximum + 1];
  if (schema.exclusiveMinimum !== undefined) yield [`not above ${schema.exclusiveMinimum}`, schema.exclusiveMinimum];
  if (schema.exclusiveMaximum !== undefined) yield [`not below ${schema.exclusiveMaximum}`, schema.exclusiveMaximum];
  if (schema.multipleOf) yield [`no multiple of ${schema.multipleOf}`, schema.multipleOf * 1.5];
}

/** @returns {Generator<[string, any]>} */
function* brokenLists(value, schema) {
  const list = Array.isArray(value) ? value : [];
  const one = list[0] ?? "x";
  if (schema.minItems) yield [`fewer than ${schema.minItems} items`, list.slice(0, schema.minItems - 1)];
  if (schema.maxItems !== undefined && schema.maxItems < 2000) {
    yield [`more than ${schema.maxItems} items`, Array.from({ length: schema.maxItems + 1 }, () => one)];
  }
  if (schema.uniqueItems) yield ["two items the same", [one, one]];
}

/** A value that is of none of the kinds that a schema allows. */
function kindBesides(schema) {
  const kinds = new Set(choicesOf(schema).length ? choicesOf(schema).map(kindOf) : [kindOf(schema)]);
  if (kinds.has("object") || kinds.has("map")) return kinds.has("array") ? true : ["a list"];
  return { not: "what is wanted" };
}

function isObject(value) {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}
