for (const tune of document.querySelectorAll("article")) {
  const audio = tune.querySelector("audio"), roll = tune.querySelector("div.roll");
  const svg = roll.querySelector("svg"), cursor = svg.querySelector("path.cursor");
  const box = svg.querySelector("[id$=roll]").getBBox();
  tune.querySelector("a.wav").href = audio.src;
  const show = () => {
    const x = box.x + box.width * Math.min(1, audio.currentTime / audio.duration || 0);
    cursor.setAttribute("d", `M${x} ${box.y}v${box.height}`);
    const seen = x * svg.clientWidth / svg.viewBox.baseVal.width - roll.scrollLeft;
    if (seen < 0 || seen > 0.9 * roll.clientWidth) roll.scrollLeft += seen - 0.1 * roll.clientWidth;
  };
  const follow = () => { show(); if (!audio.paused) requestAnimationFrame(follow); };
  audio.addEventListener("play", () => {
    for (const other of document.querySelectorAll("audio")) if (other !== audio) other.pause();
    follow();
  });
  audio.addEventListener("seeked", show);
  svg.addEventListener("click", (event) => {
    const at = (event.clientX - svg.getBoundingClientRect().left) / svg.clientWidth;
    const share = (at * svg.viewBox.baseVal.width - box.x) / box.width;
    if (audio.duration) audio.currentTime = audio.duration * Math.max(0, Math.min(1, share));
  });
}
