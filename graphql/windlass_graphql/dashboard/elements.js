// Elements, and changes to them that leave alone what stays the same: so focus, selection and scroll stay too. Remote
// data becomes text nodes and attributes only.

const SVG = "http://www.w3.org/2000/svg";

/** An HTML element with attributes (null and false are none) and children (elements or text). */
export function element(name, attributes = {}, ...children) {
  return filled(document.createElement(name), attributes, children);
}

/** The same in SVG. */
export function drawing(name, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, name), attributes, children);
}

export function setText(node, text) {
  if (node.textContent !== String(text)) node.textContent = text;
}

export function setAttribute(node, name, value) {
  if (value === null || value === false || value === undefined) {
    if (node.hasAttribute(name)) node.removeAttribute(name);
  } else if (node.getAttribute(name) !== String(value)) {
    node.setAttribute(name, value);
  }
}

/** Shows the node where the condition holds; gives the condition back. */
export function showIf(node, condition) {
  if (node.hidden === Boolean(condition)) node.hidden = !condition;
  return condition;
}

function filled(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) setAttribute(node, name, value);
  node.append(...children.filter((child) => child !== null));
  return node;
}
