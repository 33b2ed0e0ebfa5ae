/** What is wrong with a page as it stands before a person: each gives lines that say it. Run by tests in the page. */
(() => {
  const kinds = 'a[href], button, input, select, textarea, summary, [tabindex="0"]';
  const isShown = (each) => each.tabIndex >= 0 && !each.disabled && each.checkVisibility({ visibilityProperty: true });
  const short = (each) => each?.outerHTML.slice(0, 100);
  const inside = (value, most) => Math.max(0, Math.min(value, most - 1));

  function isCovered(stop) {
    stop.focus({ focusVisible: true });
    const [box] = stop.getClientRects();
    if (document.activeElement !== stop || !box?.width || !box.height) return false;
    const x = inside(box.left + box.width / 2, innerWidth);
    const y = inside(box.top + Math.min(box.height / 2, 12), innerHeight);
    const at = document.elementFromPoint(x, y);
    return !at || ![stop, ...(stop.labels ?? [])].some((each) => each.contains(at) || at.contains(each));
  }

  window.looking = {
    /** What has the focus is seen, going on and going back (WCAG 2.2, 2.4.11). */
    covered() {
      const stops = [...document.querySelectorAll(kinds)].filter(isShown);
      const found = [...stops, ...stops.reverse()].filter(isCovered).map((each) => `covered: ${short(each)}`);
      document.activeElement.blur();
      scrollTo(0, 0);
      return found;
    },
    moving() {
      return [...document.querySelectorAll("body *")].filter((each) => {
        const style = getComputedStyle(each);
        return parseFloat(style.transitionDuration) > 0.01 || style.animationName !== "none";
      }).map((each) => `moves: ${short(each)}`);
    },
    /** Where no ring is around what has the focus; one of each kind is looked at. */
    ringless() {
      const stops = [...document.querySelectorAll(kinds)].filter(isShown);
      const kind = (each) => `${each.tagName} ${each.className} ${each.type}`;
      return [...new Map(stops.map((each) => [kind(each), each])).values()].filter((each) => {
        each.focus({ focusVisible: true });
        return document.activeElement === each && getComputedStyle(each).outlineStyle === "none";
      }).map((each) => `no ring: ${short(each)}`);
    },
    size(width, textPx) {
      const page = document.documentElement;
      const headings = document.querySelectorAll("h1").length;
      return [
        ...(getComputedStyle(page).fontSize === `${textPx}px` ? [] : ["another size of text"]),
        ...(page.scrollWidth > width ? [`${page.scrollWidth} px wide`] : []),
        ...(headings === 1 ? [] : [`${headings} headings`]),
      ];
    },
    /** Words that a narrow box cuts off. */
    cut() {
      return [...document.querySelectorAll("main :is(h1, h2, .button, label, .tabs a)")].filter((each) =>
        !each.closest(".unseen, .scroll") && getComputedStyle(each).display !== "inline" &&
        each.clientWidth > 1 && each.scrollWidth > each.clientWidth + 1).map((each) => `cut: ${short(each)}`);
    },
    async axe(options) {
      const { violations } = await axe.run(document, options);
      return violations.map((each) => `${each.id}: ${each.nodes[0].html.slice(0, 160)}`);
    },
  };
})();
