// A list of frames of which only those in sight are in the document.

import { html, useEffect, useLayoutEffect, useRef, useState } from "./preact.js";
import { bytes, clock, counted, duration, visible } from "./format.js";
import { personOf, state } from "./store.js";
import { verdictOn } from "./validation.js";
import { Badge, Icon } from "./widgets.js";

const ROW_PX = 26;
const BEYOND = 6; // rows above and below what is in sight
const ARROWS = { in: "↓", out: "↑", event: "·" };
const WAYS = { in: "received", out: "sent", event: "event" };

/**
 * @param {{
 *   frames: import("./frames.js").Frame[], label: string, id: string, chosen: number | null,
 *   onChoose: (n: number | null) => void, withClient?: boolean, empty?: string,
 * }} props
 */
export function FrameList({ frames, label, id, chosen, onChoose, withClient = false, empty = "Nothing yet." }) {
  const box = useRef(null);
  const [top, setTop] = useState(0);
  const [height, setHeight] = useState(400);
  const following = useRef(true);
  const first = useRef(frames[0]?.n);

  useEffect(() => {
    const observer = new ResizeObserver(() => setHeight(box.current?.clientHeight ?? 400));
    observer.observe(box.current);
    return () => observer.disconnect();
  }, []);

  // Who reads at the end sees what comes; who reads elsewhere is not moved by what comes or goes.
  useLayoutEffect(() => {
    const element = box.current;
    if (following.current) {
      element.scrollTop = element.scrollHeight;
    } else if (first.current !== frames[0]?.n) {
      const gone = frames.length ? countBetween(first.current, frames[0].n, shown.current) : 0;
      element.scrollTop = Math.max(0, element.scrollTop - gone * ROW_PX);
    }
    first.current = frames[0]?.n;
    shown.current = frames;
  });
  const shown = useRef(frames);

  const onScroll = (event) => {
    const element = event.currentTarget;
    following.current = element.scrollTop + element.clientHeight >= element.scrollHeight - ROW_PX;
    setTop(element.scrollTop);
  };
  const follow = () => {
    following.current = true;
    box.current.scrollTop = box.current.scrollHeight;
  };
  const start = Math.max(0, Math.min(Math.floor(top / ROW_PX) - BEYOND, frames.length - 1));
  const end = Math.min(frames.length, start + Math.ceil(height / ROW_PX) + 2 * BEYOND);
  const at = chosen === null ? -1 : frames.findIndex((each) => each.n === chosen);
  const goTo = (next) => {
    if (!frames.length) return;
    const index = Math.max(0, Math.min(frames.length - 1, next));
    onChoose(frames[index].n);
    reveal(box.current, index);
    following.current = index === frames.length - 1;
  };
  const onKeyDown = (event) => {
    const page = Math.max(1, Math.floor(height / ROW_PX) - 1);
    const current = at < 0 ? frames.length : at;
    const next = {
      ArrowDown: current + 1,
      ArrowUp: current - 1,
      PageDown: current + page,
      PageUp: current - page,
      Home: 0,
      End: frames.length - 1,
    }[event.key];
    if (event.key === "Escape" && chosen !== null) {
      event.preventDefault();
      onChoose(null);
    } else if (next !== undefined) {
      event.preventDefault();
      goTo(next);
    }
  };
  return html`<div class="frames">
    <div
      class="frames-box ${withClient ? "with-client" : ""}"
      ref=${box}
      role="listbox"
      tabindex="0"
      aria-label=${label}
      aria-activedescendant=${at >= start && at < end ? `${id}-${chosen}` : undefined}
      onScroll=${onScroll}
      onKeyDown=${onKeyDown}
    >
      <div class="frames-room" role="presentation" style=${{ height: `${frames.length * ROW_PX}px` }}>
        ${frames.slice(start, end).map(
          (frame, index) => html`<${Row}
            key=${frame.n}
            id="${id}-${frame.n}"
            frame=${frame}
            before=${frames[start + index - 1]}
            top=${(start + index) * ROW_PX}
            place=${start + index + 1}
            total=${frames.length}
            isChosen=${frame.n === chosen}
            onChoose=${onChoose}
            withClient=${withClient}
          />`,
        )}
      </div>
    </div>
    ${frames.length ? null : html`<p class="frames-empty quiet">${empty}</p>`}
    ${following.current || !frames.length
      ? null
      : html`<button type="button" class="button frames-follow" onClick=${follow}><${Icon} name="down" />Newest</button>`}
  </div>`;
}

function countBetween(firstBefore, firstNow, before) {
  const gone = before.findIndex((each) => each.n === firstNow);
  return gone > 0 && before[0]?.n === firstBefore ? gone : 0;
}

function reveal(element, index) {
  const above = index * ROW_PX;
  if (above < element.scrollTop) element.scrollTop = above;
  const below = above + ROW_PX - element.clientHeight;
  if (below > element.scrollTop) element.scrollTop = below;
}

function Row({ id, frame, before, top, place, total, isChosen, onChoose, withClient }) {
  const client = state.clients.get(frame.client);
  const person = personOf(frame.client);
  const mistakes = verdictOn(frame, client?.endpoint ?? "", state.contract);
  const since = before ? `+${duration(frame.t - before.t)}` : "";
  return html`<div
    id=${id}
    class="frame ${frame.way} ${isChosen ? "chosen" : ""} ${colourOf(person)} ${frame.type === "error" ? "wrong" : ""}"
    role="option"
    aria-selected=${String(isChosen)}
    aria-posinset=${place}
    aria-setsize=${total}
    style=${{ top: `${top}px` }}
    onClick=${() => onChoose(isChosen ? null : frame.n)}
  >
    <span class="frame-time mono">${clock(frame.t)}</span>
    <span class="frame-since mono">${since}</span>
    ${withClient ? html`<span class="frame-who cut"><span class="dot" aria-hidden="true"></span>${visible(person?.name ?? "")} <span class="quiet">${frame.client}</span></span>` : null}
    <span class="frame-way" aria-hidden="true">${ARROWS[frame.way]}</span><span class="unseen">${WAYS[frame.way]}</span>
    <span class="frame-text cut mono">${frame.type ? html`<b class="theirs">${visible(frame.type)}</b> ` : null}<span class="theirs">${summary(frame)}</span></span>
    <span class="frame-marks">
      ${mistakes.length ? html`<${Badge} kind="bad">breaks the contract<//>` : null}
      ${frame.question ? html`<${Badge}>#${visible(frame.replyTo)} · ${duration(frame.t - frame.question.t)}<//>` : null}
      ${frame.way === "out" && frame.id !== undefined ? html`<${Badge}>#${visible(frame.id)}<//>` : null}
    </span>
    <span class="frame-size mono">${frame.way === "event" ? "" : bytes(frame.bytes)}</span>
  </div>`;
}

const SUMMARY_CHARACTERS = 300;

function summary(frame) {
  if (frame.binary) return `binary, ${counted(frame.bytes, "byte")}`;
  const text = visible((frame.text ?? "").slice(0, SUMMARY_CHARACTERS));
  // The type stands before it already.
  return frame.type ? text.replace(/^\{\s*"type":\s*"(?:[^"\\]|\\.)*",?\s*/, "{") : text;
}

/** @param {any} person */
export function colourOf(person) {
  return `who-${(person?.colour ?? 7) % 8}`;
}
