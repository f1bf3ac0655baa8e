// graphql-transport-ws: subscriptions that go on from the last cursor heard, whatever happens to the connection.

import { Backoff } from "./backoff.js";

const PING_EVERY = 10_000; // milliseconds
const ANSWER_WITHIN = 8_000;
const STEADY_AFTER = 5_000;

/**
 * Calls `onState` with {live: true}, or {live: false, retryAt} (by performance.now()), and `onLive` each time that all
 * subscriptions stand again, before any message: what has no cursor has to be asked anew then.
 */
export class Socket {
  #subscriptions = new Map();
  #backoff = new Backoff();
  #socket = null;
  #ids = 0;
  #ping = null;
  #overdue = null;
  #steady = null;

  constructor(url, documents, { onState, onLive }) {
    this.url = url;
    this.documents = documents;
    this.onState = onState;
    this.onLive = onLive;
  }

  /** Follows a document by its name; `onData` gets each message's data, `cursorOf` tells its cursor, if it has one. */
  follow(name, onData, { after = null, cursorOf = () => null } = {}) {
    this.#subscriptions.set(name, { name, onData, cursorOf, after, id: null });
  }

  connect() {
    const socket = new WebSocket(this.url, "graphql-transport-ws");
    this.#socket = socket;
    this.#expect();
    socket.addEventListener("open", () => this.#send({ type: "connection_init" }));
    socket.addEventListener("message", (event) => socket === this.#socket && this.#hear(JSON.parse(event.data)));
    socket.addEventListener("close", () => socket === this.#socket && this.#lost());
  }

  #send(message) {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  #hear(message) {
    clearTimeout(this.#overdue);
    switch (message.type) {
      case "connection_ack":
        this.#stand();
        break;
      case "ping":
        this.#send({ type: "pong" });
        break;
      case "next":
        this.#told(message);
        break;
      case "error":
      case "complete":
        this.#ended(message);
        break;
    }
  }

  #stand() {
    for (const each of this.#subscriptions.values()) this.#subscribe(each);
    clearInterval(this.#ping);
    this.#ping = setInterval(() => {
      this.#send({ type: "ping" });
      this.#expect();
    }, PING_EVERY);
    this.#steady = setTimeout(() => this.#backoff.reset(), STEADY_AFTER);
    this.onState({ live: true });
    this.onLive();
  }

  #subscribe(each) {
    each.id = String((this.#ids += 1));
    const payload = { query: this.documents[each.name], variables: each.after ? { after: each.after } : {} };
    this.#send({ id: each.id, type: "subscribe", payload });
  }

  #told({ id, payload }) {
    const each = [...this.#subscriptions.values()].find((subscription) => subscription.id === id);
    // An error here is followed by the end, and that by a new beginning.
    if (!each || !payload.data) return;
    each.after = each.cursorOf(payload.data) ?? each.after;
    each.onData(payload.data);
  }

  /** One subscription is over: we were too slow, the server leaves, or it does not know our cursor (any more). A new
   *  connection sorts it out; what is asked anew once it stands makes up for a cursor that is given up. */
  #ended({ id, type }) {
    const each = [...this.#subscriptions.values()].find((subscription) => subscription.id === id);
    if (!each) return;
    if (type === "error") each.after = null;
    this.#socket.close(1000);
  }

  /** Something has to be heard in time: a connection may be dead without anybody saying so. */
  #expect() {
    clearTimeout(this.#overdue);
    this.#overdue = setTimeout(() => {
      this.#socket.close();
      this.#lost();
    }, ANSWER_WITHIN);
  }

  #lost() {
    clearInterval(this.#ping);
    clearTimeout(this.#overdue);
    clearTimeout(this.#steady);
    this.#socket = null;
    const wait = this.#backoff.next();
    this.onState({ live: false, retryAt: performance.now() + wait });
    setTimeout(() => this.connect(), wait);
  }
}
