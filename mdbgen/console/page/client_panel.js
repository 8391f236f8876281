// One client: who it is, how it stands, what it may send, what it has seen.

import { html, useState } from "./preact.js";
import { clock, visible } from "./format.js";
import { ask } from "./control.js";
import { closeClient, forgetClient, isHere, reconnectClient } from "./connect.js";
import { endpointOf } from "./model.js";
import { frameLog } from "./frames.js";
import { faultsOf } from "./faults.js";
import { state } from "./store.js";
import { CloseNote, Handshake, Trail } from "./explanations.js";
import { Composer } from "./composer.js";
import { FrameDetail } from "./frame_detail.js";
import { FrameList, colourOf } from "./frame_list.js";
import { Badge, IconButton, copyText } from "./widgets.js";
import { Menu } from "./menu.js";

export const STATUSES = {
  connecting: ["", "connecting"],
  open: ["good", "open"],
  refused: ["bad", "refused"],
  closed: ["", "closed"],
  waiting: ["warn", "comes back"],
};
const FAULT_NAMES = { not_reading: "not reading", no_pong: "no pongs" };

/** @param {{ client: any }} props */
export function ClientPanel({ client }) {
  const [chosen, setChosen] = useState(null);
  const [problem, setProblem] = useState("");
  const person = state.people.get(client.person);
  const endpoint = endpointOf(state.contract, client.endpoint);
  const frames = frameLog.of(client.id);
  const frame = chosen === null ? null : frames.find((each) => each.n === chosen);
  const name = visible(person?.name ?? client.person);
  const attempt = (action) => {
    setProblem("");
    Promise.resolve(action()).catch((error) => setProblem(error.message));
  };
  return html`<section class="panel card ${colourOf(person)}" id="client-${client.id}" aria-label="${name} at ${client.endpoint}, ${client.id}">
    <${Head} client=${client} name=${name} endpoint=${endpoint} attempt=${attempt} />
    ${problem ? html`<p class="panel-problem theirs" role="alert">${problem}</p>` : null}
    <${Standing} client=${client} />
    <div class="panel-body">
      ${endpoint && client.status !== "refused"
        ? html`<div class="panel-send"><${Composer} client=${client} endpoint=${endpoint} /></div>`
        : null}
      <div class="panel-log">
        <${FrameList}
          frames=${frames}
          label="Frames of ${name}, ${client.id}"
          id="frames-${client.id}"
          chosen=${chosen}
          onChoose=${setChosen}
        />
        ${frame ? html`<${FrameDetail} frame=${frame} onClose=${() => setChosen(null)} />` : null}
      </div>
    </div>
  </section>`;
}

function Head({ client, name, endpoint, attempt }) {
  const [kind, status] = STATUSES[client.status] ?? ["", client.status];
  const isOpen = client.status === "open";
  const faults = endpoint && !isHere(client) ? faultsOf(endpoint, client) : [];
  const actions = [
    { label: "Reconnect", run: () => attempt(() => reconnectClient(client)) },
    { label: "Copy a token of its person", run: () => attempt(async () => copyText((await ask("token", { person: client.person })).token)) },
    { label: "Close", note: "1000", disabled: !isOpen, run: () => attempt(() => closeClient(client)) },
  ];
  return html`<header class="panel-head">
    <span class="dot" aria-hidden="true"></span>
    <h2 class="panel-name"><span class="theirs">${name}</span> <span class="quiet">${client.id}</span></h2>
    <span class="panel-endpoint cut theirs" title=${client.endpoint}>${client.endpoint}</span>
    <${Badge} kind=${kind}>${status}<//>
    <span class="panel-actions">
      ${faults.length
        ? html`<${Menu}
            label="Break it"
            icon="bolt"
            disabled=${!isOpen}
            items=${faults.map((each) => ({ ...each, run: () => attempt(() => ask("fault", { client: client.id, fault: each.fault })) }))}
          />`
        : null}
      <${Menu} label="More for ${client.id}" items=${actions} />
      <${IconButton} icon="close" label="Forget ${client.id}" onClick=${() => attempt(() => forgetClient(client))} />
    </span>
    <p class="panel-how quiet">${howIn(client)}</p>
  </header>`;
}

function howIn(client) {
  const how = isHere(client)
    ? `as this browser, with its cookies for ${location.hostname}`
    : { none: "no credential", authorization: "Authorization: Bearer", subprotocol: "subprotocol bearer", ticket: "a ticket", query: "?token=", cookie: "cookie" }[client.carrier];
  const faults = (client.faults ?? []).map((each) => FAULT_NAMES[each] ?? each);
  const parts = [
    how,
    client.origin ? `Origin ${visible(client.origin)}` : "",
    client.connected_at ? `since ${clock(client.connected_at).slice(0, 8)}` : "",
    ...faults,
  ];
  return parts.filter(Boolean).join(" · ");
}

/** Why it is not connected, or how it got in. */
function Standing({ client }) {
  const isRefused = client.status === "refused" || client.trail?.some((each) => each.outcome === "failed");
  const parts = [
    client.close ? html`<${CloseNote} client=${client} />` : null,
    isRefused ? html`<${Trail} trail=${client.trail} label="Why it was refused" />` : null,
    client.handshake && client.status !== "open" ? html`<${Handshake} handshake=${client.handshake} />` : null,
  ].filter(Boolean);
  if (!isRefused && client.status === "open" && client.trail?.length) {
    return html`<details class="standing quiet-standing"><summary>Why it was let in</summary><${Trail} trail=${client.trail} label="Why it was let in" /></details>`;
  }
  return parts.length ? html`<div class="standing">${parts}</div>` : null;
}
