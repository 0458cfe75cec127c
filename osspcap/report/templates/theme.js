// Before anything is drawn: the theme that was chosen last, if one was.
(() => {
  try {
    const theme = localStorage.getItem("osspcap-theme");
    if (theme === "dark" || theme === "light") document.documentElement.dataset.theme = theme;
  } catch (_) {
    // Storage is closed to pages opened from a file in some browsers: the system's setting holds.
  }
})();
