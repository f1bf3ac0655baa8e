// What the page follows by one document, and up to where it has heard of it.

const NOT_KNOWN = new Set(["CURSOR_GONE", "BAD_CURSOR"]);

export class Subscription {
  #cursorOf;
  #onData;
  #after;

  /** `isCore`: without it the page would not be live; the others can wait for the next overview. */
  constructor(document, onData, { after = null, cursorOf = () => null, isCore = false } = {}) {
    this.document = document;
    this.isCore = isCore;
    this.#after = after;
    this.#cursorOf = cursorOf;
    this.#onData = onData;
  }

  /** Of the operation, so that it goes on where it was heard last. */
  get variables() {
    return this.#after ? { after: this.#after } : {};
  }

  /** A message as the server sent it. An error is followed by the end, and that by a new beginning: from now, where the
   *  cursor is given up, for what is asked anew by then makes up for it. */
  hear({ data, errors }) {
    if (errors?.some(({ extensions }) => NOT_KNOWN.has(extensions?.code))) this.#after = null;
    if (!data) return;
    this.#after = this.#cursorOf(data) ?? this.#after;
    this.#onData(data);
  }
}
