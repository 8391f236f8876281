// The contract: endpoints, who may connect, messages, limits, closes.

import { html } from "./preact.js";
import { bytes, counted, pretty, prose, sentence, visible, whole } from "./format.js";
import { ENVELOPE } from "./model.js";
import { SchemaView } from "./schema_view.js";
import { Snippets } from "./snippets.js";
import { Badge, Code, coloured } from "./widgets.js";

const OUTCOMES = { "let in": ["good", "let in"], unauthenticated: ["bad", "unauthenticated"], forbidden: ["bad", "forbidden"] };

/** @param {{ contract: import("./model.js").Contract, base?: string }} props */
export function ContractView({ contract, base = "" }) {
  return html`<div class="contract">
    ${contract.endpoints.map(
      (each) => html`<${EndpointView} key=${each.name} endpoint=${each} contract=${contract} base=${base} />`,
    )}
    <${AppRules} contract=${contract} />
    <${Protocol} contract=${contract} />
    <${Closes} closes=${contract.closes} />
    ${contract.stream ? html`<${Stream} stream=${contract.stream} />` : null}
  </div>`;
}

/** Where a part of the page can be linked to. */
export function anchorOf(...parts) {
  return parts.map((each) => encodeURIComponent(each)).join("/");
}

function EndpointView({ endpoint, contract, base }) {
  return html`<section class="endpoint" id=${anchorOf(endpoint.name)}>
    <div class="endpoint-head">
      <h2 class="theirs">${endpoint.name}</h2>
      <code class="endpoint-path theirs">${endpoint.path}</code>
    </div>
    ${endpoint.description.trim()
      ? html`<p class="lead theirs">${prose(endpoint.description)}</p>`
      : null}
    <${Who} endpoint=${endpoint} />
    <h3>From clients</h3>
    ${endpoint.takesObjects
      ? html`<p class="quiet">Any JSON object. None is declared, so none is checked.</p>`
      : html`<${Messages} endpoint=${endpoint} messages=${endpoint.receive} contract=${contract} none="Nothing but pong." />`}
    <h3>To clients</h3>
    ${endpoint.sendsAnything
      ? html`<p class="quiet">Whatever the app sends. None is declared.</p>`
      : html`<${Messages} endpoint=${endpoint} messages=${endpoint.send} contract=${contract} none="Nothing is declared." />`}
    <h3>Limits</h3>
    <${Limits} endpoint=${endpoint} />
    <h3>Connect</h3>
    <${Snippets} endpoint=${endpoint} base=${base} />
  </section>`;
}

export function Who({ endpoint }) {
  return html`<div class="who card">
    <div class="who-main">
      <span class="theirs">${sentence(endpoint.who)}</span>
      <span class="key theirs">${endpoint.decidedBy}</span>
    </div>
    <ul class="who-list" aria-label="Who is let in to ${endpoint.name}">
      ${endpoint.clients.map((each, at) => {
        const [kind, text] = OUTCOMES[each.outcome] ?? ["", each.outcome];
        return html`<li class="who-row" key=${at}>
          <span class="theirs">${visible(each.client)}</span>
          <span><${Badge} kind=${kind}>${text}<//></span>
          <span class="key theirs">${visible(each.decided_by)}</span>
        </li>`;
      })}
    </ul>
  </div>`;
}

function Messages({ endpoint, messages, contract, none }) {
  if (!messages.length) return html`<p class="quiet">${none}</p>`;
  return messages.map(
    (each) => html`<${MessageView} key=${each.key} endpoint=${endpoint} message=${each} contract=${contract} />`,
  );
}

