// What somebody can do who does not agree, and until when.

import { copyable } from "./copying.js";
import { element, setText, showIf } from "./elements.js";
import { countdown, plural } from "./format.js";

/** {element, update(proposal)}; shown while it can still be stopped. */
export function dissent(countdowns) {
  const left = element("p");
  const users = element("p");
  const members = element("p");
  const command = copyable("the command", { whole: true });
  const root = element(
    "aside",
    { class: "dissent", "aria-label": "If you disagree" },
    element("h4", {}, "If you disagree"),
    left,
    users,
    members,
    command.element,
  );
  return {
    element: root,
    update(proposal) {
      const { state, timelock, cancelThreshold, cancelVotes, address, kind } = proposal;
      const open = ["PROPOSED", "APPROVED", "READY"].includes(state);
      if (!showIf(root, open)) {
        countdowns.show(left, null);
        return;
      }
      if (state === "APPROVED") {
        countdowns.show(left, timelock.eta, (seconds) => `You have ${countdown(seconds)} before it can take effect.`);
      } else {
        countdowns.show(left, null);
        setText(left, state === "READY" ? "It can take effect at any moment." : "It cannot take effect yet: approvals are missing.");
      }
      const codes = kind === "UPGRADE" || kind === "ROLLBACK";
      setText(users, codes ? "As a user: read the code behind the digest, and take out what you do not want to leave to it." : "");
      showIf(users, codes);
      const missing = Math.max(0, cancelThreshold - cancelVotes.length);
      setText(members, `As a member who approves: ${plural(missing, "more vote")} to cancel end${missing === 1 ? "s" : ""} it, at any time before it is executed.`);
      command.update(`windlass cancel ${address}`);
    },
  };
}
