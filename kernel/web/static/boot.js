// Before anything is drawn: theme and language as they were chosen in this browser.
(function () {
  const chosen = (name) => { try { return localStorage.getItem(name); } catch { return null; } };
  const theme = chosen("smalt.theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  const language = chosen("smalt.language") || (navigator.language || "en").slice(0, 2);
  document.documentElement.lang = language === "pl" ? "pl" : "en";
})();
