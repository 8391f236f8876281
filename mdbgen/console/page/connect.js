// What can be done with a client, wherever it lives: in the development process, or in this page.

import { closeHere, connectHere, forgetHere, sendHere } from "./browser_client.js";
import { ask } from "./control.js";
import { state, take } from "./store.js";

/** How a client shows who it is, in the order in which the server looks. */
export const CARRIERS = [
  ["", "as it does by default"],
  ["authorization", "Authorization: Bearer"],
  ["subprotocol", "subprotocol bearer"],
  ["ticket", "?ticket="],
  ["query", "?token="],
  ["cookie", "cookie"],
  ["none", "not at all"],
  ["browser", "as this browser"],
];

/** @param {any} client */
export function isHere(client) {
  return client.id.startsWith("b");
}

/**
 * Connect one more client of a person.
 * @param {string} person
 * @param {string} endpoint
 * @param {{ carrier: string, origin: string, headers: [string, string][], query: [string, string][] }} options
 */
export async function connect(person, endpoint, options) {
  if (options.carrier === "browser") {
    const who = state.people.get(person);
    const token = who.kind === "anonymous" ? null : (await ask("token", { person })).token;
    return connectHere(who, endpoint, token);
  }
  const details = {
    ...(options.carrier ? { carrier: options.carrier } : {}),
    ...(options.origin ? { origin: options.origin } : {}),
    ...(options.headers.length ? { headers: options.headers } : {}),
    ...(options.query.length ? { query: options.query } : {}),
  };
  const { client } = await ask("connect", { person, endpoint, ...details });
  if (typeof client === "object") take({ is: "client", client });
  return typeof client === "object" ? client.id : client;
}

/** @param {any} client @param {string} text */
export async function sendFrom(client, text) {
  if (isHere(client)) sendHere(client.id, text);
  else await ask("send", { client: client.id, text });
}

/** @param {any} client @param {number} code @param {string} reason */
export async function closeClient(client, code = 1000, reason = "") {
  if (isHere(client)) closeHere(client.id, code, reason);
  else await ask("close", { client: client.id, code, reason });
}

/** @param {any} client */
export async function forgetClient(client) {
  if (isHere(client)) forgetHere(client.id);
  else await ask("forget", { client: client.id });
}

/** @param {any} client */
export async function reconnectClient(client) {
  if (!isHere(client)) {
    await ask("reconnect", { client: client.id });
    return;
  }
  const options = { carrier: "browser", origin: "", headers: [], query: [] };
  forgetHere(client.id);
  await connect(client.person, client.endpoint, options);
}
