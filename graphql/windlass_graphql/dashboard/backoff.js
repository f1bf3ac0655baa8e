// How long to wait before the next attempt: longer each time, and never all clients at once.

const FIRST = 500; // milliseconds
const LONGEST = 20_000;

export class Backoff {
  #attempts = 0;

  next() {
    const ceiling = Math.min(LONGEST, FIRST * 2 ** this.#attempts);
    this.#attempts += 1;
    return ceiling / 2 + (Math.random() * ceiling) / 2;
  }

  reset() {
    this.#attempts = 0;
  }
}
