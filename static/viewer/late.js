/** What a page loads only when all that its visitor looks at is there: the module that lets the service worker in. */

/** The page names the worker by `data-worker`. A page in a frame leaves it alone. */
export function offlineWhenIdle() {
  const { worker } = document.documentElement.dataset;
  if (!worker || window.top !== window.self) return;
  (window.requestIdleCallback ?? setTimeout)(() => {
    import('./offline.js').then(({ registerOffline }) => registerOffline(worker), () => {});
  });
}
