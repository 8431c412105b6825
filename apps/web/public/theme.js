// Runs before the first paint, so that nobody who chose dark sees a white flash. The policy of the server forbids inline scripts.
(() => {
  let stored = null;
  try {
    stored = localStorage.getItem('kindred.theme');
  } catch {
    // Storage is blocked: the system's theme it is.
  }
  const isDark = stored ? stored === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
  document.documentElement.classList.toggle('dark', isDark);
})();
