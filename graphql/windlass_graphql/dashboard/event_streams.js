// The same over server-sent events, for who is behind a proxy that lets no websocket through: a stream for each of the
// core subscriptions, from their beginning to the end of the first of them.

// A browser holds six connections to a server that speaks HTTP/1.1, all of its pages together: the other subscriptions
// have no stream, and wait for the overview.

const STAND_WITHIN = 8_000; // milliseconds

export class EventStreams {
  #streams;
  #waiting;
  #overdue;
  #onStands;
  #onLost;

  /** Calls `onStands` once all streams are open, and `onLost` once, at the end. */
  constructor(graphql, subscriptions, { onStands, onLost }) {
    this.#onStands = onStands;
    this.#onLost = onLost;
    this.#overdue = setTimeout(() => this.end(), STAND_WITHIN);
    const core = subscriptions.filter(({ isCore }) => isCore);
    this.#waiting = core.length;
    this.#streams = core.map((subscription) => this.#open(graphql, subscription));
  }

  #open(graphql, subscription) {
    const url = new URL(graphql);
    url.searchParams.set("query", subscription.document);
    url.searchParams.set("variables", JSON.stringify(subscription.variables));
    const stream = new EventSource(url);
    stream.addEventListener("open", () => this.#opened());
    stream.addEventListener("next", (event) => this.#onLost && subscription.hear(JSON.parse(event.data)));
    stream.addEventListener("complete", () => this.end());
    // It would come back by itself, but not after every answer, and as soon each time.
    stream.addEventListener("error", () => this.end());
    return stream;
  }

  #opened() {
    this.#waiting -= 1;
    if (this.#waiting > 0 || !this.#onLost) return;
    clearTimeout(this.#overdue);
    this.#onStands();
  }

  end() {
    clearTimeout(this.#overdue);
    for (const stream of this.#streams) stream.close();
    const onLost = this.#onLost;
    this.#onLost = null;
    onLost?.();
  }
}
