// How an account's bytes move in a migration: the old layout above, the new one below, what is kept drawn between them.

import { drawing, element } from "./elements.js";
import { bytes } from "./format.js";

const WIDTH = 640;
const BAR = 22;
const GAP = 46;
const HEADER = 8; // bytes of a discriminator

/** The plan's layouts as figures: a drawing and the same in words. The plan is as voted, so it never changes. */
export function layouts(plan) {
  const list = plan.layouts.map((layout, index) => figure(layout, plan.layouts.length > 1 ? `Layout ${index}: ` : ""));
  const strand = Number(plan.may_strand);
  const note = strand
    ? `A rollback may leave up to ${strand} accounts in the new layout.`
    : "A rollback has to bring every account back first.";
  return element("div", { class: "layouts" }, ...list, element("p", { class: "explain" }, note));
}

function figure(layout, name) {
  const kept = layout.mapped.reduce((sum, { len }) => sum + len, 0);
  const dropped = layout.dropped.reduce((sum, { len }) => sum + len, 0);
  const added = layout.new_size - HEADER - kept;
  const grows = layout.new_size - layout.old_size;
  const said =
    `${name}${bytes(layout.old_size)} become ${bytes(layout.new_size)}` +
    ` (${grows < 0 ? "−" : "+"}${Math.abs(grows)}): ${bytes(kept)} kept unchanged, ${added} new, ${dropped} dropped.`;
  const rows = [
    ...layout.mapped.map((range) => [`${span(range.from, range.len)}`, `${span(range.to, range.len)}`, "kept"]),
    ...layout.dropped.map((range) => [`${span(range.from, range.len)}`, "–", "dropped"]),
  ];
  return element(
    "figure",
    { class: "layout" },
    picture(layout),
    element("figcaption", {}, said),
    element("details", {}, element("summary", {}, "Every range of bytes"), table(rows)),
  );
}

const span = (from, length) => `${from}–${from + length - 1}`;

function table(rows) {
  const head = ["Old bytes", "New bytes", "What happens"].map((name) => element("th", { scope: "col" }, name));
  const body = rows.map((row) => element("tr", {}, ...row.map((cell) => element("td", {}, cell))));
  return element("table", { class: "ranges" }, element("thead", {}, element("tr", {}, ...head)), element("tbody", {}, ...body));
}

function picture({ old_size: oldSize, new_size: newSize, mapped, dropped }) {
  const scale = WIDTH / Math.max(oldSize, newSize);
  const top = 0;
  const bottom = BAR + GAP;
  const bar = (y, from, length, kind) =>
    drawing("rect", { x: from * scale, y, width: Math.max(1, length * scale), height: BAR, class: kind });
  const ribbon = ({ from, to, len }) => {
    const [a, b, c, d] = [from * scale, (from + len) * scale, to * scale, (to + len) * scale];
    const [upper, lower] = [BAR, bottom];
    const middle = (upper + lower) / 2;
    const path =
      `M${a} ${upper}C${a} ${middle} ${c} ${middle} ${c} ${lower}H${d}` +
      `C${d} ${middle} ${b} ${middle} ${b} ${upper}Z`;
    return drawing("path", { d: path, class: "ribbon" });
  };
  return drawing(
    "svg",
    { class: "bytes", viewBox: `0 0 ${WIDTH} ${2 * BAR + GAP}`, "aria-hidden": "true", preserveAspectRatio: "none" },
    bar(top, 0, oldSize, "ground"),
    bar(bottom, 0, newSize, "fresh"),
    ...mapped.map(ribbon),
    ...mapped.map(({ from, len }) => bar(top, from, len, "kept")),
    ...mapped.map(({ to, len }) => bar(bottom, to, len, "kept")),
    ...dropped.map(({ from, len }) => bar(top, from, len, "dropped")),
    bar(top, 0, HEADER, "header"),
    bar(bottom, 0, HEADER, "header"),
  );
}
