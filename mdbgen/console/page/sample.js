// A value for a schema: its own example where it has one, else the plainest that fits.

import { choicesOf, kindOf, propertiesOf } from "./schemas.js";

const FORMATS = {
  "date-time": "2026-01-02T12:00:00Z",
  date: "2026-01-02",
  time: "12:00:00Z",
  uuid: "6f1c2e9a-4b7d-4f5e-9a3c-2d8e1b0f7a64",
  email: "ada@example.com",
  uri: "https://example.com/",
};
const MAX_DEPTH = 6;

/**
 * @param {any} schema
 * @param {import("./schemas.js").Schemas} schemas
 * @param {number} [depth]
 * @returns {any}
 */
export function sampleOf(schema, schemas, depth = 0) {
  const known = schemas.resolve(schema);
  if (known.examples?.length) return known.examples[0];
  if ("default" in known) return known.default;
  switch (kindOf(known)) {
    case "const":
      return known.const;
    case "enum":
      return known.enum[0];
    case "union":
      return sampleOfUnion(known, schemas, depth);
    case "object":
      return sampleOfObject(known, schemas, depth);
    case "map":
      return {};
    case "array":
      return sampleOfList(known, schemas, depth);
    case "string":
      return sampleOfText(known);
    case "integer":
    case "number":
      return sampleOfNumber(known);
    case "boolean":
      return false;
    case "null":
      return null;
    default:
      return "";
  }
}

/** Properties that must be there; the others only near the top, where they explain. */
function sampleOfObject(schema, schemas, depth) {
  const required = new Set(schema.required ?? []);
  const wanted = propertiesOf(schema).filter(([name, each]) => {
    if (required.has(name)) return true;
    const known = schemas.resolve(each);
    return depth < 2 && (known.examples?.length || "default" in known);
  });
  return Object.fromEntries(
    wanted.map(([name, each]) => [name, depth < MAX_DEPTH ? sampleOf(each, schemas, depth + 1) : null]),
  );
}

function sampleOfUnion(schema, schemas, depth) {
  // Recursive types end at the choice that leads nowhere.
  const choices = choicesOf(schema);
  const deep = depth >= MAX_DEPTH - 2;
  const flat = choices.find((each) => !["object", "array", "union"].includes(kindOf(schemas.resolve(each))));
  return sampleOf((deep && flat) || choices[0], schemas, depth + 1);
}

function sampleOfList(schema, schemas, depth) {
  const least = schema.minItems ?? (depth < 2 ? 1 : 0);
  const count = Math.min(least, schema.maxItems ?? least, 20);
  const one = sampleOf(schema.items ?? {}, schemas, depth + 1);
  return Array.from({ length: count }, (_, at) => (schema.uniqueItems && at ? another(one, at) : one));
}

function another(value, at) {
  if (typeof value === "number") return value + at;
  if (typeof value === "string") return `${value}${at}`;
  return value;
}

function sampleOfText(schema) {
  if (schema.format in FORMATS) return FORMATS[schema.format];
  const text = schema.pattern ? textFor(schema.pattern) : "text";
  const long = text.padEnd(schema.minLength ?? 0, "x");
  return schema.maxLength === undefined ? long : long.slice(0, schema.maxLength);
}

// Most patterns of messages are one class of characters and a length. Others are left to people.
const CLASSES = [/\[([a-zA-Z0-9])/, /\\([dw])/];

/** @param {string} pattern */
function textFor(pattern) {
  const one = CLASSES.map((each) => each.exec(pattern)?.[1]).find(Boolean);
  if (!one) return "text";
  const character = one === "d" ? "0" : one === "w" ? "a" : one;
  const count = Number(/\{(\d+)/.exec(pattern)?.[1] ?? 4);
  const guesses = [character.repeat(count), character.repeat(4), "text"];
  return guesses.find((each) => matches(pattern, each)) ?? "text";
}

function matches(pattern, text) {
  try {
    return new RegExp(pattern, "u").test(text);
  } catch {
    return false;
  }
}

function sampleOfNumber(schema) {
  const step = schema.multipleOf ?? (schema.type === "integer" ? 1 : 0.5);
  const above = schema.minimum ?? (schema.exclusiveMinimum === undefined ? undefined : schema.exclusiveMinimum + step);
  const below = schema.maximum ?? (schema.exclusiveMaximum === undefined ? undefined : schema.exclusiveMaximum - step);
  const least = above ?? Math.min(below ?? 1, 1);
  return schema.multipleOf ? Math.ceil(least / step) * step : least;
}
