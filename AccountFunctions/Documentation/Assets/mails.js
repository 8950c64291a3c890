// The page runs this before it parses its frames, so it misses no load. A frame has the page's origin, so the page can measure it.
document.addEventListener('load', ({ target }) => {
  if (target instanceof HTMLIFrameElement) {
    target.className = 'loaded';
    fit(target);
  }
}, true);
addEventListener('resize', () => document.querySelectorAll('.loaded').forEach(fit));

// As tall as its mail. A document is never shorter than its frame, so the frame gives way first.
function fit(frame) {
  frame.style.height = '0';
  const borders = frame.offsetHeight - frame.clientHeight;
  frame.style.height = `${frame.contentDocument.documentElement.scrollHeight + borders}px`;
}
