// What a proposal would change: the code by its digests and length, the layout of accounts, the rules, the authority.

import { element, setText, showIf } from "./elements.js";
import { facts } from "./facts.js";
import { bytes, count, duration, kind } from "./format.js";
import { layouts } from "./layout.js";

/** {element, update(proposal, multisig)} */
export function change() {
  const sentence = element("p");
  const warning = element("p", { class: "warning" });
  const list = facts();
  const plan = element("div");
  const rest = facts();
  const root = element(
    "section",
    { class: "change" },
    element("h4", {}, "What changes"),
    sentence,
    warning,
    list.element,
    plan,
    element("details", { class: "rest" }, element("summary", {}, "Accounts and transactions"), rest.element),
  );
  let drawn = false;
  return {
    element: root,
    update(proposal, multisig) {
      setText(sentence, said(proposal));
      const warned = proposal.noRollback
        ? "Voted with no way back: no copy of the present code is kept, so this upgrade cannot be rolled back."
        : "";
      setText(warning, warned);
      showIf(warning, warned);
      list.update([...ofKind(proposal, multisig), voteDigest(proposal)]);
      rest.update(accounts(proposal));
      const voted = proposal.made.nodes[0]?.detail.plan;
      if (voted && !drawn) {
        drawn = true;
        plan.append(element("h4", {}, "How accounts change"), layouts(voted));
      }
    },
  };
}

function said({ kind: name, baseVersion, rollsBack, migration }) {
  switch (name) {
    case "UPGRADE":
      return `Replaces the program’s code: version ${count(baseVersion)} becomes version ${count(baseVersion + 1)}.`;
    case "ROLLBACK":
      return `Puts the code back that ran before upgrade #${rollsBack?.id ?? "?"}: the very copy that was kept.`;
    case "TRANSFER":
      return "Gives the program’s upgrade authority away. Afterwards this council decides nothing about it any more.";
    case "CONFIG":
      return "Changes who decides, how many must, and how long everyone can look.";
    default:
      return kind(name);
  }
}

function ofKind(proposal, multisig) {
  const { bufferLength, verifiedLength, codeDigest, buffer, program } = proposal;
  switch (proposal.kind) {
    case "UPGRADE":
      return [
        {
          name: "Code digest, as voted",
          value: codeDigest,
          as: "the code digest",
          explain: "Computed on chain from the buffer (SHA-256 over 1 MiB chunks). Only these bytes can run.",
        },
        {
          name: "solana-verify’s hash",
          value: `solana-verify get-buffer-hash ${buffer}`,
          as: "command",
          explain: "Another hash of the same code, trailing zeros trimmed: compare it with a build from source.",
        },
        {
          name: "Length",
          value: `${bytes(bufferLength)}, ${percent(verifiedLength, bufferLength)} hashed on chain`,
          explain: verifiedLength < bufferLength ? "Nobody can approve before all of it is hashed." : "",
        },
        { name: "Code that runs now", value: program?.codeDigest, as: "the running code’s digest" },
      ];
    case "ROLLBACK":
      return [{ name: "Code digest", value: codeDigest, as: "the code digest" }];
    case "TRANSFER":
      return [{ name: "New authority", value: proposal.newAuthority, as: "the new authority’s address" }];
    case "CONFIG":
      return rules(proposal.newConfig ?? {}, multisig);
    default:
      return [];
  }
}

/** The proposed rules, each with what is in force where that is another value. */
function rules(proposed, multisig) {
  const row = (name, now, then, write) => {
    if (then === undefined) return null;
    const moves = multisig && Number(now) !== Number(then);
    return { name, value: moves ? `${write(now)} → ${write(then)}` : `${write(then)} (as now)` };
  };
  return [
    row("Approvals needed", multisig?.threshold, proposed.threshold, count),
    row("Votes to cancel", multisig?.cancelThreshold, proposed.cancel_threshold, count),
    row("For a rollback", multisig?.emergencyThreshold, proposed.emergency_threshold, count),
    row("Timelock", multisig?.timelockSeconds, proposed.timelock, duration),
    row("Rollback delay", multisig?.rollbackDelaySeconds, proposed.rollback_delay, duration),
    row("Grace period", multisig?.gracePeriodSeconds, proposed.grace_period, duration),
    row("Voting period", multisig?.votingPeriodSeconds, proposed.voting_period, duration),
    row("Members", multisig?.members.length, proposed.members?.length, count),
  ].filter(Boolean);
}

const voteDigest = ({ digest }) => ({
  name: "What approvals name",
  value: digest,
  as: "the digest of all that is voted on",
  explain: "One digest of kind, code, plan, version, rules and a recent slot’s hash.",
});

function accounts({ kind: name, address, buffer, rollbackBuffer, proposer, createdSignature, closedSignature, execution }) {
  const upgrade = name === "UPGRADE";
  return [
    { name: "Proposal", value: address, as: "the proposal’s address" },
    {
      name: upgrade ? "Buffer" : "Kept copy",
      value: buffer,
      as: "the buffer’s address",
      explain: "Held by Windlass: nobody can write to it.",
    },
    { name: "Copy for the way back", value: upgrade ? rollbackBuffer : null, as: "the kept copy’s address" },
    { name: "Proposed by", value: proposer, as: "the proposer’s address" },
    { name: "Proposed in", value: createdSignature, as: "the transaction" },
    { name: "Executed by", value: execution?.executor, as: "the executor’s address" },
    { name: execution ? "Executed in" : "Closed in", value: closedSignature, as: "the transaction" },
  ];
}

const percent = (part, whole) => `${whole ? Math.floor((100 * part) / whole) : 0} %`;
