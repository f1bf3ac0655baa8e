// A time: in the reader's zone, with UTC beside it, for machines in ISO 8601.

import { element, setAttribute, setText } from "./elements.js";
import { exactTime, time, utc } from "./format.js";

/** {element, update(iso)} */
export function moment({ exact = false } = {}) {
  const node = element("time");
  return {
    element: node,
    update(iso) {
      if (!iso) {
        setText(node, "–");
        return;
      }
      setText(node, exact ? exactTime(iso) : time(iso));
      setAttribute(node, "datetime", iso);
      setAttribute(node, "title", utc(iso));
    },
  };
}

/** One that stays as it is. */
export function momentOf(iso, options) {
  const view = moment(options);
  view.update(iso);
  return view.element;
}
