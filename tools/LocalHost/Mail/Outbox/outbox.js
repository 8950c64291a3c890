const byId = id => document.getElementById(id);
const list = byId('mails');
const status = byId('status');
const to = new URLSearchParams(location.search).get('to') ?? '';
const shownAtMost = 100;
const shown = new Map();
let answered;

byId('to').value = to;
byId('all').hidden = !to;
byId('command').textContent = `curl ${location.origin}/api/account/register -H 'Content-Type: application/json' ` +
  `-d '{"username":"ada@example.com","password1":"blue tractor 77","password2":"blue tractor 77"}'`;
document.querySelector('.copy').addEventListener('click', event => copy(event.target, byId('command')));

async function copy(button, source) {
  const label = button.textContent;
  try {
    await navigator.clipboard.writeText(source.textContent);
    button.textContent = 'Copied';
    byId('said').textContent = 'Copied';
  } catch {
    // Not allowed here: leave it to the person, with the text selected.
    getSelection().selectAllChildren(source);
    button.textContent = 'Selected';
  }

  setTimeout(() => {
    button.textContent = label;
    byId('said').textContent = '';
  }, 1500);
}

function showCode(code) {
  const row = document.createElement('div');
  const digits = document.createElement('code');
  const button = document.createElement('button');
  row.className = 'code';
  digits.textContent = code;
  button.type = 'button';
  button.textContent = 'Copy';
  button.setAttribute('aria-label', `Copy code ${code}`);
  button.addEventListener('click', () => copy(button, digits));
  row.append(digits, button);
  return row;
}

function showAddress(address) {
  const link = document.createElement('a');
  link.href = `/outbox?to=${encodeURIComponent(address)}`;
  link.textContent = address;
  return link;
}

function showMail(mail) {
  const item = byId('mail').content.cloneNode(true).firstElementChild;
  const find = selector => item.querySelector(selector);
  const received = new Date(mail.received);
  const text = mail.plainText ?? '';
  find('.subject').textContent = mail.subject;
  find('.to').append(...mail.to.flatMap((address, i) => i ? [', ', showAddress(address)] : [showAddress(address)]));
  find('time').dateTime = mail.received;
  find('time').title = received.toLocaleString([], { dateStyle: 'medium', timeStyle: 'medium' });
  find('.text').textContent = text;
  find('.codes').append(...[...new Set(text.match(/(?<![\w-])\d{6,10}(?![\w-])/g))].map(showCode));

  const details = find('details');
  details.hidden = !mail.html;
  details.open = !text;
  const frame = document.createElement('iframe');
  frame.sandbox = '';
  frame.title = `HTML version of ${mail.subject}`;
  frame.loading = 'lazy';
  frame.srcdoc = mail.html ?? '';
  if (mail.html) {
    details.append(frame);
  }

  return item;
}

const relative = new Intl.RelativeTimeFormat([], { numeric: 'auto' });
const steps = [['second', 60], ['minute', 60], ['hour', 24], ['day', Infinity]];

// "2 minutes ago"; the exact time is in the title.
function tellTimes() {
  for (const time of document.querySelectorAll('time')) {
    let ago = (Date.now() - Date.parse(time.dateTime)) / 1000;
    let step = 0;
    while (ago >= steps[step][1]) {
      ago /= steps[step++][1];
    }

    const text = step === 0 ? 'just now' : relative.format(-Math.floor(ago), steps[step][0]);
    if (time.textContent !== text) {
      time.textContent = text;
    }
  }
}

byId('clear').addEventListener('click', async () => {
  await fetch('/emailMessages', { method: 'DELETE' });
  answered = undefined;
});

// Mails that stay keep their elements, and the topmost visible one its place on the screen.
function show(mails) {
  const anchor = scrollY > 0 && [...list.children].find(item => item.getBoundingClientRect().bottom > 0);
  const before = anchor && anchor.getBoundingClientRect().top;
  const keys = new Set();
  for (const mail of mails) {
    const key = `${mail.id} ${mail.received}`;
    keys.add(key);
    if (!shown.has(key)) {
      shown.set(key, showMail(mail));
      list.prepend(shown.get(key));
    }
  }

  for (const [key, item] of shown) {
    if (!keys.has(key)) {
      item.remove();
      shown.delete(key);
    }
  }

  if (anchor && anchor.isConnected) {
    scrollBy({ top: anchor.getBoundingClientRect().top - before, behavior: 'instant' });
  }

  byId('empty').hidden = mails.length > 0 || to !== '';
  byId('none').hidden = mails.length > 0 || to === '';
}

function say(text, lost) {
  // Set only on change: it is read aloud.
  if (status.textContent !== text) {
    status.textContent = text;
    status.classList.toggle('lost', lost);
  }
}

async function update() {
  try {
    const answer = await (await fetch('/emailMessages')).text();
    const mails = JSON.parse(answer).filter(mail => mail.to.some(address => address.toLowerCase().includes(to.toLowerCase())));
    byId('clear').hidden = mails.length === 0;
    if (answer !== answered) {
      show(mails.slice(-shownAtMost));
      answered = answer;
    }

    tellTimes();
    say(`${mails.length} ${mails.length === 1 ? 'mail' : 'mails'}${mails.length > shownAtMost ? `, the newest ${shownAtMost} shown` : ''}`, false);
  } catch {
    say('The app does not answer. Trying again …', true);
  }

  setTimeout(update, 2000);
}

update();
