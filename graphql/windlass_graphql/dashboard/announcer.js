// Says things to screen readers when they are done with what they are saying.

const node = () => document.getElementById("announcer");

export function announce(sentence) {
  const line = document.createElement("p");
  line.textContent = sentence;
  node().append(line);
  while (node().childElementCount > 5) node().firstElementChild.remove();
}
