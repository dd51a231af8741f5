// What layout.py judges, measured on the page. Nothing is changed; every list has an end.
(() => {
  const most = 3000;
  const root = document.documentElement;
  const width = root.clientWidth;
  const place = (r) => [r.x + scrollX, r.y + scrollY, r.width, r.height].map((n) => Math.round(n * 10) / 10);
  const short = (words) => words.slice(0, 2000).replace(/\s+/g, " ").trim().slice(0, 80);
  const colour = (css) => {
    const parts = (css.match(/[\d.]+/g) || []).map(Number);
    const of1 = css.startsWith("color(srgb");
    const [r = 0, g = 0, b = 0, a = 1] = parts;
    return of1 ? [r * 255, g * 255, b * 255, a] : [r, g, b, a];
  };
  const styles = new Map();
  const style = (element) => {
    if (!styles.has(element)) styles.set(element, getComputedStyle(element));
    return styles.get(element);
  };
  const behind = (element) => {
    const found = [];
    for (let at = element; at; at = at.parentElement) {
      const now = style(at);
      if (now.backgroundImage !== "none") return null;
      const own = colour(now.backgroundColor);
      if (own[3] > 0) found.push(own);
      if (own[3] >= 1) return found;
    }
    return found;
  };
  const hidden = (element) => {
    for (let at = element; at && at !== root; at = at.parentElement) {
      const now = style(at);
      if (now.display === "none") return "display";
      if (now.visibility !== "visible") return "visibility";
      if (Number(now.opacity) < 0.05) return "opacity";
      const box = at.getBoundingClientRect();
      const clips = now.overflow !== "visible" || now.overflowX !== "visible";
      if (clips && (box.width < 2 || box.height < 2)) return "clipped";
    }
    return parseFloat(style(element).fontSize) < 2 ? "size" : "";
  };
  const texts = [], numbers = new Map();
  const walk = document.createTreeWalker(document.body || root, NodeFilter.SHOW_TEXT);
  for (let node = walk.nextNode(); node && texts.length < most; node = walk.nextNode()) {
    const element = node.parentElement;
    const words = short(node.data);
    if (!/[\p{L}\p{N}]/u.test(words) || ["STYLE", "SCRIPT", "TITLE", "TEMPLATE"].includes(element.tagName)) continue;
    if (!numbers.has(element)) numbers.set(element, numbers.size);
    const now = style(element);
    const range = document.createRange();
    range.selectNodeContents(node);
    const lines = [...range.getClientRects()].filter((line) => line.width > 1 && line.height > 1);
    const why = hidden(element);
    const boxes = lines.length ? lines : [range.getBoundingClientRect()];
    for (const line of boxes.slice(0, 40)) {
      texts.push({
        words, box: place(line), element: numbers.get(element), size: parseFloat(now.fontSize),
        colour: colour(now.color), behind: behind(element), bold: Number(now.fontWeight) >= 700, hidden: why,
      });
    }
  }
  const images = [...document.images].slice(0, most).map((image) => ({
    source: image.getAttribute("src") || "", alt: image.getAttribute("alt"),
    box: place(image.getBoundingClientRect()), loaded: image.naturalWidth > 0,
  }));
  const words = new Map();  // of what lies around links: a thousand links of one paragraph ask for the same
  const wordsOf = (element) => {
    if (!words.has(element)) words.set(element, short(element.textContent || ""));
    return words.get(element);
  };
  const taps = [...document.links].slice(0, most).map((link) => {
    const around = wordsOf(link.parentElement || link);
    const inner = link.firstElementChild ? link.firstElementChild.getBoundingClientRect() : null;
    const own = link.getBoundingClientRect();
    const box = inner && inner.height > own.height ? inner : own;
    return {
      words: short(link.textContent || link.getAttribute("aria-label") || ""), box: place(box),
      inline: style(link).display === "inline" && around.length > short(link.textContent || "").length,
    };
  }).filter((tap) => tap.box[2] > 0 && tap.box[3] > 0);
  const beyond = [];
  for (const element of document.body ? document.body.getElementsByTagName("*") : []) {
    if (beyond.length >= 20) break;
    const box = element.getBoundingClientRect();
    if (box.width > 1 && box.height > 1 && box.right + scrollX > width + 1 && !hidden(element)) {
      beyond.push({ words: short(element.textContent || element.getAttribute("alt") || element.tagName), box: place(box) });
    }
  }
  // as text: the driver takes it in a fraction of the time that it needs for thousands of small values
  return JSON.stringify({
    width, scrollWidth: Math.max(root.scrollWidth, document.body ? document.body.scrollWidth : 0),
    height: Math.max(root.scrollHeight, document.body ? document.body.scrollHeight : 0),
    texts, images, taps, beyond,
  });
})()
