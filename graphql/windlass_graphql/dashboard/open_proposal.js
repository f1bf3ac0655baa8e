// A proposal that can still take effect, as a card that says everything at once.

import { copyable } from "./copying.js";
import { element, setAttribute, setText, showIf } from "./elements.js";
import { countdown, kind } from "./format.js";
import { proposalBody } from "./proposal_body.js";
import { stateChip } from "./state_chip.js";
import { verificationBadge } from "./verification.js";

/** {element, update(proposal)} */
export function openProposal({ countdowns, store }) {
  const title = element("h3");
  const program = copyable("the program’s address", { flagged: true });
  const about = element("p", { class: "about" }, "of program ", program.element);
  const chip = stateChip();
  const badge = verificationBadge();
  const left = element("p", { class: "countdown", role: "timer" });
  const says = element("p", { class: "countdown-says" });
  const body = proposalBody({ countdowns, store });
  const root = element(
    "article",
    { class: "card proposal" },
    element(
      "header",
      {},
      element("div", { class: "title" }, title, about),
      element("div", { class: "chips" }, chip.element, badge.element),
    ),
    element("div", { class: "clock" }, left, says),
    body.element,
  );
  return {
    element: root,
    update(proposal) {
      setAttribute(root, "id", `proposal-${proposal.address}`);
      setAttribute(root, "data-state", proposal.state);
      setText(title, `#${proposal.id} ${kind(proposal.kind)}`);
      if (showIf(about, proposal.program)) program.update(proposal.program.address);
      chip.update(proposal);
      badge.update(proposal.verification);
      const deadline = deadlineOf(proposal);
      countdowns.show(left, deadline.at, countdown);
      setText(says, deadline.says);
      body.update(proposal);
    },
  };
}

/** What the clock of an open proposal runs towards: {at, says}. */
export function deadlineOf({ state, timelock, approvalCount, threshold }) {
  switch (state) {
    case "APPROVED":
      return { at: timelock.eta, says: "until anyone can execute it" };
    case "READY":
      return { at: timelock.graceEndsAt, says: "left to execute it: anyone can, now" };
    default: {
      const missing = threshold - approvalCount;
      return { at: timelock.votingEndsAt, says: `left to vote: ${missing} approval${missing === 1 ? "" : "s"} missing` };
    }
  }
}
