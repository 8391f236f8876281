// The server's connections, users, channels and log, as it has them itself.

import { html, useState } from "./preact.js";
import { bytes, clock, duration, visible, whole } from "./format.js";
import { ask } from "./control.js";
import { state } from "./store.js";
import { colourOf } from "./frame_list.js";
import { Menu } from "./menu.js";

const SHOWN_CONNECTIONS = 200;
const SHOWN_RECORDS = 300;

/** @param {{ connections: any[] }} props */
export function Connections({ connections }) {
  const [problem, setProblem] = useState("");
  const attempt = (promise) => {
    setProblem("");
    promise.catch((error) => setProblem(error.message));
  };
  if (!connections.length) return html`<p class="quiet">Nobody is connected.</p>`;
  return html`${problem ? html`<p class="field-wrong theirs" role="alert">${problem}</p>` : null}
    <div class="table-frame" tabindex="0" role="region" aria-label="Connections"><table class="table">
      <thead><tr><th>User</th><th>Endpoint</th><th>Since</th><th>Channels</th><th>Outbox</th><th>Last heard</th><th><span class="unseen">Actions</span></th></tr></thead>
      <tbody>
        ${connections.slice(0, SHOWN_CONNECTIONS).map((each) => html`<${ConnectionRow} key=${each.id} connection=${each} attempt=${attempt} />`)}
      </tbody>
    </table></div>
    ${connections.length > SHOWN_CONNECTIONS ? html`<p class="quiet">${whole(connections.length - SHOWN_CONNECTIONS)} more are not shown.</p>` : null}`;
}

function ConnectionRow({ connection, attempt }) {
  const person = connection.client ? state.people.get(state.clients.get(connection.client)?.person) : null;
  const endpoint = state.contract.endpoints.find((each) => each.name === connection.endpoint);
  const limit = endpoint?.limits.outbox_bytes ?? 1;
  return html`<tr class=${colourOf(person)}>
    <td><span class="cell-who"><span class="dot" aria-hidden="true"></span><span class="theirs cut">${connection.user_id === null ? html`<span class="quiet">anonymous</span>` : visible(connection.user_id)}</span>
      ${connection.client ? html` <span class="quiet">${connection.client}</span>` : null}</span></td>
    <td class="theirs">${connection.endpoint}</td>
    <td>${since(connection.connected_at)}</td>
    <td><${Channels} connection=${connection} attempt=${attempt} /></td>
    <td><${Gauge} value=${connection.outbox_bytes} limit=${limit} label="Outbox" /></td>
    <td>${duration(connection.idle_s * 1000)} ago</td>
    <td><${Menu} label="Do something with ${connection.id}" items=${actionsFor(connection, attempt)} /></td>
  </tr>`;
}

/** @param {string | number} moment */
function since(moment) {
  const t = typeof moment === "number" ? moment : Date.parse(moment);
  return Number.isFinite(t) ? clock(t).slice(0, 8) : "";
}

function actionsFor(connection, attempt) {
  const { id } = connection;
  return state.contract.closes
    .filter((each) => each.code !== 1000 || !each.reason)
    .map((each) => ({
      label: `Drop: ${each.code}${each.reason ? ` ${each.reason}` : ""}`,
      note: `${each.meaning}; a client does: ${each.client}`,
      run: () => attempt(ask("drop", { connection: id, code: each.code, reason: each.reason ?? "" })),
    }));
}

/** The channels of a connection: a click leaves one, Enter joins one more. */
function Channels({ connection, attempt }) {
  const { id, channels } = connection;
  const join = (event) => {
    event.preventDefault();
    const field = event.currentTarget.elements.channel;
    if (field.value) attempt(ask("join", { connection: id, channel: field.value }));
    field.value = "";
  };
  return html`<form class="channels" onSubmit=${join}>
    ${channels.map(
      (each) => html`<button type="button" class="badge channel" key=${each} title="Leave" aria-label="Leave ${visible(each)}"
        onClick=${() => attempt(ask("leave", { connection: id, channel: each }))}><span class="cut theirs">${visible(each)}</span> ×</button>`,
    )}
    <input class="input" name="channel" placeholder="join" aria-label="Channel to join" autocomplete="off" size="6" />
  </form>`;
}

function Gauge({ value, limit, label }) {
  return html`<span class="gauge"><meter min="0" max=${limit} value=${value} high=${limit * 0.5} aria-label="${label}: ${bytes(value)} of ${bytes(limit)}"></meter>
    <span>${bytes(value)}</span></span>`;
}

/** @param {{ rows: any[], name: string, none: string }} props */
export function Counts({ rows, name, none }) {
  if (!rows.length) return html`<p class="quiet">${none}</p>`;
  return html`<ul class="counts">
    ${rows.slice(0, 100).map(
      (each, at) => html`<li key=${at}><span class="theirs cut">${each[name] === null ? "anonymous" : visible(each[name])}</span><span class="quiet">${whole(each.connections)}</span></li>`,
    )}
  </ul>`;
}

/** The log of the package, with the tracebacks of handlers. */
export function Records() {
  const records = state.records.slice(-SHOWN_RECORDS).reverse();
  if (!records.length) return html`<p class="quiet">Nothing yet.</p>`;
  return html`<ol class="records" tabindex="0" aria-label="Log lines, the newest first">
    ${records.map(
      (each) => html`<li key="${each.t} ${each.text}" class="record ${String(each.level).toLowerCase()}">
        <span class="mono quiet">${clock(each.t)}</span>
        <span class="record-level">${visible(each.level)}</span>
        <span class="record-text mono theirs">${visible(each.text)}
          ${each.traceback ? html`<details open><summary>traceback</summary><pre class="theirs" tabindex="0" role="region" aria-label="Traceback">${each.traceback}</pre></details>` : null}
        </span>
      </li>`,
    )}
  </ol>`;
}
