// Why a client was refused, and what a close means.

import { html, useEffect, useState } from "./preact.js";
import { prose, sentence, visible } from "./format.js";
import { Badge, Icon } from "./widgets.js";

const STEPS = {
  origin: "Origin",
  credential: "Credential",
  policy: "Policy",
  limits: "Limits",
  on_connect: "on_connect",
};
const OUTCOMES = {
  passed: ["good", "check", "passed"],
  failed: ["bad", "close", "failed"],
  not_reached: ["", "more", "not reached"],
  not_asked: ["", "more", "not asked"],
};
const BY = { server: "by the server", client: "by the client", network: "by the network" };

/** The steps of a handshake, and the one that failed. @param {{ trail: any[], label: string }} props */
export function Trail({ trail, label }) {
  return html`<ol class="trail" aria-label=${label}>
    ${trail.map((each) => {
      const [kind, icon, outcome] = OUTCOMES[each.outcome] ?? OUTCOMES.not_reached;
      return html`<li class="trail-step ${kind} ${each.outcome}" key=${each.step}>
        <span class="trail-mark"><${Icon} name=${icon} /></span>
        <span class="trail-name">${STEPS[each.step] ?? each.step} <span class="unseen">${outcome}</span></span>
        <span class="trail-why theirs">${prose(each.why ?? "")}</span>
        ${each.decided_by ? html`<span class="key theirs">${visible(each.decided_by)}</span>` : null}
      </li>`;
    })}
  </ol>`;
}

/** The HTTP answer of a handshake. @param {{ handshake: any }} props */
export function Handshake({ handshake }) {
  return html`<details class="handshake">
    <summary>HTTP ${handshake.status} <span class="theirs">${visible(handshake.reason ?? "")}</span></summary>
    <dl class="headers">
      ${(handshake.headers ?? []).map(
        ([name, value], at) => html`<div key=${at}><dt class="mono theirs">${visible(name)}</dt><dd class="mono theirs">${visible(value)}</dd></div>`,
      )}
    </dl>
    ${handshake.body ? html`<pre class="theirs handshake-body">${prose(handshake.body)}</pre>` : null}
  </details>`;
}

/** A close: its code, what it means, who closed, what a client does. @param {{ client: any }} props */
export function CloseNote({ client }) {
  const { close } = client;
  return html`<div class="close-note">
    <p>
      <span class="close-code mono">${close.code}</span>
      ${close.reason ? html`<code class="theirs">${visible(close.reason)}</code> ` : null}
      <span class="quiet">${BY[close.by] ?? ""}</span>
    </p>
    <p class="theirs">${sentence(close.meaning)}</p>
    <p class="quiet">
      The generated client: <span class="theirs">${visible(close.client)}</span>.
      <${Countdown} client=${client} />
    </p>
  </div>`;
}

/**
 * What a close means to those who know its code and reason alone: the entry of the log.
 * @param {{ text: string, closes: any[] }} props
 */
export function CloseMeaning({ text, closes }) {
  const [, code, reason] = /^closed (\d{4})(?: (.*))?$/s.exec(text) ?? [];
  const same = closes.filter((each) => String(each.code) === code);
  const known = same.find((each) => each.reason && reason?.startsWith(each.reason)) ?? same[0];
  if (!known) return null;
  return html`<div class="close-note">
    <p><span class="close-code mono">${code}</span>${sentence(known.meaning)}</p>
    <p class="quiet">A client does: ${known.client}.</p>
  </div>`;
}

/** How long until a client comes back by itself. */
function Countdown({ client }) {
  const left = client.close?.again_in_s;
  const counts = client.status === "waiting" && typeof left === "number";
  const [, setNow] = useState(0);
  useEffect(() => {
    if (!counts) return undefined;
    const timer = setInterval(() => setNow((count) => count + 1), 500);
    return () => clearInterval(timer);
  }, [counts]);
  if (!counts) return null;
  const rest = left - (performance.now() - client.heardAt) / 1000;
  return html` <${Badge} kind="warn">${rest > 0.5 ? `comes back in ${Math.ceil(rest)} s` : "comes back now"}<//>`;
}
