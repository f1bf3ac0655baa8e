// The way of a proposal: its stages in order, and a rope that is hauled in while the timelock runs.

import { element, setAttribute, setText, showIf } from "./elements.js";
import { Keyed } from "./keyed.js";
import { moment } from "./moment.js";

/** {element, update(proposal)} */
export function track(countdowns) {
  const rope = element("progress", { class: "rope", max: 1, value: 0 });
  const list = element("ol", { class: "stages" });
  const stages = new Keyed(list, (stage) => stage.name, stage);
  const root = element("div", { class: "track" }, rope, list);
  return {
    element: root,
    update(proposal) {
      const { approvedAt, eta } = proposal.timelock;
      stages.update(stagesOf(proposal));
      if (showIf(rope, proposal.state === "APPROVED")) {
        const whole = (Date.parse(eta) - Date.parse(approvedAt)) / 1000;
        setAttribute(rope, "aria-label", "Part of the timelock that is over");
        countdowns.show(rope, eta, (left) => Math.min(1, Math.max(0, 1 - left / whole)));
      } else {
        countdowns.show(rope, null);
      }
    },
  };
}

function stagesOf({ state, createdAt, closedAt, timelock }) {
  const { votingEndsAt, approvedAt, eta, graceEndsAt } = timelock;
  const done = (name, at) => ({ name, at, stands: "done" });
  const stages = [done("Proposed", createdAt)];
  if (approvedAt) stages.push(done("Threshold reached", approvedAt));
  if (state === "PROPOSED") stages.push({ name: "Voting ends", at: votingEndsAt, stands: "next" });
  if (state === "APPROVED") stages.push({ name: "Can be executed", at: eta, stands: "next" });
  if (state === "READY") stages.push({ name: "Can be executed", at: eta, stands: "now" });
  if (state === "APPROVED" || state === "READY") stages.push({ name: "Lapses", at: graceEndsAt, stands: "later" });
  if (closedAt) stages.push(done(state === "CANCELLED" ? "Cancelled" : "Executed", closedAt));
  return stages;
}

function stage({ name }) {
  const at = moment();
  const stands = element("span", { class: "visually-hidden" });
  const root = element("li", {}, element("span", { class: "stage-name" }, name), stands, at.element);
  return {
    element: root,
    update(item) {
      setAttribute(root, "data-stands", item.stands);
      setAttribute(root, "aria-current", item.stands === "now" ? "step" : null);
      setText(stands, { done: "done, ", next: "ahead, ", now: "now, ", later: "later, " }[item.stands]);
      at.update(item.at);
    },
  };
}
