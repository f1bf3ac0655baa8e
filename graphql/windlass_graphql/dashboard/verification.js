// How far what is shown was compared with the chain, and by how many endpoints.

import { element, setAttribute, setText } from "./elements.js";
import { count, plural } from "./format.js";

/** {element, update(verification)}: a badge that says it in a few words, and in a sentence when asked. */
export function verificationBadge() {
  const summary = element("summary");
  const sentence = element("p");
  const root = element("details", { class: "badge" }, summary, sentence);
  return {
    element: root,
    update(verification) {
      const { level, words, said } = judged(verification);
      setAttribute(root, "data-level", level);
      setText(summary, words);
      setText(sentence, said);
    },
  };
}

/** {level: good | half | waiting | bad, words, said} */
export function judged({ seq, verifiedSeq, verifiedSlot, verifiedBy, disagreement, isVerified }) {
  if (disagreement) {
    return { level: "bad", words: "Disagrees with the chain", said: `Do not rely on this: ${disagreement}` };
  }
  if (!isVerified) {
    const so = verifiedSeq ? `up to event ${count(verifiedSeq)} of ${count(seq)}` : "not yet";
    return {
      level: "waiting",
      words: "Being compared with the chain",
      said: `The account on chain holds a digest of all its events. It was compared ${so}.`,
    };
  }
  const proof =
    `All ${plural(seq, "event")} give the digest that the account on chain held at slot ${count(verifiedSlot)}: nothing is ` +
    "lost, doubled, forged or out of order.";
  return verifiedBy >= 2
    ? { level: "good", words: `Verified by ${plural(verifiedBy, "endpoint")}`, said: `${proof} ${plural(verifiedBy, "endpoint")} say so independently.` }
    : {
        level: "half",
        words: "Verified by 1 endpoint",
        said: `${proof} One RPC endpoint says so; one may lie consistently, so ask for a second one (--more-rpc).`,
      };
}
