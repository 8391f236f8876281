// Frames against the contract, in both directions.

import { visible } from "./format.js";
import { endpointOf } from "./model.js";

/** @type {any} */
const { Validator } = globalThis["jsonSchema"];

/** @type {WeakMap<object, any>} */
const validators = new WeakMap();

/** @param {any} payload @param {import("./schemas.js").Schemas} schemas */
function validatorOf(payload, schemas) {
  let found = validators.get(payload);
  if (!found) {
    // The validator finds definitions below `$defs`; elsewhere it would read their names as keywords.
    const whole = { ...payload, $defs: schemas.components };
    const text = JSON.stringify(whole).replaceAll('"#/components/schemas/', '"#/$defs/');
    found = new Validator(JSON.parse(text), "7", false);
    validators.set(payload, found);
  }
  return found;
}

// These say that something inside is wrong; what is inside says what.
const OUTER = new Set(["properties", "patternProperties", "items", "$ref", "allOf", "additionalProperties"]);

/**
 * What is wrong with a value: places and sentences, none if it fits.
 * @param {any} value
 * @param {any} payload
 * @param {import("./schemas.js").Schemas} schemas
 * @returns {{ path: string, message: string }[]}
 */
export function mistakesIn(value, payload, schemas) {
  let result;
  try {
    result = validatorOf(payload, schemas).validate(value);
  } catch {
    return []; // a pattern that this browser does not understand
  }
  if (result.valid) return [];
  const errors = result.errors.filter((/** @type {any} */ each) => !OUTER.has(each.keyword));
  const chosen = errors.length ? errors : result.errors;
  return chosen.slice(0, 10).map((/** @type {any} */ each) => ({
    path: pathOf(each.instanceLocation),
    message: visible(each.error),
  }));
}

/** @param {string} pointer */
function pathOf(pointer) {
  return pointer
    .replace(/^#\/?/, "")
    .split("/")
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"))
    .join(".");
}

/**
 * The message that a frame is, as its endpoint declares it.
 * @param {import("./model.js").Contract} contract
 * @param {import("./model.js").Endpoint} endpoint
 * @param {string} type
 * @param {string} way
 */
export function messageOf(contract, endpoint, type, way) {
  const declared = way === "out" ? endpoint.receive : [...endpoint.send, ...contract.protocol];
  return declared.find((each) => each.name === type) ?? null;
}

/**
 * What is wrong with a frame by the contract; none if nothing is, or if nothing is declared.
 * @param {import("./frames.js").Frame} frame
 * @param {string} endpointName
 * @param {import("./model.js").Contract | null} contract
 */
export function verdictOn(frame, endpointName, contract) {
  if (frame.way === "event" || !contract) return [];
  if (frame.verdict?.contract !== contract) {
    frame.verdict = { contract, mistakes: judge(frame, endpointOf(contract, endpointName), contract) };
  }
  return frame.verdict.mistakes;
}

function judge(frame, endpoint, contract) {
  if (!endpoint) return [];
  if (frame.binary) return [{ path: "", message: "A binary frame; the wire knows text frames only." }];
  const value = frame.value;
  if (value === undefined) return [{ path: "", message: "It is no JSON." }];
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    return [{ path: "", message: "It is no JSON object." }];
  }
  const message = messageOf(contract, endpoint, frame.type, frame.way);
  if (message) return mistakesIn(value, message.payload, contract.schemas);
  const isFree = frame.way === "out" ? endpoint.takesObjects || frame.type === "pong" : endpoint.sendsAnything;
  if (isFree) return [];
  return [{ path: "type", message: `${endpoint.name} declares no message ${JSON.stringify(frame.type)}.` }];
}
