for (const recording of document.querySelectorAll("article")) {
  const audio = recording.querySelector("audio"), wave = recording.querySelector("svg");
  if (!audio) continue;
  const player = recording.querySelector(".sound");
  const words = [...recording.querySelectorAll("[data-start]")];
  const starts = words.map((word) => Number(word.dataset.start));
  const ends = words.map((word) => Number(word.dataset.end));
  const cursor = wave.querySelector(".cursor"), span = wave.querySelector(".span");
  const seconds = wave.viewBox.baseVal.width;
  let spoken = -1;

  // The last word that has begun, if it has not ended.
  const wordAt = (time) => {
    let low = 0, high = starts.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (starts[middle] <= time) low = middle + 1; else high = middle;
    }
    return low && time < ends[low - 1] ? low - 1 : -1;
  };
  const isSeen = (word) => {
    const { top, bottom } = word.getBoundingClientRect();
    return top >= player.getBoundingClientRect().bottom && bottom <= innerHeight;
  };
  const light = (next) => {
    if (next === spoken) return;
    const word = words[next];
    words[spoken]?.removeAttribute("aria-current");
    word?.setAttribute("aria-current", "true");
    span.setAttribute("x", word ? starts[next] : 0);
    span.setAttribute("width", word ? ends[next] - starts[next] : 0);
    // The page goes along with who reads along, and stays with who reads elsewhere.
    const reads = !audio.paused && next > 0 && isSeen(words[next - 1]);
    if (word && reads) word.scrollIntoView({ block: "nearest" });
    spoken = next;
  };
  const show = () => {
    const x = Math.min(audio.currentTime, seconds);
    cursor.setAttribute("d", `M${x} -1v2`);
    light(wordAt(audio.currentTime));
  };
  const follow = () => { show(); if (!audio.paused) requestAnimationFrame(follow); };
  audio.addEventListener("play", () => {
    for (const other of document.querySelectorAll("audio")) if (other !== audio) other.pause();
    follow();
  });
  audio.addEventListener("seeked", show);
  wave.addEventListener("click", (event) => {
    const { left, width } = wave.getBoundingClientRect();
    audio.currentTime = seconds * Math.max(0, Math.min(1, (event.clientX - left) / width));
  });
  const playFrom = (word) => { audio.currentTime = Number(word.dataset.start); audio.play(); };
  for (const word of words) {
    word.addEventListener("click", () => playFrom(word));
    word.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      playFrom(word);
    });
  }
}
