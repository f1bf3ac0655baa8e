// Asks for the overview again where no subscription tells: after a reconnection, when a time has come, when what was
// decided changes the rules, when something is still to be verified. Never more often than every two seconds.

const LEAST = 2_000; // milliseconds
const SOON = 150;

export class Refresher {
  #timer = null;
  #running = false;
  #again = false;
  #lastAt = -Infinity;

  constructor(refresh) {
    this.refresh = refresh;
  }

  soon() {
    if (this.#running) {
      this.#again = true;
      return;
    }
    if (this.#timer !== null) return;
    const wait = Math.max(SOON, this.#lastAt + LEAST - performance.now());
    this.#timer = setTimeout(() => this.#run(), wait);
  }

  async #run() {
    this.#timer = null;
    this.#running = true;
    this.#again = false;
    try {
      await this.refresh();
    } finally {
      this.#lastAt = performance.now();
      this.#running = false;
      if (this.#again) this.soon();
    }
  }
}