function MessageView({ endpoint, message, contract }) {
  const example = pretty(message.example);
  const note = message.description || message.title;
  return html`<details class="message card" id=${anchorOf(endpoint.name, message.way, message.name)} open>
    <summary>
      <span class="message-name theirs">${visible(message.name)}</span>
      ${message.reply ? html`<${Badge}>answered by <span class="theirs">${visible(message.reply)}</span><//>` : null}
      ${message.deprecated ? html`<${Badge} kind="warn">deprecated<//>` : null}
      <span class="message-note theirs">${prose(note)}</span>
    </summary>
    <div class="message-body">
      <div>
        <h4>Properties</h4>
        <${SchemaView} schema=${message.payload} schemas=${contract.schemas} hidden=${hiddenIn(message)} />
      </div>
      <div>
        <h4>Example</h4>
        <${Code} text=${example} label="example of ${visible(message.name)}">${coloured(example)}<//>
      </div>
    </div>
  </details>`;
}

/** The envelope is the same everywhere and is told once. @param {import("./model.js").Message} message */
export function hiddenIn(message) {
  const own = message.payload.properties?.timestamp?.description !== "When it was sent; ISO 8601, UTC.";
  return message.way === "receive" || own ? new Set([...ENVELOPE].filter((each) => each !== "timestamp")) : ENVELOPE;
}

/** @type {[string, string, (value: number) => string, string][]} */
const LIMITS = [
  ["max_message_bytes", "one message", (value) => bytes(value), "longer: closed with 1009"],
  ["messages_per_second", "messages of one client", (value) => `${whole(value)} a second`, "more: closed with 4429"],
  ["outbox_bytes", "waiting for a slow client", (value) => bytes(value), "more: closed with 1013"],
  ["connections", "connections of one process", (value) => whole(value), "more: closed with 1013"],
  ["connections_per_user", "connections of one user", (value) => whole(value), "more: closed with 4429"],
];

function Limits({ endpoint }) {
  const facts = LIMITS.map(([key, what, say, else_]) => [what, say(endpoint.limits[key]), else_]);
  facts.push(["ping", `every ${endpoint.pingInterval} s`, "without a frame of the client"]);
  if (endpoint.ticket) facts.push(["tickets", `${endpoint.ticket["expires-in"]} s`, `POST ${endpoint.ticket.address}`]);
  if (endpoint.history) facts.push(["history", counted(endpoint.history, "message"), "sent again with ?since="]);
  return html`<dl class="facts card">
    ${facts.map(
      ([what, value, note]) => html`<div key=${what}>
        <dt>${what}</dt>
        <dd>${value}<br /><span class="quiet theirs">${note}</span></dd>
      </div>`,
    )}
  </dl>`;
}

function AppRules({ contract }) {
  return html`<section id="rules">
    <h2>At every endpoint</h2>
    <div class="table-frame"><table class="table stacking">
      <thead><tr><th>What</th><th>Rule</th><th>Decided by</th></tr></thead>
      <tbody>
        ${contract.rules.map(
          (each) => html`<tr key=${each.subject}>
            <td>${each.subject}</td>
            <td class="theirs">${visible(each.text)}</td>
            <td><span class="key theirs">${each.decided_by}</span></td>
          </tr>`,
        )}
      </tbody>
    </table></div>
  </section>`;
}

function Protocol({ contract }) {
  return html`<section id="protocol">
    <h2>What the server says itself</h2>
    <p class="lead">
      Every frame of the server also has app_slug and timestamp. A client answers ping with pong; an id on
      its message comes back as reply_to.
    </p>
    <div class="table-frame"><table class="table stacking">
      <thead><tr><th>Frame</th><th>When</th></tr></thead>
      <tbody>
        ${contract.protocol.map(
          (each) => html`<tr key=${each.name}><td><code>${each.name}</code></td><td>${each.description}</td></tr>`,
        )}
      </tbody>
    </table></div>
  </section>`;
}

function Closes({ closes }) {
  return html`<section id="closes">
    <h2>Close codes</h2>
    <div class="table-frame"><table class="table stacking">
      <thead><tr><th>Code</th><th>Reason</th><th>Meaning</th><th>A client does</th></tr></thead>
      <tbody>
        ${closes.map(
          (each, at) => html`<tr key=${at}>
            <td><code>${each.code}</code></td>
            <td>${each.reason ? html`<code>${each.reason}</code>` : ""}</td>
            <td>${each.meaning}</td>
            <td>${each.client}</td>
          </tr>`,
        )}
      </tbody>
    </table></div>
  </section>`;
}

function Stream({ stream }) {
  return html`<section id="stream">
    <h2>Publish from other programs</h2>
    <p class="lead">With one command of Redis: <code class="theirs">${stream.command} ${stream.key} * m '{"type": "…"}'</code></p>
    <div class="table-frame"><table class="table stacking">
      <thead><tr><th>Field</th><th>Holds</th></tr></thead>
      <tbody>
        ${Object.entries(stream.fields).map(
          ([field, text]) => html`<tr key=${field}><td><code>${field}</code></td><td>${text}</td></tr>`,
        )}
      </tbody>
    </table></div>
  </section>`;
}
