// Sending: a message, a broken one, and what came back.

import { html, useEffect, useMemo, useRef, useState } from "./preact.js";
import { duration, visible } from "./format.js";
import { violationsOf } from "./broken.js";
import { frameLog } from "./frames.js";
import { state } from "./store.js";
import { JsonTree } from "./json_tree.js";
import { MessageEditor, useDraft } from "./message_editor.js";
import { Menu } from "./menu.js";
import { sendFrom } from "./connect.js";

let lastId = 0;

/** @param {{ client: any, endpoint: import("./model.js").Endpoint }} props */
export function Composer({ client, endpoint }) {
  const draft = useDraft(endpoint.receive);
  const [withId, setWithId] = useState(true);
  const [sent, setSent] = useState(null);
  const schemas = state.contract.schemas;
  const broken = useMemo(
    () => (draft.message ? violationsOf(draft.value ?? draft.message.example, draft.message, schemas) : []),
    [draft.message, draft.text],
  );
  if (!endpoint.receive.length && !endpoint.takesObjects) {
    return html`<p class="quiet">Clients may send nothing here but pong.</p>`;
  }
  const isOpen = client.status === "open";
  const send = async (frame, what) => {
    const isObject = frame !== null && typeof frame === "object";
    if (isObject && withId && frame.id === undefined) lastId += 1;
    const whole = isObject && withId && frame.id === undefined ? { ...frame, id: lastId } : frame;
    setSent({ id: isObject ? whole.id : undefined, what, problem: "" });
    try {
      await sendFrom(client, typeof whole === "string" ? whole : JSON.stringify(whole));
    } catch (error) {
      setSent({ id: undefined, what, problem: error.message });
    }
  };
  const sendDraft = () => send(draft.value ?? draft.text, draft.message?.name ?? String(draft.value?.type ?? "text"));
  const onKeyDown = (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || !isOpen) return;
    event.preventDefault();
    sendDraft();
  };
  return html`<form
    class="composer"
    aria-label="Send as ${client.id}"
    onKeyDown=${onKeyDown}
    onSubmit=${(event) => {
      event.preventDefault();
      sendDraft();
    }}
  >
    <${MessageEditor} id="send-${client.id}" draft=${draft} schemas=${schemas} label="Message to send" />
    ${endpoint.receive.length ? null : html`<${FirstMessage} endpoint=${endpoint} />`}
    <div class="composer-foot">
      <button type="submit" class="button main" disabled=${!isOpen} title="Ctrl+Enter">Send</button>
      ${broken.length
        ? html`<${Menu}
            label="Send it broken"
            icon="bolt"
            text="Send it broken"
            kind=""
            disabled=${!isOpen}
            items=${broken.map((each) => ({ label: each.label, run: () => send(each.frame, each.label) }))}
          />`
        : null}
      <label class="check"><input type="checkbox" checked=${withId} onChange=${(event) => setWithId(event.currentTarget.checked)} />add an id</label>
    </div>
    <${Answer} client=${client} sent=${sent} />
  </form>`;
}

/** How to get a form: by a message that clients send. @param {{ endpoint: import("./model.js").Endpoint }} props */
function FirstMessage({ endpoint }) {
  const answer = endpoint.send.find((each) => each.declared);
  const line = `"receive": {"ask": ${JSON.stringify(answer ? { reply: answer.name } : {})}}`;
  return html`<p class="quiet">
    Any JSON object may be sent here. Messages that the manifest declares get a form: write${" "}
    <code class="theirs">${visible(line)}</code> under mdbgen.endpoints.${endpoint.name}.
  </p>`;
}

/** What came back, under the question. */
function Answer({ client, sent }) {
  const question = sent?.id === undefined ? null : questionOf(client.id, sent.id);
  const answer = question?.answer;
  const box = useRef(null);
  useEffect(() => box.current?.scrollIntoView({ block: "nearest" }), [sent, answer]);
  const kind = sent?.problem || answer?.type === "error" ? "bad" : answer ? "good" : "";
  if (!sent) return null;
  return html`<div class="answer ${kind}" role="status" ref=${box}>
    <div class="answer-head">
      <span class="theirs">${visible(sent.what)}${sent.id === undefined ? "" : ` #${sent.id}`}</span>
      ${answer
        ? html`<span>→ <strong class="theirs">${visible(answer.type)}</strong> ${answer.type === "error" ? visible(answer.value?.code ?? "") : ""}</span>
            <span class="quiet">${duration(answer.t - question.t)}</span>`
        : html`<span class="quiet">${sent.problem || (question || sent.id === undefined ? "sent; nothing has answered it yet" : "on its way")}</span>`}
    </div>
    ${answer?.type === "error" && answer.value?.code === "not_implemented" ? html`<${NoHandler} />` : null}
    ${answer ? html`<${JsonTree} key=${answer.n} value=${answer.value} label="The answer" />` : null}
  </div>`;
}

/** What to do about an answer that everybody gets at first. */
function NoHandler() {
  return html`<p class="quiet">
    You have not written a handler for it yet. It goes into the package's handlers folder; if there is no package yet,${" "}
    <code>mdbgen dev manifest.json -o app/ws/</code> makes one.
  </p>`;
}

function questionOf(client, id) {
  const own = frameLog.of(client);
  for (let at = own.length - 1; at >= 0; at -= 1) {
    if (own[at].way === "out" && own[at].id === id) return own[at];
  }
  return null;
}
