// Where a proposal stands, in a word and a colour.

import { element, setAttribute, setText } from "./elements.js";
import { state } from "./format.js";

/** {element, update(proposal)} */
export function stateChip() {
  const root = element("span", { class: "chip" });
  return {
    element: root,
    update(proposal) {
      setText(root, state(proposal.state));
      setAttribute(root, "data-state", proposal.state);
    },
  };
}
