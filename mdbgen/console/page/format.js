// Numbers, times and texts as people read them.

const BYTE_UNITS = ["B", "KiB", "MiB", "GiB"];

/** @param {number} count */
export function bytes(count) {
  let unit = 0;
  let amount = count;
  while (amount >= 1024 && unit < BYTE_UNITS.length - 1) {
    amount /= 1024;
    unit += 1;
  }
  const digits = unit === 0 || amount >= 100 || Number.isInteger(amount) ? 0 : 1;
  return `${amount.toFixed(digits)} ${BYTE_UNITS[unit]}`;
}

const WHOLE = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

/** @param {number} amount */
export function whole(amount) {
  return WHOLE.format(amount);
}

/** Milliseconds between two things: "0.4 ms", "12 ms", "1.2 s", "3 min". @param {number} ms */
export function duration(ms) {
  if (ms < 10) return `${Math.max(0, ms).toFixed(ms > 0 && ms < 1 ? 1 : 0)} ms`;
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  if (ms < 3_600_000) return `${Math.round(ms / 60_000)} min`;
  return `${Math.round(ms / 3_600_000)} h`;
}

/** @param {number} t milliseconds since 1970 */
export function clock(t) {
  const when = new Date(t);
  const two = (/** @type {number} */ part) => String(part).padStart(2, "0");
  const ms = String(when.getMilliseconds()).padStart(3, "0");
  return `${two(when.getHours())}:${two(when.getMinutes())}:${two(when.getSeconds())}.${ms}`;
}

// Characters that change how the text around them is displayed, or that cannot be seen.
const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/g;

/**
 * Text of others on one line, with what cannot be seen as escapes: nothing in it moves what stands
 * beside it.
 * @param {unknown} text
 */
export function visible(text) {
  return String(text).replace(UNSEEN, (one) => {
    if (one === "\n") return "⏎";
    if (one === "\t") return " ";
    return `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`;
  });
}

/** Prose of others: lines stay lines, anything else that cannot be seen is shown. @param {string} text */
export function prose(text) {
  return text
    .trim()
    .split(/\r\n|[\r\n]/)
    .map((line) => visible(line))
    .join("\n");
}

/** @param {number} count @param {string} one @param {string} [many] */
export function counted(count, one, many = `${one}s`) {
  return `${whole(count)} ${count === 1 ? one : many}`;
}

/** @param {unknown} value */
export function pretty(value) {
  return JSON.stringify(value, null, 2);
}

/** Words of the contract as a sentence. @param {string} text */
export function sentence(text) {
  const seen = visible(text ?? "").trim();
  if (!seen) return "";
  const whole = `${seen.charAt(0).toUpperCase()}${seen.slice(1)}`;
  return /[.!?]$/.test(whole) ? whole : `${whole}.`;
}
