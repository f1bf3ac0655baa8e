// Who approved, who voted to cancel, and who has not voted yet.

import { copyableOf } from "./copying.js";
import { element, setAttribute, setText, showIf } from "./elements.js";
import { plural } from "./format.js";
import { Keyed } from "./keyed.js";
import { moment } from "./moment.js";

/** {element, update(proposal, multisig)}; the multisig is null where it is not known. */
export function votes() {
  const tally = element("p", { class: "tally" });
  const pips = element("span", { class: "pips", "aria-hidden": "true" });
  const list = element("ul", { class: "voters" });
  const voters = new Keyed(list, (voter) => `${voter.vote}:${voter.member}`, voter);
  const title = element("h4", {}, "Approvals");
  const root = element("section", { class: "votes" }, title, element("div", { class: "count" }, pips, tally), list);
  return {
    element: root,
    update(proposal, multisig) {
      const { approvalCount, threshold, cancelThreshold, cancelVotes } = proposal;
      const cancels = cancelVotes.length ? `; ${cancelVotes.length} of ${plural(cancelThreshold, "vote")} to cancel` : "";
      setText(tally, `${approvalCount} of ${threshold} approved${cancels}`);
      fill(pips, approvalCount, threshold);
      voters.update(all(proposal, multisig));
    },
  };
}

function all({ approvals, cancelVotes, state }, multisig) {
  const voted = [
    ...approvals.map((vote) => ({ ...vote, vote: "approve" })),
    ...cancelVotes.map((vote) => ({ ...vote, vote: "cancel" })),
  ];
  const heard = new Set(voted.map(({ member }) => member));
  const open = ["PROPOSED", "APPROVED", "READY"].includes(state);
  const silent = open ? (multisig?.members ?? []).filter((m) => m.roles.includes("APPROVE") && !heard.has(m.key)) : [];
  return [...voted, ...silent.map(({ key }) => ({ member: key, vote: "none" }))];
}

const WORDS = { approve: "approved", cancel: "votes to cancel", none: "has not voted" };

function voter({ member, vote, signature }) {
  const at = moment();
  const root = element(
    "li",
    { "data-vote": vote },
    element("span", { class: "tick", "aria-hidden": "true" }),
    element(
      "span",
      { class: "said" },
      copyableOf("the member’s address", member, { flagged: true }),
      element("span", { class: "vote" }, WORDS[vote]),
      at.element,
      signature ? copyableOf("the vote’s transaction", signature) : null,
    ),
  );
  return {
    element: root,
    update(item) {
      if (showIf(at.element, item.at)) at.update(item.at);
    },
  };
}

function fill(pips, filled, of) {
  while (pips.childElementCount > of) pips.lastElementChild.remove();
  while (pips.childElementCount < of) pips.append(element("span"));
  [...pips.children].forEach((pip, index) => setAttribute(pip, "data-filled", index < filled ? "yes" : "no"));
}
