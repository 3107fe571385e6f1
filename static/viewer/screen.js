/** Filling the screen, and the size of what is on it: what the browser may or may not allow. */

/**
 * Full screen; where elements may not have it (telephones by Apple) the stage fills the window.
 * @param {HTMLElement} stage @param {(full: boolean) => void} changed @param {AbortSignal} signal
 */
export function createScreen(stage, changed, signal) {
  const filling = () => stage.classList.contains('is-filling');
  const full = () => document.fullscreenElement === stage || filling();
  const fill = () => {
    stage.classList.toggle('is-filling');
    changed(full());
  };
  document.addEventListener('fullscreenchange', () => changed(full()), { signal });
  return {
    full,
    filling,
    toggle() {
      if (document.fullscreenElement) void document.exitFullscreen();
      else if (filling() || !stage.requestFullscreen) fill();
      else stage.requestFullscreen().catch(fill);
    },
  };
}

/**
 * Tells when an element has got a size and when it gets another; returns how to stop.
 * @param {Element} element @param {() => void} changed
 */
export function watchSize(element, changed) {
  if (window.ResizeObserver) {
    const watching = new ResizeObserver(changed);
    watching.observe(element);
    return () => watching.disconnect();
  }
  requestAnimationFrame(changed);
  window.addEventListener('resize', changed);
  return () => window.removeEventListener('resize', changed);
}

/** What an element measures, in whole pixels. @param {Element} element */
export function sizeOf(element) {
  const { width, height } = element.getBoundingClientRect();
  return { width: Math.round(width), height: Math.round(height) };
}
