// The chain's clock, as the read model hears it. Between two tellings it runs on by this machine's monotonic timer,
// never by its wall clock; where nothing is heard for a while it stands still, and so do all countdowns.

const RUNS_ON = 15_000; // milliseconds
const JUMP = 1_500;

export class ChainClock {
  #offset = null; // of chain time to performance.now(), in milliseconds
  #heardAt = 0;

  /** A time of the chain, in ISO 8601. */
  hear(iso) {
    if (!iso) return;
    const heardAt = performance.now();
    const offset = Date.parse(iso) - heardAt;
    // Tellings come a little late, each differently: small differences only ever move it forward.
    const jumped = this.#offset === null || Math.abs(offset - this.#offset) > JUMP;
    this.#offset = jumped ? offset : Math.max(offset, this.#offset);
    this.#heardAt = heardAt;
  }

  /** Milliseconds since 1970 by the chain; null where it is not known yet. */
  now() {
    if (this.#offset === null) return null;
    return Math.min(performance.now(), this.#heardAt + RUNS_ON) + this.#offset;
  }

  /** Seconds from now to a time in ISO 8601; negative where it is past, null where nothing is known. */
  until(iso) {
    const now = this.now();
    return now === null || !iso ? null : (Date.parse(iso) - now) / 1000;
  }
}
