// The server's own view: what no client can see.

import { html } from "./preact.js";
import { bytes, duration, visible, whole } from "./format.js";
import { ask } from "./control.js";
import { state, useStore } from "./store.js";
import { Broadcast } from "./broadcast.js";
import { Plot } from "./plots.js";
import { Connections, Counts, Records } from "./server_tables.js";
import { Icon } from "./widgets.js";

const MIN_SHOWN_S = 60;
const MAX_SHOWN_S = 300;
const PLOTS = [
  ["Frames in", "frames_in", (value) => `${rate(value)} a second`],
  ["Frames out", "frames_out", (value) => `${rate(value)} a second`],
  ["Replies", "reply_ms", (value) => duration(value)],
  ["Waiting in outboxes", "outbox_bytes", (value) => bytes(Math.round(value))],
];

export function ServerView() {
  useStore();
  const view = state.view;
  const samples = state.samples.slice(-MAX_SHOWN_S);
  // A line grows from the right until it fills the plot, then it is drawn closer.
  const slots = Math.max(MIN_SHOWN_S, samples.length);
  if (!view) return html`<div class="server"><p class="quiet">The server has not said anything yet.</p></div>`;
  return html`<div class="server">
    <div class="plots">
      ${PLOTS.map(
        ([label, name, say]) => html`<${Plot} key=${name} label=${label} values=${samples.map((each) => each[/** @type {string} */ (name)] ?? 0)} say=${say} slots=${slots} />`,
      )}
    </div>
    <div class="server-columns">
      <div class="server-main">
        <${Part} title="Connections" count=${view.connections.length}><${Connections} connections=${view.connections} /><//>
        <${Part} title="Log of the package"><${Records} /><//>
      </div>
      <div class="server-side">
        <${Part} title="Broadcast"><${Broadcast} /><//>
        <${Part} title="Users" count=${view.users.length}><${Counts} rows=${view.users} name="user_id" none="No user is connected." /><//>
        <${Part} title="Channels" count=${view.channels.length}><${Counts} rows=${view.channels} name="channel" none="No channel is joined." /><//>
        <${Stats} stats=${view.stats ?? {}} />
        <button type="button" class="button" onClick=${() => ask("restart").catch(() => {})}><${Icon} name="restart" />Restart the server</button>
      </div>
    </div>
  </div>`;
}

function Part({ title, count = undefined, children }) {
  return html`<section class="part card">
    <h2 class="part-title">${title}${count === undefined ? null : html` <span class="quiet">${whole(count)}</span>`}</h2>
    ${children}
  </section>`;
}

/** What `manager.stats()` says, the backplane among it. */
function Stats({ stats }) {
  const { backplane, ...others } = stats;
  return html`${backplane ? html`<${Part} title="Backplane"><${Facts} facts=${backplane} /><//>` : null}
    <${Part} title="Statistics"><${Facts} facts=${others} /><//>`;
}

function Facts({ facts, depth = 0 }) {
  const rows = Object.entries(facts);
  return html`<dl class="stats">
    ${rows.map(
      ([name, value]) => html`<div key=${name}><dt class="theirs">${visible(name).replaceAll("_", " ")}</dt>
        <dd class="theirs">${value !== null && typeof value === "object" && !isEmpty(value) ? (depth < 3 ? html`<${Facts} facts=${value} depth=${depth + 1} />` : "…") : said(value)}</dd></div>`,
    )}
  </dl>`;
}

function isEmpty(value) {
  return value !== null && typeof value === "object" && !Object.keys(value).length;
}

function said(value) {
  if (isEmpty(value)) return "none";
  if (value === true) return "yes";
  if (value === false) return "no";
  if (value === null) return "–";
  return typeof value === "number" ? value.toLocaleString("en", { maximumFractionDigits: 1 }) : visible(value);
}

/** @param {number} value */
function rate(value) {
  return value.toLocaleString("en", { maximumFractionDigits: value < 10 ? 1 : 0 });
}
