// What can be broken on purpose, and what should come of it.

import { bytes } from "./format.js";

/** @param {import("./model.js").Endpoint} endpoint @param {any} client */
export function faultsOf(endpoint, client) {
  const { limits, pingInterval } = endpoint;
  const isDeaf = client.faults?.includes("not_reading");
  const isMute = client.faults?.includes("no_pong");
  const silence = pingInterval + Math.min(pingInterval, 20);
  return [
    ["vanish", "Vanish", "the connection is cut, without a close"],
    isDeaf
      ? ["read_again", "Read again", "what waits in its outbox arrives"]
      : ["stop_reading", "Stop reading", `its outbox fills up to ${bytes(limits.outbox_bytes)}, then 1013`],
    isMute
      ? ["pong_again", "Answer pings again", ""]
      : ["no_pong", "Answer no pings", `4408 after up to ${silence} s of silence`],
    ["flood", "Flood", `more than ${2 * limits.messages_per_second} messages at once: 4429`],
    ["too_big", "Send a frame over the limit", `more than ${bytes(limits.max_message_bytes)}: 1009`],
    ["binary", "Send a binary frame", "not on this wire: 1003"],
    ["half_frame", "Send half a frame", "and vanish"],
    ["bad_json", "Send what is no JSON", "an error invalid_json; the connection stays"],
    ["expire", "Let its token expire now", "1008 token_expired"],
  ].map(([fault, label, note]) => ({ fault, label, note }));
}
