for (const button of document.querySelectorAll(".command button")) {
  const code = button.previousElementSibling;
  button.addEventListener("click", async () => {
    getSelection().selectAllChildren(code);
    await navigator.clipboard.writeText(code.textContent);
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = "Copy"; }, 1500);
  });
}
// Each page that is shown is as high as what is on it.
for (const frame of document.querySelectorAll("iframe")) {
  const fit = () => {
    frame.style.height = `${frame.contentDocument.documentElement.getBoundingClientRect().height}px`;
  };
  frame.addEventListener("load", fit);
  new ResizeObserver(fit).observe(frame);
}
