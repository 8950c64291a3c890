import { copy } from '/copy.js';

const byId = id => document.getElementById(id);
const list = byId('mails');
const status = byId('status');
const to = new URLSearchParams(location.search).get('to') ?? '';
const shownAtMost = 100;
const shown = new Map();
let answered;

byId('to').value = to;
byId('all').hidden = !to;

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
  details.hidden = !text;
  details.open = !mail.html;
  if (mail.html) {
    details.before(showHtml(mail));
  }

  return item;
}

// The frame runs no script. It has this page's origin, so that the page can measure it.
function showHtml(mail) {
  const frame = document.createElement('iframe');
  frame.sandbox = 'allow-same-origin allow-popups allow-popups-to-escape-sandbox';
  frame.title = `HTML version of ${mail.subject}`;
  frame.loading = 'lazy';
  frame.srcdoc = mail.html;
  frame.addEventListener('load', () => {
    for (const link of frame.contentDocument.querySelectorAll('a, area')) {
      link.setAttribute('target', '_blank');
      link.setAttribute('rel', 'noopener');
    }

    frame.className = 'loaded';
    keepPlace(() => fit(frame));
  });
  return frame;
}

addEventListener('resize', () => keepPlace(() => document.querySelectorAll('.loaded').forEach(fit)));

// As tall as its mail. A document is never shorter than its frame, so the frame gives way first.
function fit(frame) {
  frame.style.height = '0';
  const borders = frame.offsetHeight - frame.clientHeight;
  frame.style.height = `${frame.contentDocument.documentElement.scrollHeight + borders}px`;
}

// The topmost visible mail keeps its place on the screen.
function keepPlace(change) {
  const anchor = scrollY > 0 && [...list.children].find(item => item.getBoundingClientRect().bottom > 0);
  const before = anchor && anchor.getBoundingClientRect().top;
  change();
  if (anchor && anchor.isConnected) {
    scrollBy({ top: anchor.getBoundingClientRect().top - before, behavior: 'instant' });
  }
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
  show([]);
  byId('clear').hidden = true;
});

// Mails that stay keep their elements.
function show(mails) {
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
    byId('clear').hidden = mails.length === 0 || to !== '';
    if (answer !== answered) {
      keepPlace(() => show(mails.slice(-shownAtMost)));
      answered = answer;
    }

    tellTimes();
    const left = mails.length > shownAtMost ? `, the newest ${shownAtMost} shown` : '';
    say(`${mails.length} ${mails.length === 1 ? 'mail' : 'mails'}${left}`, false);
  } catch {
    say('The app does not answer. Trying again …', true);
  }

  setTimeout(update, 2000);
}

update();
