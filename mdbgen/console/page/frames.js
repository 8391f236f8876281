// What the clients have sent and received: bounded, and it says what it dropped.

/**
 * @typedef {{
 *   n: number, t: number, client: string, way: "in" | "out" | "event", text: string | null,
 *   bytes: number, binary: boolean, type: string, id: any, replyTo: any, value: any,
 *   answer?: Frame, question?: Frame,
 *   verdict?: { contract: any, mistakes: { path: string, message: string }[] },
 * }} Frame
 */

export const MAX_FRAMES = 10_000;
const MAX_CHARACTERS = 24_000_000;
const MAX_PER_CLIENT = 2_000;
const MAX_WAITING = 1_000;

/** A frame with what is read off its text. The value is read when asked for, and not kept. */
class ReadFrame {
  /** @param {any} sent */
  constructor(sent) {
    Object.assign(this, sent);
    /** @type {string | null} */
    this.text = sent.text;
    this.binary = sent.binary;
    this.way = sent.way;
    const value = this.way === "event" ? undefined : this.value;
    const isObject = value !== null && typeof value === "object" && !Array.isArray(value);
    this.type = isObject && typeof value.type === "string" ? value.type : "";
    this.id = isObject ? value.id : undefined;
    this.replyTo = isObject ? value.reply_to : undefined;
  }

  get value() {
    if (this.text === null || this.binary) return undefined;
    try {
      return JSON.parse(this.text);
    } catch {
      return undefined;
    }
  }
}

class FrameLog {
  constructor() {
    /** @type {Frame[]} */
    this.all = [];
    this.version = 0;
    this.reset(0);
  }

  /** @param {number} dropped that the development process no longer had */
  reset(dropped) {
    this.all = [];
    this.dropped = dropped;
    this.characters = 0;
    /** @type {Map<string, Frame[]>} */
    this.byClient = new Map();
    /** @type {Map<string, Frame>} questions that have no answer yet */
    this.waiting = new Map();
    this.version += 1;
  }

  /** @param {any[]} sent */
  add(sent) {
    for (const each of sent) this.addOne(/** @type {any} */ (new ReadFrame(each)));
    this.trim();
    this.version += 1;
  }

  /** @param {Frame} frame */
  addOne(frame) {
    this.all.push(frame);
    this.characters += frame.text?.length ?? 0;
    const own = this.byClient.get(frame.client) ?? [];
    own.push(frame);
    if (own.length > MAX_PER_CLIENT * 1.1) own.splice(0, own.length - MAX_PER_CLIENT);
    this.byClient.set(frame.client, own);
    this.pair(frame);
  }

  /** @param {Frame} frame */
  pair(frame) {
    if (frame.way === "out" && frame.id !== undefined) {
      this.waiting.set(keyOf(frame.client, frame.id), frame);
      if (this.waiting.size > MAX_WAITING) this.waiting.delete(this.waiting.keys().next().value);
    } else if (frame.way === "in" && frame.replyTo !== undefined && frame.replyTo !== null) {
      const key = keyOf(frame.client, frame.replyTo);
      const question = this.waiting.get(key);
      if (!question) return;
      this.waiting.delete(key);
      question.answer = frame;
      frame.question = question;
    }
  }

  trim() {
    let excess = Math.max(0, this.all.length - MAX_FRAMES);
    let characters = this.characters;
    for (let at = 0; at < excess; at += 1) characters -= this.all[at].text?.length ?? 0;
    while (characters > MAX_CHARACTERS) {
      characters -= this.all[excess].text?.length ?? 0;
      excess += 1;
    }
    if (!excess) return;
    for (const each of this.all.splice(0, excess)) this.untie(each);
    this.characters = characters;
    this.dropped += excess;
  }

  /** Frames that left the log must not be kept alive by those that are in it. @param {Frame} frame */
  untie(frame) {
    if (frame.answer) frame.answer.question = undefined;
    if (frame.question) frame.question.answer = undefined;
    const own = this.byClient.get(frame.client);
    if (own && own[0] === frame) own.shift();
  }

  /** @param {string} client */
  forget(client) {
    this.byClient.delete(client);
    this.version += 1;
  }

  /** @param {string} client @returns {Frame[]} */
  of(client) {
    return this.byClient.get(client) ?? [];
  }
}

function keyOf(client, id) {
  return `${client} ${JSON.stringify(id)}`;
}

export const frameLog = new FrameLog();

/** The frame of the same type and way that its client saw before. @param {Frame} frame */
export function previousOfType(frame) {
  const own = frameLog.of(frame.client);
  for (let at = own.lastIndexOf(frame) - 1; at >= 0; at -= 1) {
    if (own[at].type === frame.type && own[at].way === frame.way) return own[at];
  }
  return null;
}
