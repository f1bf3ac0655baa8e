// Who decides: the members, what they may do, how many must, how long everybody can look.

import { copyable, copyableOf } from "./copying.js";
import { element, setText, showIf } from "./elements.js";
import { facts } from "./facts.js";
import { count, duration, plural, time } from "./format.js";
import { Keyed } from "./keyed.js";
import { verificationBadge } from "./verification.js";

const ROLES = { PROPOSE: "proposes", APPROVE: "approves", GUARD: "guards" };

/** {element, update(multisig)} */
export function councilCard(clock) {
  const address = copyable("the council’s address", { flagged: true });
  const badge = verificationBadge();
  const paused = element("p", { class: "warning" });
  const rule = element("p", { class: "rule" });
  const rules = facts();
  const memberList = element("ul", { class: "members" });
  const members = new Keyed(memberList, ({ key }) => key, member);
  const programList = element("ul", { class: "programs" });
  const programs = new Keyed(programList, (each) => each.address, governed, "It governs no program yet.");
  const root = element(
    "article",
    { class: "card council" },
    element("header", {}, element("h3", { class: "title" }, address.element), badge.element),
    paused,
    rule,
    element("h4", {}, "Governs"),
    programList,
    element("details", {}, element("summary", {}, "Members and rules"), memberList, rules.element),
  );
  return {
    element: root,
    update(multisig) {
      address.update(multisig.address);
      badge.update(multisig.verification);
      const approvers = multisig.members.filter(({ roles }) => roles.includes("APPROVE")).length;
      setText(rule, `${multisig.threshold} of ${approvers} must approve; then ${duration(multisig.timelockSeconds)} pass.`);
      const left = clock.until(multisig.pausedUntil);
      if (showIf(paused, left !== null && left > 0)) {
        setText(paused, `Paused until ${time(multisig.pausedUntil)}: nothing but a rollback is executed.`);
      }
      members.update(multisig.members);
      programs.update(multisig.programs.nodes);
      rules.update([
        { name: "Votes to cancel", value: count(multisig.cancelThreshold) },
        { name: "For a rollback", value: plural(multisig.emergencyThreshold, "approval"), explain: `after ${duration(multisig.rollbackDelaySeconds)}, within 7 days of the upgrade` },
        { name: "Voting period", value: duration(multisig.votingPeriodSeconds) },
        { name: "Grace period", value: duration(multisig.gracePeriodSeconds), explain: "after the timelock, in which to execute" },
        { name: "Rules changed", value: multisig.configSeq ? `${count(multisig.configSeq)}×` : "never" },
      ]);
    },
  };
}

function member({ key }) {
  const roles = element("span", { class: "roles" });
  const root = element("li", {}, copyableOf("the member’s address", key, { flagged: true }), roles);
  return {
    element: root,
    update: (item) => setText(roles, item.roles.map((role) => ROLES[role] ?? role).join(", ")),
  };
}

function governed({ address }) {
  const version = element("span", { class: "roles" });
  const root = element("li", {}, copyableOf("the program’s address", address, { flagged: true }), version);
  return {
    element: root,
    update(program) {
      const upgraded = program.lastUpgradeAt ? `, upgraded ${time(program.lastUpgradeAt)}` : "";
      setText(version, program.released ? "released" : `version ${count(program.version)}${upgraded}`);
    },
  };
}
