// A list whose elements live as long as their items: updated in place, moved only where the order changed.

import { element } from "./elements.js";

/** `create(item)` gives {element, update(item)}; `empty` is the sentence where there is nothing. */
export class Keyed {
  constructor(container, keyOf, create, empty = "") {
    this.container = container;
    this.keyOf = keyOf;
    this.create = create;
    this.empty = element("p", { class: "empty" }, empty);
    this.views = new Map();
  }

  update(items) {
    const wanted = new Map(items.map((item) => [this.keyOf(item), item]));
    for (const [key, view] of this.views) {
      if (!wanted.has(key)) {
        view.element.remove();
        this.views.delete(key);
      }
    }
    const saysSo = this.empty.parentNode === this.container;
    if (this.views.size === 0 && !(wanted.size === 0 && saysSo)) this.container.replaceChildren();
    let previous = null;
    for (const [key, item] of wanted) {
      let view = this.views.get(key);
      if (!view) {
        view = this.create(item);
        this.views.set(key, view);
      }
      view.update(item);
      const place = previous ? previous.nextSibling : this.container.firstChild;
      if (place !== view.element) this.container.insertBefore(view.element, place);
      previous = view.element;
    }
    if (wanted.size === 0 && !saysSo && this.empty.textContent) this.container.append(this.empty);
  }
}
