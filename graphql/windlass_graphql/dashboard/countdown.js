// Everything that counts down, moved four times a second while the page is looked at.

import { setText } from "./elements.js";

const EVERY = 250; // milliseconds

export class Countdowns {
  #shown = new Map();

  constructor(clock) {
    this.clock = clock;
    setInterval(() => document.hidden || this.tick(), EVERY);
    document.addEventListener("visibilitychange", () => document.hidden || this.tick());
  }

  /** Writes `render(seconds left)` into the node; a time of null, or a node that has gone, ends it. */
  show(node, iso, render) {
    if (!iso) {
      this.#shown.delete(node);
      return;
    }
    this.#shown.set(node, { iso, render });
    this.#write(node);
  }

  tick() {
    for (const node of this.#shown.keys()) {
      if (node.isConnected) this.#write(node);
      else this.#shown.delete(node);
    }
  }

  #write(node) {
    const { iso, render } = this.#shown.get(node);
    const left = this.clock.until(iso);
    const value = left === null ? "…" : render(left);
    if (node.localName === "progress") node.value = value === "…" ? 0 : value;
    else setText(node, value);
  }
}
