// Runs before the first paint, so that a night shift never sees a white flash.
(function () {
  var wanted = null;
  try {
    wanted = localStorage.getItem('cleanhaul.theme');
  } catch (e) {
    // Storage may be forbidden; the system's choice then counts.
  }
  var dark = wanted === 'dark' || (wanted !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.classList.toggle('dark', dark);
})();
