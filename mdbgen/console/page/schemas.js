// Reading JSON Schema as AsyncAPI spells it: the closed subset that a manifest may use.

/** @typedef {any} Schema */

const REF = /^#\/components\/schemas\//;

/** The schema behind `$ref` and `allOf: [ref]`, with the notes beside the reference. */
export class Schemas {
  /** @param {Record<string, Schema>} components */
  constructor(components) {
    this.components = components;
  }

  /** @param {Schema} schema @returns {Schema} */
  resolve(schema) {
    let found = schema ?? {};
    // A reference may lead to another, and in a manifest that is wrong in a circle.
    for (let step = 0; step < 20; step += 1) {
      if (Array.isArray(found.allOf) && found.allOf.length === 1) {
        const { allOf, ...notes } = found;
        found = { ...this.resolve(allOf[0]), ...notes };
      } else if (typeof found.$ref === "string") {
        found = this.components[found.$ref.replace(REF, "")] ?? {};
      } else {
        return found;
      }
    }
    return {};
  }

  /** The name of the schema that is referred to; "" if it is written out. @param {Schema} schema */
  nameOf(schema) {
    const ref = schema?.$ref ?? schema?.allOf?.[0]?.$ref;
    if (typeof ref !== "string") return "";
    const name = ref.replace(REF, "");
    return this.components[name]?.title ?? name;
  }
}

/** The properties of an object, with those that are stated as a pattern for being odd names. @param {Schema} schema */
export function propertiesOf(schema) {
  /** @type {[string, Schema][]} */
  const odd = Object.entries(schema.patternProperties ?? {}).map(([pattern, each]) => [
    pattern.replace(/^\^|\$$/g, "").replace(/\\(.)/g, "$1"),
    each,
  ]);
  return [...Object.entries(schema.properties ?? {}), ...odd];
}

/** What a value may be: the alternatives of a union, each a schema. @param {Schema} schema @returns {Schema[]} */
export function choicesOf(schema) {
  if (Array.isArray(schema.anyOf)) return schema.anyOf;
  if (Array.isArray(schema.type)) {
    const { type, ...others } = schema;
    return type.map((/** @type {string} */ each) => ({ ...others, type: each }));
  }
  return [];
}

/** The one word for a kind of value. @param {Schema} schema @returns {string} */
export function kindOf(schema) {
  if ("const" in schema) return "const";
  if (Array.isArray(schema.enum)) return "enum";
  if (choicesOf(schema).length) return "union";
  if (schema.type === "object" || schema.properties) return isMap(schema) ? "map" : "object";
  return schema.type ?? "any";
}

/** @param {Schema} schema */
function isMap(schema) {
  return !propertiesOf(schema).length && schema.additionalProperties !== false && schema.type === "object";
}

const CONSTRAINTS = [
  ["format", (/** @type {any} */ value) => value],
  ["minLength", (/** @type {any} */ value) => `at least ${value} ${value === 1 ? "character" : "characters"}`],
  ["maxLength", (/** @type {any} */ value) => `at most ${value} ${value === 1 ? "character" : "characters"}`],
  ["pattern", (/** @type {any} */ value) => `matches ${value}`],
  ["minimum", (/** @type {any} */ value) => `≥ ${value}`],
  ["maximum", (/** @type {any} */ value) => `≤ ${value}`],
  ["exclusiveMinimum", (/** @type {any} */ value) => `> ${value}`],
  ["exclusiveMaximum", (/** @type {any} */ value) => `< ${value}`],
  ["multipleOf", (/** @type {any} */ value) => `a multiple of ${value}`],
  ["minItems", (/** @type {any} */ value) => `at least ${value} items`],
  ["maxItems", (/** @type {any} */ value) => `at most ${value} items`],
  ["uniqueItems", () => "no two items the same"],
];

/** What a value has to keep to besides its kind, in words. @param {Schema} schema @returns {string[]} */
export function constraintsOf(schema) {
  const stated = CONSTRAINTS.filter(([key]) => /** @type {string} */ (key) in schema);
  const words = stated.map(([key, say]) => /** @type {any} */ (say)(schema[/** @type {string} */ (key)]));
  if (schema.additionalProperties === false) words.push("no other properties");
  return words;
}
