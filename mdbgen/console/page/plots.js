// The last minutes of a rate, as a line.

import { html } from "./preact.js";

const WIDTH = 240;
const HEIGHT = 44;

/**
 * @param {{ label: string, values: number[], say: (value: number) => string, slots: number }} props
 *   slots: how many values fit from one side to the other
 */
export function Plot({ label, values, say, slots }) {
  const now = values.at(-1) ?? 0;
  const most = Math.max(...values, 0);
  const scale = most > 0 ? (HEIGHT - 6) / most : 0;
  const step = WIDTH / (slots - 1);
  const left = WIDTH - (values.length - 1) * step;
  const points = values.map((each, at) => `${(left + at * step).toFixed(1)},${(HEIGHT - 2 - each * scale).toFixed(1)}`);
  const words = `${label}: ${say(now)} now, at most ${say(most)} in the last minutes`;
  return html`<figure class="plot card">
    <figcaption><span class="plot-label">${label}</span><span class="plot-now">${say(now)}</span></figcaption>
    <svg viewBox="0 0 ${WIDTH} ${HEIGHT}" preserveAspectRatio="none" role="img" aria-label=${words}>
      ${points.length > 1
        ? html`<polygon class="plot-area" points="${left.toFixed(1)},${HEIGHT} ${points.join(" ")} ${WIDTH},${HEIGHT}" />
            <polyline class="plot-line" points=${points.join(" ")} />`
        : null}
    </svg>
    <p class="plot-most quiet" aria-hidden="true">at most ${say(most)}</p>
  </figure>`;
}
