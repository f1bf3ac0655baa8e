// Light, dark, or as the system says. A plain script ahead of the page, so that no light page flashes up in the dark.
"use strict";
{
  const KEY = "windlass-theme";
  const THEMES = ["system", "light", "dark"];
  const kept = () => {
    try {
      return localStorage.getItem(KEY);
    } catch {
      return null; // no storage is allowed here: the choice lasts as long as the page
    }
  };
  let theme = THEMES.includes(kept()) ? kept() : "system";
  const show = () => {
    document.documentElement.dataset.theme = theme;
    const button = document.getElementById("theme");
    if (button) button.textContent = `Theme: ${theme}`;
  };
  show();
  document.addEventListener("DOMContentLoaded", () => {
    show();
    document.getElementById("theme").addEventListener("click", () => {
      theme = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length];
      try {
        localStorage.setItem(KEY, theme);
      } catch {
        // as above
      }
      show();
    });
  });
}
