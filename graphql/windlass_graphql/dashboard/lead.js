// The sentence at the top: what changes next, and how long everybody has.

import { element, setAttribute, setText, showIf } from "./elements.js";
import { countdown, kind, plural, short } from "./format.js";
import { deadlineOf } from "./open_proposal.js";
import { moment } from "./moment.js";

/** {element, update(store)} */
export function lead(countdowns) {
  const sentence = element("p", { class: "sentence" });
  const left = element("p", { class: "countdown large", role: "timer" });
  const rope = element("progress", { class: "rope", max: 1, value: 0, "aria-label": "Part of the timelock that is over" });
  const link = element("a", { class: "go" }, "What it changes");
  const at = moment({ exact: true });
  const when = element("span");
  const way = element("span", {}, at.element, ". ", link);
  const after = element("p", { class: "after" }, when, way);
  const root = element("div", { class: "lead-body" }, sentence, left, rope, after);
  return {
    element: root,
    update(store) {
      const next = store.openProposals().find(({ state }) => state !== "PROPOSED");
      setAttribute(root, "data-state", next?.state ?? "none");
      if (!showIf(left, next)) {
        countdowns.show(left, null);
        countdowns.show(rope, null);
        showIf(rope, false);
        const voting = store.openProposals().length;
        setText(sentence, voting ? `${plural(voting, "proposal")} being voted on. Nothing can change yet.` : "No change is under way.");
        setText(when, shortestWait(store));
        showIf(way, false);
        return;
      }
      const subject = next.program ? `program ${short(next.program.address)}` : "the council’s rules";
      const deadline = deadlineOf(next);
      if (next.state === "READY") {
        countdowns.show(left, null);
        setText(left, "now");
        setText(sentence, `${kind(next.kind)} #${next.id} of ${subject} can be executed by anyone,`);
      } else {
        countdowns.show(left, deadline.at, countdown);
        setText(sentence, `${kind(next.kind)} #${next.id} of ${subject} can take effect in`);
      }
      if (showIf(rope, next.state === "APPROVED")) {
        const { approvedAt, eta } = next.timelock;
        const whole = (Date.parse(eta) - Date.parse(approvedAt)) / 1000;
        countdowns.show(rope, eta, (seconds) => Math.min(1, Math.max(0, 1 - seconds / whole)));
      } else {
        countdowns.show(rope, null);
      }
      setAttribute(link, "href", `#proposal-${next.address}`);
      at.update(deadline.at);
      const label = next.state === "READY" ? "It lapses at" : "Not before";
      setText(when, `${next.approvalCount} of ${next.threshold} approved. ${label} `);
      showIf(way, true);
    },
  };
}

function shortestWait(store) {
  const waits = store.multisigs.flatMap(({ programs }) => programs.nodes.filter((p) => !p.released).map((p) => p.timelockSeconds));
  if (waits.length === 0) return "";
  const hours = Math.floor(Math.min(...waits) / 3600);
  return `Any upgrade of the ${plural(waits.length, "governed program")} shows up here at least ${hours} hours before it can run. The one exception is a rollback to the very code that ran before.`;
}
