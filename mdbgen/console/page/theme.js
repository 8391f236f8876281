// Light and dark: the system's choice, until somebody makes another.

import { html, useState } from "./preact.js";
import { IconButton } from "./widgets.js";

const STORED = "mdbgen-theme";
const system = matchMedia("(prefers-color-scheme: dark)");

function storedTheme() {
  try {
    return localStorage.getItem(STORED);
  } catch {
    return null; // a page from a file, or one that may store nothing
  }
}

function themeNow() {
  return storedTheme() ?? (system.matches ? "dark" : "light");
}

if (storedTheme()) document.documentElement.dataset.theme = storedTheme();

export function ThemeSwitch() {
  const [theme, setTheme] = useState(themeNow());
  const other = theme === "dark" ? "light" : "dark";
  const change = () => {
    document.documentElement.dataset.theme = other;
    try {
      localStorage.setItem(STORED, other);
    } catch {
      // It holds until the page is left.
    }
    setTheme(other);
  };
  return html`<${IconButton}
    icon=${other === "dark" ? "moon" : "sun"}
    label="Use ${other} colours"
    onClick=${change}
  />`;
}
