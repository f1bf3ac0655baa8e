// Follows subscriptions from the last cursors heard, whatever happens to the connection: over a websocket, or over
// server-sent events where none gets through.

import { Backoff } from "./backoff.js";
import { EventStreams } from "./event_streams.js";
import { Socket } from "./socket.js";
import { Subscription } from "./subscription.js";

const STEADY_AFTER = 5_000; // milliseconds
// Attempts until a websocket is taken for refused: a server that starts again takes some, one behind a proxy never did
// answer.
const PATIENCE = 2;
const PATIENCE_IF_IT_STOOD = 6;

export class Following {
  #subscriptions = [];
  #backoff = new Backoff();
  #steady = null;
  #failures = 0;
  #socketStood = false;
  #onStreams = false;
  #transport = null;

  /**
   * Calls `onState` with {live: true}, or {live: false, retryAt} (by performance.now()), and `onLive` each time that it
   * stands again: what has no cursor has to be asked anew then.
   */
  constructor(graphql, documents, { onState, onLive }) {
    this.graphql = graphql;
    this.documents = documents;
    this.onState = onState;
    this.onLive = onLive;
  }

  /** Whether every subscription is heard, and not only the core of them. */
  get isWhole() {
    return !this.#onStreams;
  }

  /** Follows a document by its name; `onData` gets each message's data, `cursorOf` tells its cursor, if it has one. */
  follow(name, onData, options) {
    this.#subscriptions.push(new Subscription(this.documents[name], onData, options));
  }

  connect() {
    const Transport = this.#onStreams ? EventStreams : Socket;
    this.#transport = new Transport(this.graphql, this.#subscriptions, { onStands: () => this.#stands(), onLost: () => this.#lost() });
  }

  /** Something else was not answered: a stream that is silent may be dead, a websocket is asked by itself. */
  doubt() {
    if (this.#onStreams) this.#transport.end();
  }

  #stands() {
    this.#failures = 0;
    if (!this.#onStreams) this.#socketStood = true;
    this.#steady = setTimeout(() => this.#backoff.reset(), STEADY_AFTER);
    this.onState({ live: true });
    this.onLive();
  }

  #lost() {
    clearTimeout(this.#steady);
    this.#failures += 1;
    // Where neither gets through, both are tried in turn.
    const refused = this.#failures >= (this.#socketStood ? PATIENCE_IF_IT_STOOD : PATIENCE);
    this.#onStreams = refused && !this.#onStreams;
    const wait = this.#backoff.next();
    this.onState({ live: false, retryAt: performance.now() + wait });
    setTimeout(() => this.connect(), wait);
  }
}
