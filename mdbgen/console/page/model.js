// The contract, turned from an AsyncAPI document into what the page shows.

import { Schemas } from "./schemas.js";
import { sampleOf } from "./sample.js";

/**
 * @typedef {{
 *   key: string, name: string, title: string, description: string, deprecated: boolean,
 *   payload: any, example: any, reply: string, way: "receive" | "send", declared: boolean,
 * }} Message
 * @typedef {{
 *   name: string, path: string, description: string, anonymous: boolean, pingInterval: number,
 *   ticket: { address: string, "expires-in": number } | null, limits: Record<string, number>,
 *   stated: Record<string, number>, history: number, who: string, decidedBy: string,
 *   receive: Message[], send: Message[], takesObjects: boolean, sendsAnything: boolean,
 *   client: { client: string, methods: Record<string, string> } | null, clients: any[],
 * }} Endpoint
 * @typedef {{
 *   slug: string, endpoints: Endpoint[], schemas: Schemas, rules: any[], closes: any[],
 *   warnings: any[], protocol: Message[], stream: any, hasTickets: boolean,
 * }} Contract
 */

const ANY = ["any-received", "any-sent"];
// What the package itself sends: on every endpoint, whatever the manifest declares.
const PROTOCOL = ["connected", "ping", "error", "disconnect", "resync"];

/** @param {any} source what `mdbgen` hands to the page @returns {Contract} */
export function readContract(source) {
  const { asyncapi, inspect, slug } = source;
  const schemas = new Schemas(asyncapi.components.schemas ?? {});
  const messages = asyncapi.components.messages;
  const read = (/** @type {string} */ key, /** @type {"receive" | "send"} */ way) =>
    readMessage(key, messages[key], way, schemas);
  const endpoints = inspect.endpoints.map((/** @type {any} */ access) =>
    readEndpoint(access, source, read),
  );
  return {
    slug,
    endpoints,
    schemas,
    rules: inspect.rules,
    closes: asyncapi["x-close-codes"],
    warnings: inspect.warnings,
    protocol: PROTOCOL.filter((key) => key in messages).map((key) => read(key, "send")),
    stream: asyncapi["x-stream"] ?? null,
    hasTickets: endpoints.some((/** @type {Endpoint} */ each) => each.ticket),
  };
}

/** @returns {Endpoint} */
function readEndpoint(access, { asyncapi, inspect, typescript }, read) {
  const name = access.endpoint;
  const channel = channelOf(asyncapi, name, access.path);
  const operations = Object.values(asyncapi.operations).filter(
    (/** @type {any} */ each) => each.channel.$ref === `#/channels/${channel.key}`,
  );
  const keysOf = (/** @type {string} */ action) =>
    operations
      .filter((/** @type {any} */ each) => each.action === action)
      .flatMap((/** @type {any} */ each) => each.messages.map(lastPart))
      .filter((key) => !PROTOCOL.includes(key));
  const receive = [...new Set(keysOf("receive"))];
  const send = [...new Set(keysOf("send"))];
  const replies = repliesOf(operations, read);
  const own = (/** @type {string} */ key) => !ANY.includes(key);
  return {
    name,
    path: access.path,
    description: channel.value.description ?? "",
    anonymous: channel.value["x-anonymous"],
    pingInterval: access.ping_interval,
    ticket: channel.value["x-ticket"] ?? null,
    limits: channel.value["x-limits"],
    stated: access.limits,
    history: access.history,
    who: access.who,
    decidedBy: access.decided_by,
    receive: receive.filter(own).map((key) => ({ ...read(key, "receive"), reply: replies[key] ?? "" })),
    send: send.filter(own).map((key) => read(key, "send")),
    takesObjects: receive.includes("any-received"),
    sendsAnything: send.includes("any-sent"),
    client: typescript?.[name] ?? null,
    clients: inspect.clients.filter((/** @type {any} */ each) => each.endpoints.includes(name)),
  };
}

/** A channel has the name of its endpoint, unless that would be misread somewhere. */
function channelOf(asyncapi, name, path) {
  const key = [name, `endpoint.${name}`].find(
    (each) => Object.hasOwn(asyncapi.channels, each) && asyncapi.channels[each].address === path,
  );
  return { key, value: asyncapi.channels[key ?? name] };
}

function repliesOf(operations, read) {
  /** @type {Record<string, string>} */
  const replies = {};
  for (const each of operations) {
    if (each.action !== "receive" || !each.reply) continue;
    const key = each.reply.messages.map(lastPart).find((/** @type {string} */ one) => one !== "error");
    replies[lastPart(each.messages[0])] = key ? read(key, "send").name : "";
  }
  return replies;
}

/** @param {{ $ref: string }} reference @returns {string} */
function lastPart(reference) {
  return reference.$ref.slice(reference.$ref.lastIndexOf("/") + 1);
}

/** @returns {Message} */
function readMessage(key, message, way, schemas) {
  return {
    key,
    name: message.name,
    title: message.title ?? "",
    description: message.description ?? "",
    deprecated: message.payload.deprecated === true,
    payload: message.payload,
    example: message.examples?.[0]?.payload ?? exampleOf(message, way, schemas),
    reply: "",
    way,
    declared: !ANY.includes(key) && !PROTOCOL.includes(key),
  };
}

function exampleOf(message, way, schemas) {
  const { examples, ...payload } = message.payload;
  return sampleOf(payload, schemas);
}

/** The properties of a message that are the app's: without the envelope. */
export const ENVELOPE = new Set(["type", "id", "reply_to", "seq", "app_slug", "timestamp"]);

/** @param {Contract | null} contract @param {string} name */
export function endpointOf(contract, name) {
  return contract?.endpoints.find((each) => each.name === name) ?? null;
}
