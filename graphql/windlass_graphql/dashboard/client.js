// Asks the read API over HTTP, with the page's own documents.

export class Refused extends Error {}

export class Client {
  constructor(url, documents) {
    this.url = url;
    this.documents = documents;
  }

  /** The data of a document by its name. Raises Refused with the API's sentence, or why nothing came. */
  async ask(name, variables = {}) {
    const response = await fetch(this.url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ query: this.documents[name], variables }),
      signal: AbortSignal.timeout(20_000),
    });
    const body = await response.json();
    if (body.errors?.length) throw new Refused(body.errors[0].message);
    return body.data;
  }
}
