// Names and values, each with what it means for those who want to know.

import { copyable } from "./copying.js";
import { element, setText, showIf } from "./elements.js";
import { Keyed } from "./keyed.js";
import { moment } from "./moment.js";

/**
 * {element, update(rows)}. A row is {name, value, as, explain}: `as` is "text" (the default), "time", "command", or what a
 * copied value is called, such as "the code digest". Rows without a value are left out.
 */
export function facts() {
  const root = element("dl", { class: "facts" });
  const list = new Keyed(root, (row) => row.name, row);
  return {
    element: root,
    update(rows) {
      const told = rows.filter(({ value }) => value !== null && value !== undefined && value !== "");
      list.update(told);
      showIf(root, told.length > 0);
    },
  };
}

function row({ name, as = "text" }) {
  const view = valueView(as);
  const explanation = element("p", { class: "explain" });
  const root = element("div", {}, element("dt", {}, name), element("dd", {}, view.element, explanation));
  return {
    element: root,
    update({ value, explain = "" }) {
      view.update(value);
      setText(explanation, explain);
      showIf(explanation, explain);
    },
  };
}

function valueView(as) {
  if (as === "time") return moment();
  if (as === "text") {
    const node = element("span");
    return { element: node, update: (value) => setText(node, value) };
  }
  return as === "command" ? copyable("the command", { whole: true }) : copyable(as);
}
