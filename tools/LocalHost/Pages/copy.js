// Copies the text of an element and says so, on the button and to screen readers.
export async function copy(button, source) {
  const label = button.dataset.label ??= button.textContent;
  const said = document.getElementById('said');
  try {
    await navigator.clipboard.writeText(source.textContent);
    button.textContent = 'Copied';
    said.textContent = 'Copied';
  } catch {
    // The browser does not allow it here: leave it to the person, with the text selected.
    getSelection().selectAllChildren(source);
    button.textContent = 'Selected';
  }

  setTimeout(() => {
    button.textContent = label;
    said.textContent = '';
  }, 1500);
}

// The start page and the empty outbox offer this command. It names the host as the browser does.
const command = document.getElementById('command');
if (command) {
  command.textContent = `curl ${location.origin}/api/account/register -H 'Content-Type: application/json' ` +
    `-d '{"username":"ada@example.com","password1":"blue tractor 77","password2":"blue tractor 77"}'`;
  document.querySelector('.copy').addEventListener('click', event => copy(event.target, command));
}
