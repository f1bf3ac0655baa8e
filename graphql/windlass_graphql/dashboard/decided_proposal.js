// A proposal that is over, folded to a line; what is in it is made when somebody opens it.

import { element, setAttribute, setText } from "./elements.js";
import { kind, short } from "./format.js";
import { moment } from "./moment.js";
import { proposalBody } from "./proposal_body.js";
import { stateChip } from "./state_chip.js";
import { verificationBadge } from "./verification.js";

/** {element, update(proposal)} */
export function decidedProposal({ countdowns, store }) {
  const number = element("span", { class: "number" });
  const title = element("h3", { class: "what" });
  const about = element("span", { class: "about" });
  const approvals = element("span", { class: "approved" });
  const chip = stateChip();
  const at = moment();
  const root = element(
    "details",
    { class: "decided" },
    element("summary", {}, number, title, about, approvals, chip.element, at.element),
  );
  let body = null;
  let latest = null;
  const show = () => {
    if (!root.open) return;
    if (body === null) {
      body = { ...proposalBody({ countdowns, store }), badge: verificationBadge() };
      root.append(element("div", { class: "opened" }, body.badge.element, body.element));
    }
    body.update(latest);
    body.badge.update(latest.verification);
  };
  root.addEventListener("toggle", show);
  return {
    element: root,
    update(proposal) {
      latest = proposal;
      setAttribute(root, "id", `proposal-${proposal.address}`);
      setText(number, `#${proposal.id}`);
      setText(title, kind(proposal.kind));
      setText(about, proposal.program ? short(proposal.program.address) : "the council itself");
      setText(approvals, `${proposal.approvalCount} of ${proposal.threshold}`);
      chip.update(proposal);
      at.update(proposal.closedAt ?? proposal.createdAt);
      show();
    },
  };
}
