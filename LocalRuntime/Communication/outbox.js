const list = document.getElementById('mails');
const filter = document.getElementById('to');
const shown = new Set();
filter.value = new URLSearchParams(location.search).get('to') ?? '';

// Everything in a mail is inserted as text; its HTML is shown in a frame that may run nothing.
function show(mail) {
  const article = document.getElementById('mail').content.cloneNode(true);
  const part = (selector) => article.querySelector(selector);
  const code = mail.subject.match(/\b\d{6,10}\b/) ?? mail.plainText?.match(/^\d{6,10}$/m);
  part('h2').textContent = mail.subject;
  part('.to').textContent = mail.to.join(', ');
  part('time').textContent = new Date(mail.received).toLocaleTimeString();
  part('time').dateTime = mail.received;
  part('pre').textContent = mail.plainText ?? '';
  part('.code').hidden = !code;
  part('output').textContent = code?.[0] ?? '';
  part('button').addEventListener('click', async ({ target }) => {
    await navigator.clipboard.writeText(code[0]);
    target.textContent = 'Copied';
    setTimeout(() => { target.textContent = 'Copy'; }, 1500);
  });
  part('details').hidden = !mail.html;
  part('details').addEventListener('toggle', ({ target }) => {
    if (target.querySelector('iframe')) return;
    const frame = document.createElement('iframe');
    frame.title = mail.subject;
    frame.setAttribute('sandbox', '');
    frame.srcdoc = mail.html;
    target.append(frame);
  });
  list.prepend(article);
}

async function update() {
  const to = filter.value.trim();
  try {
    const mails = await (await fetch('/emailMessages' + (to ? '?to=' + encodeURIComponent(to) : ''))).json();
    if (to === filter.value.trim()) {
      const ids = new Set(mails.map((mail) => mail.id));
      if ([...shown].some((id) => !ids.has(id))) {
        shown.clear();
        list.replaceChildren();
      }
      for (const mail of mails) {
        if (!shown.has(mail.id)) {
          shown.add(mail.id);
          show(mail);
        }
      }
      document.getElementById('empty').hidden = mails.length > 0;
    }
  } catch {
    // The app is being restarted: the next update finds it again.
  }
}

filter.addEventListener('input', update);
update();
setInterval(update, 2000);
