/** How high the bar at the foot is, so that what gets the focus is scrolled out from behind it. */

export function measureBar() {
  const bar = document.querySelector(".decide");
  if (bar) document.documentElement.style.setProperty("--bar", `${bar.offsetHeight}px`);
}

/** Measures it whenever it changes. */
export function watchBar() {
  const bar = document.querySelector(".decide");
  if (bar) new ResizeObserver(measureBar).observe(bar);
}
