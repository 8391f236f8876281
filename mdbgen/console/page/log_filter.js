// Which frames of the log are shown, and how they leave and enter it as files.

import { state } from "./store.js";
import { verdictOn } from "./validation.js";

/**
 * @typedef {{ person: string, endpoint: string, type: string, way: string, text: string, broken: boolean }} Filter
 * @type {Filter}
 */
export const NO_FILTER = { person: "", endpoint: "", type: "", way: "", text: "", broken: false };

/** @param {import("./frames.js").Frame[]} frames @param {Filter} filter */
export function filtered(frames, filter) {
  if (Object.values(filter).every((each) => !each)) return frames;
  const wanted = filter.text.toLowerCase();
  return frames.filter((frame) => {
    const client = state.clients.get(frame.client);
    return (
      (!filter.person || client?.person === filter.person) &&
      (!filter.endpoint || client?.endpoint === filter.endpoint) &&
      (!filter.type || frame.type === filter.type) &&
      (!filter.way || frame.way === filter.way) &&
      (!wanted || (frame.text ?? "").toLowerCase().includes(wanted)) &&
      (!filter.broken || verdictOn(frame, client?.endpoint ?? "", state.contract).length > 0)
    );
  });
}

/** The types that occur, the most frequent first. @param {import("./frames.js").Frame[]} frames */
export function typesIn(frames) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const { type } of frames) if (type) counts.set(type, (counts.get(type) ?? 0) + 1);
  return [...counts].sort((one, other) => other[1] - one[1]).map(([type]) => type);
}

/** JSON Lines: a frame each, with who and where. @param {import("./frames.js").Frame[]} frames */
export function asLines(frames) {
  const lines = frames.map((frame) => {
    const client = state.clients.get(frame.client);
    return JSON.stringify({
      t: frame.t,
      client: frame.client,
      person: state.people.get(client?.person)?.name ?? null,
      endpoint: client?.endpoint ?? null,
      way: frame.way,
      text: frame.text,
      bytes: frame.bytes,
      binary: frame.binary,
    });
  });
  return lines.map((line) => `${line}\n`).join("");
}

/**
 * What a file says was sent, with the pauses between.
 * @param {string} text
 * @returns {{ after_ms: number, text: string }[]}
 */
export function readReplay(text) {
  const sent = text
    .split("\n")
    .filter((line) => line.trim())
    .map((line, at) => readLine(line, at + 1))
    .filter((each) => each.way === "out" && typeof each.text === "string");
  return sent.map((each, at) => ({
    after_ms: at ? Math.max(0, each.t - sent[at - 1].t) : 0,
    text: each.text,
  }));
}

function readLine(line, number) {
  try {
    const value = JSON.parse(line);
    if (value !== null && typeof value === "object") return value;
  } catch {
    // Said below.
  }
  throw new Error(`Line ${number} of the file is no JSON object.`);
}
