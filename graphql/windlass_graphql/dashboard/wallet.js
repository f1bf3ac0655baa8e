// Links by which a wallet asks the command service for the transaction to sign: a Solana Action. This page signs and
// sends nothing.

import { element, setAttribute, showIf } from "./elements.js";
import { Keyed } from "./keyed.js";

const OFFERED = {
  PROPOSED: ["approve", "cancel"],
  APPROVED: ["cancel"],
  READY: ["execute", "cancel"],
};
const NAMES = { approve: "Approve", cancel: "Cancel", execute: "Execute" };

/** {element, update(proposal, commands)}; shown where it is known where the command service is. */
export function walletLinks() {
  const links = element("span", { class: "links" });
  const list = new Keyed(links, ({ verb }) => verb, link);
  const root = element("p", { class: "wallet" }, "With a wallet: ", links);
  return {
    element: root,
    update({ state, address }, commands) {
      const offered = commands ? (OFFERED[state] ?? []) : [];
      showIf(root, offered.length);
      list.update(offered.map((verb) => ({ verb, target: new URL(`/proposals/${address}/${verb}`, commands).href })));
    },
  };
}

function link({ verb }) {
  const root = element("a", { rel: "noopener" }, NAMES[verb]);
  return { element: root, update: ({ target }) => setAttribute(root, "href", `solana-action:${target}`) };
}
