// Whether what is shown is live; where not, since when not, said on the whole page.

import { setAttribute, setText, showIf } from "./elements.js";

const at = new Intl.DateTimeFormat(undefined, { timeStyle: "medium" });
const PATIENCE = 1_000; // milliseconds: a short break is not worth a banner

export class Connection {
  #state = { live: false, retryAt: null };
  #lostAt = performance.now();

  constructor(store) {
    this.store = store;
    this.pill = document.getElementById("connection");
    this.banner = document.getElementById("banner");
    setInterval(() => this.show(), 500);
  }

  tell(state) {
    if (this.#state.live && !state.live) this.#lostAt = performance.now();
    this.#state = state;
    this.show();
  }

  show() {
    const { live, retryAt } = this.#state;
    const lost = !live && performance.now() - this.#lostAt > PATIENCE;
    setText(this.pill, live ? "Live" : this.store.asOf ? "Disconnected" : "Connecting…");
    setAttribute(this.pill, "data-live", live ? "yes" : "no");
    setAttribute(document.body, "data-live", live ? "yes" : "no");
    if (!showIf(this.banner, lost)) return;
    const since = this.store.asOf ? `showing data as of ${at.format(this.store.asOf)}` : "nothing was read yet";
    const seconds = retryAt ? Math.ceil((retryAt - performance.now()) / 1000) : 0;
    setText(this.banner, `Disconnected: ${since}. ${seconds > 0 ? `Trying again in ${seconds} s.` : "Trying again…"}`);
  }
}
