// A button that opens a menu: arrow keys, Escape, a click elsewhere.

import { html, useEffect, useLayoutEffect, useRef, useState } from "./preact.js";
import { Icon } from "./widgets.js";

const MARGIN = 8;

/**
 * @param {{
 *   label: string, icon?: string, text?: string, disabled?: boolean, kind?: string,
 *   items: { label: string, note?: string, run: () => void, disabled?: boolean }[],
 * }} props
 */
export function Menu({ label, icon = "more", text = "", items, disabled = false, kind = "plain" }) {
  const [open, setOpen] = useState(false);
  const button = useRef(null);
  const list = useRef(null);
  const close = () => {
    setOpen(false);
    button.current?.focus();
  };
  useLayoutEffect(() => {
    if (!open) return;
    placeBeside(list.current, button.current.getBoundingClientRect());
    list.current.querySelector("button:not(:disabled)")?.focus();
  }, [open]);
  useEffect(() => {
    if (!open) return undefined;
    const elsewhere = (event) => {
      if (!list.current?.contains(event.target) && !button.current?.contains(event.target)) setOpen(false);
    };
    document.addEventListener("pointerdown", elsewhere);
    return () => document.removeEventListener("pointerdown", elsewhere);
  }, [open]);
  return html`<span class="menu">
    <button
      type="button"
      ref=${button}
      class="button ${text ? "" : "square"} ${kind}"
      aria-haspopup="menu"
      aria-expanded=${String(open)}
      aria-label=${text ? undefined : label}
      title=${text ? undefined : label}
      disabled=${disabled}
      onClick=${() => setOpen(!open)}
    >
      <${Icon} name=${icon} />${text}
    </button>
    ${open
      ? html`<div class="menu-list card" role="menu" aria-label=${label} ref=${list} onKeyDown=${(event) => move(event, list.current, close)}>
          ${items.map(
            (each, at) => html`<button
              type="button"
              class="menu-item"
              role="menuitem"
              tabindex="-1"
              key=${at}
              disabled=${each.disabled}
              onClick=${() => {
                close();
                each.run();
              }}
            >
              <span class="theirs">${each.label}</span>
              ${each.note ? html`<span class="menu-note theirs">${each.note}</span>` : null}
            </button>`,
          )}
        </div>`
      : null}
  </span>`;
}

function move(event, list, close) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (event.key === "Escape" || event.key === "Tab") {
    event.preventDefault();
    close();
  } else if (step) {
    event.preventDefault();
    const entries = [...list.querySelectorAll("button:not(:disabled)")];
    const at = entries.indexOf(document.activeElement);
    entries[(at + step + entries.length) % entries.length]?.focus();
  }
}

/** Below the button where there is room, else above; never out of the window. */
function placeBeside(list, anchor) {
  const { offsetWidth: width, offsetHeight: height } = list;
  const left = Math.min(anchor.left, innerWidth - width - MARGIN);
  const below = anchor.bottom + 4;
  const top = below + height > innerHeight - MARGIN ? Math.max(MARGIN, anchor.top - height - 4) : below;
  list.style.left = `${Math.max(MARGIN, left)}px`;
  list.style.top = `${top}px`;
}
