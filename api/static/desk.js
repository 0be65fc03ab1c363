// What JavaScript adds to pages that work without it: one key for the level, and calm refreshing.

// A part in use is left alone: nobody loses a half-written sentence to somebody else's commit.
document.addEventListener("htmx:oobBeforeSwap", (event) => {
  const part = event.detail.target;
  if (part.contains(document.activeElement) && document.activeElement.matches("input, textarea, select")) {
    event.detail.shouldSwap = false;
  }
  if (part.querySelector("details[open] form")) event.detail.shouldSwap = false;
});

// 0 to 4 sets the level while nothing is being typed.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || !/^[0-4]$/.test(event.key)) return;
  if (event.target.matches("input:not([type=radio]), textarea, select")) return;
  const level = document.querySelector(`.levels input[value="${event.key}"]`);
  if (level) {
    level.checked = true;
    level.focus();
  }
});

// A second click while the first is under way sends nothing; a file that was fetched ends the wait.
const CALM = 3000;
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "1";
  setTimeout(() => delete form.dataset.sent, CALM);
});

// A text is copied whole by one press; where the browser forbids it, it is marked to be copied by hand.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const text = document.getElementById(button.dataset.copy);
  text.select();
  try {
    await navigator.clipboard.writeText(text.value);
    button.textContent = button.dataset.copied;
  } catch {
    text.focus();
  }
});

// A link to a folded form opens it.
const unfold = () => {
  const aimed = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (aimed?.matches("details")) aimed.open = true;
};
addEventListener("hashchange", unfold);
unfold();
