// What has changed between two JSON values, place by place.

const MAX_CHANGES = 200;

/**
 * @typedef {{ path: string, kind: "added" | "removed" | "changed", before?: any, after?: any }} Change
 * @param {any} before
 * @param {any} after
 * @returns {Change[]}
 */
export function changesBetween(before, after) {
  /** @type {Change[]} */
  const changes = [];
  compare(before, after, "", changes);
  return changes;
}

function compare(before, after, path, changes) {
  if (changes.length >= MAX_CHANGES || Object.is(before, after)) return;
  if (isContainer(before) && isContainer(after) && Array.isArray(before) === Array.isArray(after)) {
    const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
    for (const key of keys) compareAt(before, after, key, path ? `${path}.${key}` : key, changes);
    return;
  }
  changes.push({ path, kind: "changed", before, after });
}

function compareAt(before, after, key, path, changes) {
  if (changes.length >= MAX_CHANGES) return;
  if (!Object.hasOwn(before, key)) changes.push({ path, kind: "added", after: after[key] });
  else if (!Object.hasOwn(after, key)) changes.push({ path, kind: "removed", before: before[key] });
  else compare(before[key], after[key], path, changes);
}

function isContainer(value) {
  return value !== null && typeof value === "object";
}
