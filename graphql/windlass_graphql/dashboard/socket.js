// One connection of graphql-transport-ws, from its beginning to its end.

const PING_EVERY = 10_000; // milliseconds
const ANSWER_WITHIN = 8_000;

export class Socket {
  #socket;
  #subscriptions;
  #byId = new Map();
  #onStands;
  #onLost;
  #ping = null;
  #overdue = null;

  /** Calls `onStands` once all subscriptions stand, before any message, and `onLost` once, at the end. */
  constructor(graphql, subscriptions, { onStands, onLost }) {
    this.#subscriptions = subscriptions;
    this.#onStands = onStands;
    this.#onLost = onLost;
    const url = new URL(graphql);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    this.#socket = new WebSocket(url, "graphql-transport-ws");
    this.#expect();
    this.#socket.addEventListener("open", () => this.#send({ type: "connection_init" }));
    this.#socket.addEventListener("message", (event) => this.#hear(JSON.parse(event.data)));
    this.#socket.addEventListener("close", () => this.#lost());
  }

  #send(message) {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  #hear(message) {
    if (!this.#onLost) return;
    clearTimeout(this.#overdue);
    switch (message.type) {
      case "connection_ack":
        this.#stand();
        break;
      case "ping":
        this.#send({ type: "pong" });
        break;
      case "next":
        this.#byId.get(message.id)?.hear(message.payload);
        break;
      case "error":
        this.#byId.get(message.id)?.hear({ errors: message.payload });
        this.#socket.close(1000);
        break;
      case "complete": // we were too slow, the server leaves, or it does not know our cursor: a new connection sorts it out
        if (this.#byId.has(message.id)) this.#socket.close(1000);
        break;
    }
  }

  end() {
    this.#socket.close();
    this.#lost();
  }

  #stand() {
    for (const [index, subscription] of this.#subscriptions.entries()) {
      const id = String(index + 1);
      this.#byId.set(id, subscription);
      this.#send({ id, type: "subscribe", payload: { query: subscription.document, variables: subscription.variables } });
    }
    this.#ping = setInterval(() => {
      this.#send({ type: "ping" });
      this.#expect();
    }, PING_EVERY);
    this.#onStands();
  }

  /** Something has to be heard in time: a connection may be dead without anybody saying so. */
  #expect() {
    clearTimeout(this.#overdue);
    this.#overdue = setTimeout(() => this.end(), ANSWER_WITHIN);
  }

  #lost() {
    clearInterval(this.#ping);
    clearTimeout(this.#overdue);
    const onLost = this.#onLost;
    this.#onLost = null;
    onLost?.();
  }
}
