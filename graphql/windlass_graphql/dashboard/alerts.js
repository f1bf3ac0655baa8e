// What the indexer raised, newest first; a new one is also said to readers.

import { announce } from "./announcer.js";
import { element, setAttribute, setText, showIf } from "./elements.js";
import { kind, short } from "./format.js";
import { moment } from "./moment.js";

const SENTENCES = {
  PROPOSAL_CREATED: "was proposed",
  THRESHOLD_REACHED: "has its approvals: the timelock runs",
  TIMELOCK_HALF: "has half of its timelock left",
  TIMELOCK_HOUR_LEFT: "can be executed in an hour",
  READY: "can be executed by anyone",
  EXPIRING: "runs out of time soon",
  EXPIRED: "ran out of time",
  EXECUTED: "was executed",
  CANCELLED: "was cancelled",
  FAILING_AFTER_UPGRADE: "is followed by failing transactions",
  ROLLED_BACK: "was rolled back",
  CONFIG_LOWERING_PROPOSED: "asks for less of something",
  CONFIG_LOWERED: "lowered the council’s rules",
};
const OTHERS = {
  PAUSED: "A guard paused the council",
  PAUSE_OVER: "A pause ran out",
  RESUMED: "A pause was ended",
  MIGRATION_STUCK: "A migration stands still",
  VAULT_NOT_BACKED: "A vault holds fewer tokens than it owes",
};
const GRAVE = new Set([
  "READY",
  "TIMELOCK_HOUR_LEFT",
  "FAILING_AFTER_UPGRADE",
  "ROLLED_BACK",
  "CONFIG_LOWERING_PROPOSED",
  "CONFIG_LOWERED",
  "MIGRATION_STUCK",
  "VAULT_NOT_BACKED",
  "PAUSED",
]);

/** The alert in a sentence. */
export function sentence({ kind: name, proposal, programAddress, multisigAddress }) {
  if (proposal && SENTENCES[name]) return `${kind(proposal.kind)} #${proposal.id} ${SENTENCES[name]}`;
  const about = programAddress ?? multisigAddress;
  const words = OTHERS[name] ?? name.toLowerCase().replaceAll("_", " ");
  return `${words}${about ? ` (${short(about)})` : ""}`;
}

/** {element, update(alert)} */
export function alertLine() {
  const said = element("p", { class: "said" });
  const link = element("a");
  const plain = element("span");
  said.append(link, plain);
  const at = moment();
  const root = element("article", { class: "alert" }, said, at.element);
  return {
    element: root,
    update(alert) {
      setAttribute(root, "data-grave", GRAVE.has(alert.kind) ? "yes" : null);
      if (showIf(link, alert.proposal)) {
        setAttribute(link, "href", `#proposal-${alert.proposal.address}`);
        setText(link, sentence(alert));
      }
      if (showIf(plain, !alert.proposal)) setText(plain, sentence(alert));
      at.update(alert.at);
    },
  };
}

export function sayAlert(alert) {
  announce(`Alert: ${sentence(alert)}.`);
}
