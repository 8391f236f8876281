// The log of all clients: filtered, searched, paused, exported, replayed.

import { html, useMemo, useRef, useState } from "./preact.js";
import { counted, visible, whole } from "./format.js";
import { ask } from "./control.js";
import { frameLog } from "./frames.js";
import { state, useStore } from "./store.js";
import { FrameDetail } from "./frame_detail.js";
import { FrameList } from "./frame_list.js";
import { NO_FILTER, asLines, filtered, readReplay, typesIn } from "./log_filter.js";
import { Icon, IconButton } from "./widgets.js";

export function LogView() {
  useStore();
  const [filter, setFilter] = useState(NO_FILTER);
  const [paused, setPaused] = useState(null);
  const [chosen, setChosen] = useState(null);
  const all = paused ?? frameLog.all;
  const frames = useMemo(() => filtered(all, filter), [paused ?? frameLog.version, filter, state.contract]);
  const frame = chosen === null ? null : frames.find((each) => each.n === chosen);
  const fresh = paused ? frameLog.version - paused.version : 0;
  const pause = () => {
    // What is shown stays; what comes goes on coming.
    const kept = Object.assign([...frameLog.all], { version: frameLog.version });
    setPaused(paused ? null : kept);
  };
  return html`<div class="log">
    <div class="toolbar" role="toolbar" aria-label="Log">
      <${IconButton} icon=${paused ? "play" : "pause"} label=${paused ? "Go on" : "Pause"} pressed=${Boolean(paused)} onClick=${pause} kind="" />
      <${Filters} filter=${filter} setFilter=${setFilter} frames=${all} />
      <span class="toolbar-end">
        <${IconButton} icon="trash" label="Clear" onClick=${() => ask("clear")} kind="" />
        <${Export} frames=${frames} />
        <${Replay} />
      </span>
    </div>
    <p class="log-count quiet" role="status">
      ${counted(frames.length, "frame")}${frames.length === all.length ? "" : ` of ${whole(all.length)}`}
      ${frameLog.dropped ? html` · ${whole(frameLog.dropped)} older ones were dropped` : ""}
      ${fresh ? html` · <strong>paused</strong>, more have come` : paused ? html` · <strong>paused</strong>` : ""}
    </p>
    <div class="log-body ${frame ? "with-detail" : ""}">
      <${FrameList} frames=${frames} label="Frames of all clients" id="log" chosen=${chosen} onChoose=${setChosen} withClient=${true}
        empty=${all.length ? "No frame is like this." : "Nothing yet: connect somebody."} />
      ${frame ? html`<${FrameDetail} frame=${frame} onClose=${() => setChosen(null)} />` : null}
    </div>
  </div>`;
}

function Filters({ filter, setFilter, frames }) {
  const set = (name) => (event) => setFilter({ ...filter, [name]: event.currentTarget.value });
  const types = typesIn(frames);
  const isFiltered = Object.values(filter).some(Boolean);
  return html`<span class="search"><${Icon} name="search" /><input class="input" type="search" placeholder="Search" aria-label="Search" value=${filter.text} onInput=${set("text")} /></span>
    <${Choose} label="Person" none="everybody" value=${filter.person} onChange=${set("person")}
      choices=${[...state.people.values()].map((each) => [each.id, visible(each.name)])} />
    <${Choose} label="Endpoint" none="every endpoint" value=${filter.endpoint} onChange=${set("endpoint")}
      choices=${state.contract.endpoints.map((each) => [each.name, each.name])} />
    <${Choose} label="Type" none="every type" value=${filter.type} onChange=${set("type")}
      choices=${types.map((each) => [each, visible(each)])} />
    <${Choose} label="Direction" none="both ways" value=${filter.way} onChange=${set("way")}
      choices=${[["in", "received"], ["out", "sent"], ["event", "events"]]} />
    <button type="button" class="button" aria-pressed=${String(filter.broken)} onClick=${() => setFilter({ ...filter, broken: !filter.broken })} title="Only frames that break the contract">Broken</button>
    ${isFiltered ? html`<button type="button" class="button plain" onClick=${() => setFilter(NO_FILTER)}>Show all</button>` : null}`;
}

function Choose({ label, none, value, onChange, choices }) {
  return html`<select class="input" aria-label=${label} value=${value} onChange=${onChange}>
    <option value="">${none}</option>
    ${choices.map(([each, text]) => html`<option key=${each} value=${each}>${text}</option>`)}
  </select>`;
}

function Export({ frames }) {
  const save = () => {
    const url = URL.createObjectURL(new Blob([asLines(frames)], { type: "application/jsonl" }));
    const link = Object.assign(document.createElement("a"), { href: url, download: `${state.contract.slug}.jsonl` });
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), 1000);
  };
  return html`<button type="button" class="button" disabled=${!frames.length} onClick=${save}><${Icon} name="down" />Export</button>`;
}

/** Sends what a file says was sent, with its pauses, as one of the clients. */
function Replay() {
  const file = useRef(null);
  const dialog = useRef(null);
  const [client, setClient] = useState("");
  const [outcome, setOutcome] = useState("");
  const open = [...state.clients.values()].filter((each) => each.status === "open" && !each.id.startsWith("b"));
  const chosen = open.find((each) => each.id === client) ?? open[0];
  const replay = async (event) => {
    event.preventDefault();
    try {
      const lines = readReplay(await file.current.files[0].text());
      if (!lines.length) throw new Error("The file holds no frame that was sent.");
      await ask("replay", { client: chosen.id, lines });
      setOutcome(`${counted(lines.length, "frame")} of it ${lines.length === 1 ? "is" : "are"} being sent.`);
    } catch (error) {
      setOutcome(error.message);
    }
  };
  return html`<button type="button" class="button" onClick=${() => dialog.current.showModal()}><${Icon} name="up" />Replay</button>
    <dialog ref=${dialog} class="dialog card" aria-labelledby="replay-title">
      <form onSubmit=${replay}>
        <div class="dialog-head">
          <h2 id="replay-title">Replay a file</h2>
          <${IconButton} icon="close" label="Close" onClick=${() => dialog.current.close()} />
        </div>
        <p class="quiet">Sends what an exported file says was sent, with the same pauses.</p>
        <div class="dialog-fields">
          <label>File<input ref=${file} class="input" type="file" accept=".jsonl,.ndjson,.txt" required /></label>
          <label>As<select class="input" value=${chosen?.id ?? ""} onChange=${(event) => setClient(event.currentTarget.value)}>
            ${open.map((each) => html`<option key=${each.id} value=${each.id}>${visible(state.people.get(each.person)?.name ?? "")} (${each.id})</option>`)}
          </select></label>
        </div>
        <p role="status" class="theirs">${outcome}${open.length ? "" : "Nobody is connected."}</p>
        <div class="dialog-foot"><button type="submit" class="button main" disabled=${!open.length}>Replay</button></div>
      </form>
    </dialog>`;
}
