// A small flag for an address, as ships tell each other apart: the same for the same address, and no more than an aid
// to the eye. Only the address itself says who it is.

import { drawing } from "./elements.js";

const PATTERNS = [
  ["M0 0h6v12h-6z"],
  ["M0 0h12v6h-12z"],
  ["M0 0h12L0 12z"],
  ["M4 0h4v12h-4z"],
  ["M0 4h12v4h-12z"],
  ["M0 0h6v6h-6zM6 6h6v6h-6z"],
  ["M4.5 0h3v4.5h4.5v3h-4.5v4.5h-3v-4.5h-4.5v-3h4.5z"],
  ["M3.5 3.5h5v5h-5z"],
  ["M0 0L6 6 0 12z"],
];
const COLOURS = ["red", "white", "blue", "yellow", "black"];

/** The flag of an address; decoration. */
export function flag(address) {
  const hash = [...address].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) >>> 0, 7);
  const field = hash % COLOURS.length;
  const other = (field + 1 + ((hash >>> 4) % (COLOURS.length - 1))) % COLOURS.length;
  const [path] = PATTERNS[(hash >>> 8) % PATTERNS.length];
  return drawing(
    "svg",
    { class: "flag", viewBox: "0 0 12 12", width: 14, height: 14, "aria-hidden": "true" },
    drawing("rect", { width: 12, height: 12, class: `flag-${COLOURS[field]}` }),
    drawing("path", { d: path, class: `flag-${COLOURS[other]}` }),
  );
}
