// What is wrong with how a page is laid out: a list of sentences, empty where nothing is.
(() => {
  const faults = new Set();
  const name = (element) => {
    const kind = element.getAttribute("class");
    const text = element.textContent.trim().slice(0, 30);
    return `${element.localName}${kind ? "." + kind.split(" ").join(".") : ""} "${text}"`;
  };
  const style = (element) => getComputedStyle(element);
  const scrolls = (element) => /auto|scroll/.test(style(element).overflowX);
  const parents = (element) => {
    const found = [];
    for (let one = element.parentElement; one; one = one.parentElement) found.push(one);
    return found;
  };
  const isSeen = (element) =>
    element.checkVisibility({ visibilityProperty: true, opacityProperty: true });
  const scrolled = new Set([...document.body.querySelectorAll("*")].filter(scrolls));
  const elements = new Set(
    [...document.body.querySelectorAll(":not(script, style, defs, defs *)")].filter(isSeen)
  );

  // Nothing is wider than the screen, but for what can be scrolled, with the keyboard too.
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth > width) faults.add("the page is wider than the screen");
  for (const element of elements) {
    const { left, right } = element.getBoundingClientRect();
    const outside = left < -1 || right > width + 1;
    if (outside && !parents(element).some((one) => scrolled.has(one))) faults.add(`sticks out: ${name(element)}`);
    const hidden = element.scrollWidth - element.clientWidth;
    if (hidden > 1 && scrolled.has(element) && element.tabIndex < 0)
      faults.add(`cannot be scrolled with the keyboard: ${name(element)}`);
    if (hidden > 1 && /hidden|clip/.test(style(element).overflowX))
      faults.add(`cut off: ${name(element)}`);
    if (element.scrollHeight - element.clientHeight > 1 && /hidden|clip/.test(style(element).overflowY))
      faults.add(`cut off below: ${name(element)}`);
  }
  for (const frame of document.querySelectorAll("iframe")) {
    const { scrollWidth, scrollHeight } = frame.contentDocument.documentElement;
    if (scrollWidth > frame.clientWidth || scrollHeight > frame.clientHeight + 1)
      faults.add("the page in a frame is cut off");
  }

  // No line of text lies on another, or on a player; and none leaves the box that holds it.
  const boxes = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const node = texts.currentNode, element = node.parentElement;
    if (!node.data.trim() || !elements.has(element)) continue;
    const block = [element, ...parents(element)].find((one) => style(one).display !== "inline");
    const holder = block.getBoundingClientRect();
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const box of range.getClientRects()) {
      if (box.width < 1) continue;
      if (!element.closest("svg") && (box.right > holder.right + 2 || box.left < holder.left - 2))
        faults.add(`leaves its box: ${name(element)}`);
      boxes.push({ node, element, box });
    }
  }
  for (const element of document.querySelectorAll("audio, button"))
    if (isSeen(element)) boxes.push({ node: element, element, box: element.getBoundingClientRect() });
  boxes.forEach((one, i) => {
    for (const other of boxes.slice(i + 1)) {
      if (one.node === other.node || one.element.contains(other.node)) continue;
      if (other.element.contains(one.node)) continue;
      const wide = Math.min(one.box.right, other.box.right) - Math.max(one.box.left, other.box.left);
      const high = Math.min(one.box.bottom, other.box.bottom) - Math.max(one.box.top, other.box.top);
      // The boxes of lines are higher than what is written in them.
      if (wide > 1 && high > 0.4 * Math.min(one.box.height, other.box.height))
        faults.add(`overlap: ${name(one.element)} and ${name(other.element)}`);
    }
  });

  // Text differs from what is behind it by 4.5 to 1 (WCAG 2.2, 1.4.3).
  const pixel = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const ground = (element) => {
    pixel.fillStyle = "white";
    pixel.fillRect(0, 0, 1, 1);
    for (const one of [element, ...parents(element)].reverse()) {
      pixel.fillStyle = style(one).backgroundColor;
      pixel.fillRect(0, 0, 1, 1);
    }
  };
  const luminance = () => {
    const [r, g, b] = [...pixel.getImageData(0, 0, 1, 1).data].map((byte) => {
      const share = byte / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  for (const element of new Set(boxes.map((one) => one.element))) {
    ground(element);
    const behind = luminance();
    pixel.fillStyle = element.closest("svg") ? style(element).fill : style(element).color;
    pixel.fillRect(0, 0, 1, 1);
    const [low, high] = [behind, luminance()].sort((a, b) => a - b);
    const contrast = (high + 0.05) / (low + 0.05);
    if (contrast < 4.5) faults.add(`contrast ${contrast.toFixed(1)}: ${name(element)}`);
  }

  // What is said of a part where it is pointed at is seen as a whole, too.
  for (const element of document.querySelectorAll("[data-note]")) {
    element.focus({ preventScroll: true });
    if (document.activeElement !== element) faults.add(`cannot be pointed at: ${name(element)}`);
    if (document.documentElement.scrollWidth > width) faults.add(`note sticks out: ${name(element)}`);
  }
  return [...faults];
})()
