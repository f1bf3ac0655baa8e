// All there is to say of a proposal, whether it is open or decided.

import { change } from "./change.js";
import { dissent } from "./dissent.js";
import { element } from "./elements.js";
import { track } from "./track.js";
import { votes } from "./votes.js";
import { walletLinks } from "./wallet.js";

/** {element, update(proposal)} */
export function proposalBody({ countdowns, store }) {
  const parts = { track: track(countdowns), votes: votes(), change: change(), dissent: dissent(countdowns), wallet: walletLinks() };
  const root = element(
    "div",
    { class: "body" },
    parts.track.element,
    element(
      "div",
      { class: "two" },
      parts.change.element,
      element("div", { class: "people" }, parts.votes.element, parts.wallet.element, parts.dissent.element),
    ),
  );
  return {
    element: root,
    update(proposal) {
      const multisig = store.multisig(proposal.multisig.address);
      parts.track.update(proposal);
      parts.votes.update(proposal, multisig);
      parts.change.update(proposal, multisig);
      parts.wallet.update(proposal, store.commands);
      parts.dissent.update(proposal);
    },
  };
}
