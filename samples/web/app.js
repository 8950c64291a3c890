import { createAccounts, webStore } from './client/index.js';
import { api, cookie } from './config.js';
import { remoteAccounts } from './remote.js';
import { deviceOf, eventOf, fieldTextOf, language, languages, setLanguage, t, textOf } from './texts.js';

const onSessionEnd = () => go('/sign-in', textOf({ code: 'token_not_valid' }));
const accounts = cookie
  ? remoteAccounts({ language, onSessionEnd })
  : createAccounts({ api, store: webStore(sessionStorage), language, onSessionEnd });
const main = document.getElementById('main');
const status = document.getElementById('status');
const nav = document.getElementById('nav');
nav.setAttribute('aria-label', t('Account'));

// What one page passes to the next: the address that the user typed, and a message to show.
let remembered = { username: '', wanted: '' };
let notice = '';

/** An element: h('p', { class: 'hint' }, 'Text'). */
function h(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === 'function') {
      element.addEventListener(key, value);
    } else if (value !== undefined && value !== false) {
      element.setAttribute(key, value === true ? '' : value);
    }
  }

  element.append(...children.filter(child => child !== undefined));
  return element;
}

function go(path, say = '') {
  notice = say;
  if (location.hash === `#${path}`) {
    show();
  } else {
    location.hash = path;
  }
}

/** A form whose fields carry the names of the API. `submit` gets their values and returns the API's answer. */
function form({ fields, button, style, submit, done }) {
  const inputs = new Map();
  const problem = h('p', { class: 'problem', role: 'alert' });
  const element = h('form', { novalidate: true, submit: send });
  for (const { name, label, hint, ...attributes } of fields) {
    const id = `field-${name}`;
    const input = h(attributes.type === 'textarea' ? 'textarea' : 'input', { id, name, ...attributes, 'aria-describedby': `${id}-fault` });
    if (attributes.value !== undefined) {
      input.value = attributes.value;
    }

    inputs.set(name, input);
    element.append(h('div', { class: 'field' },
      h('label', { for: id }, label), input, hint ? h('p', { class: 'hint' }, hint) : undefined,
      h('p', { class: 'fault', id: `${id}-fault` })));
  }

  const submitButton = h('button', { type: 'submit', class: style }, button);
  element.append(problem, submitButton);

  async function send(event) {
    event.preventDefault();
    status.textContent = '';
    submitButton.disabled = true;
    problem.textContent = '';
    for (const [name, input] of inputs) {
      input.removeAttribute('aria-invalid');
      document.getElementById(`field-${name}-fault`).textContent = '';
    }

    const values = Object.fromEntries([...inputs].map(([name, input]) => [name, input.value]));
    const answer = await submit(values);
    submitButton.disabled = false;
    if (answer.ok) {
      done(answer.value, values);
      return;
    }

    const { error } = answer;
    problem.textContent = textOf(error);
    for (const [name, codes] of Object.entries(error.fields)) {
      inputs.get(name)?.setAttribute('aria-invalid', 'true');
      const fault = document.getElementById(`field-${name}-fault`);
      if (fault) {
        fault.textContent = fieldTextOf(codes[0]);
      }
    }

    (element.querySelector('[aria-invalid]') ?? submitButton).focus();
    const wayOn = { not_active: ['#/activate', t('Enter the code')], deletion_pending: ['#/keep', t('Keep the account')] }[error.code];
    if (wayOn) {
      remembered = { username: values.username };
      problem.append(' ', h('a', { href: wayOn[0] }, wayOn[1]));
    }
  }

  return element;
}

const address = () => ({
  name: 'username', label: t('Email address'), type: 'email', autocomplete: 'username', required: true, value: remembered.username,
});
const code = {
  name: 'code', label: t('Code from the mail'), inputmode: 'numeric', autocomplete: 'one-time-code', required: true,
  hint: t('Paste it as it is; spaces do not matter.'),
};
// The code that takes an account back has letters.
const resetCode = { ...code, inputmode: 'text' };
const currentPassword = label => ({ name: 'password', label, type: 'password', autocomplete: 'current-password', required: true });
const newPassword = (name = 'new_password', label = t('New password')) => ({
  name, label, type: 'password', autocomplete: 'new-password', required: true,
  hint: t('At least 8 characters. Three unrelated words make a good password.'),
});
const heading = text => h('h1', {}, text);

const pages = {
  '/': async () => await accounts.isSignedIn() ? go('/account') : [
    heading(t('Welcome')),
    h('p', {}, t('This sample signs people up and in with the AccountFunctions API, from a page on another origin.')),
    h('p', { class: 'actions' },
      h('a', { class: 'button', href: '#/sign-up' }, t('Create an account')), h('a', { href: '#/sign-in' }, t('Sign in'))),
  ],

  '/sign-up': () => [
    heading(t('Create an account')),
    form({
      fields: [
        { name: 'first_name', label: t('First name'), autocomplete: 'given-name' },
        { name: 'last_name', label: t('Last name'), autocomplete: 'family-name' },
        address(), newPassword('password1', t('Password')),
      ],
      button: t('Create an account'),
      submit: values => accounts.register({ ...values, password2: values.password1 }),
      done: (_, values) => {
        remembered = { username: values.username };
        go('/activate', t('We have mailed a code to your address.'));
      },
    }),
    h('p', {}, t('Already have an account?'), ' ', h('a', { href: '#/sign-in' }, t('Sign in'))),
  ],

  '/activate': () => [
    heading(t('Confirm your address')),
    form({
      fields: [address(), code],
      button: t('Confirm'),
      submit: values => accounts.activate(values.username, values.code),
      done: (answer, values) => {
        remembered = { username: values.username };
        return answer === 'set_password'
          ? go('/reset', t('Someone else also signed up with this address. Set a password with the code in the mail that follows.'))
          : go('/sign-in', t('Your address is confirmed. Sign in now.'));
      },
    }),
    sendAgain(),
  ],

  '/sign-in': () => [
    heading(t('Sign in')),
    form({
      fields: [address(), currentPassword(t('Password'))],
      button: t('Sign in'),
      submit: values => accounts.signIn(values.username, values.password),
      done: user => go('/account', t('Hello {0}.', user.first_name || user.username)),
    }),
    h('p', {}, h('a', { href: '#/forgot' }, t('Forgot your password?'))),
    h('p', {}, t('New here?'), ' ', h('a', { href: '#/sign-up' }, t('Create an account'))),
  ],

  '/forgot': () => [
    heading(t('Forgot your password?')),
    h('p', {}, t('We will mail you a code to set a new one.')),
    form({
      fields: [address()],
      button: t('Mail a code'),
      submit: values => accounts.requestCode(values.username),
      done: (_, values) => {
        remembered = { username: values.username };
        go('/reset', t('If there is an account, a code is on its way.'));
      },
    }),
  ],

  '/reset': () => [
    heading(t('Set a new password')),
    form({
      fields: [address(), resetCode, newPassword()],
      button: t('Set a new password'),
      submit: values => accounts.resetPassword(values.username, values.code, values.new_password),
      done: (_, values) => {
        remembered = { username: values.username };
        go('/sign-in', t('Your password is set. Sign in now.'));
      },
    }),
    sendAgain(),
  ],

  '/account': async () => {
    const details = await accounts.details();
    if (!details.ok) {
      return refused(details.error);
    }

    const user = details.value;
    remembered = { ...remembered, username: user.username };
    return [
      heading(t('Your account')),
      h('p', { class: 'hint' }, user.username),
      form({
        fields: [
          { name: 'first_name', label: t('First name'), autocomplete: 'given-name', value: user.first_name },
          { name: 'last_name', label: t('Last name'), autocomplete: 'family-name', value: user.last_name },
          { name: 'country_code', label: t('Country'), autocomplete: 'country', value: user.country_code ?? '' },
          { name: 'job', label: t('Job'), autocomplete: 'organization-title', value: user.job ?? '' },
          { name: 'hobbies', label: t('Hobbies'), value: user.hobbies ?? '' },
          { name: 'bio', label: t('About you'), type: 'textarea', rows: '4', value: user.bio ?? '' },
        ],
        button: t('Save'),
        submit: async ({ first_name, last_name, ...rest }) => {
          const optional = Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, value || null]));
          const answer = await accounts.update({ first_name, last_name, ...optional }, details.etag);
          if (!answer.ok && answer.error.code === 'stale') {
            go('/account', textOf(answer.error));
          }

          return answer;
        },
        done: () => go('/account', t('Saved.')),
      }),
      h('ul', { class: 'more' }, ...[
        h('a', { href: '#/email' }, t('Change address')),
        h('a', { href: '#/history' }, t('History')),
        h('button', { type: 'button', class: 'link', click: download }, t('Download your data')),
        h('a', { href: '#/delete' }, t('Delete account')),
      ].map(item => h('li', {}, item))),
    ];
  },

  '/email': () => [
    heading(t('Change address')),
    form({
      fields: [
        currentPassword(t('Current password')),
        { name: 'username', label: t('New email address'), type: 'email', autocomplete: 'email', required: true },
      ],
      button: t('Mail a code'),
      submit: values => accounts.changeEmail(values.password, values.username),
      done: (_, values) => {
        remembered = { ...remembered, wanted: values.username };
        go('/email/confirm', t('We have mailed a code to the new address.'));
      },
    }),
  ],

  '/email/confirm': () => [
    heading(t('Change address')),
    h('p', { class: 'hint' }, remembered.wanted),
    form({
      fields: [code],
      button: t('Confirm'),
      submit: values => accounts.confirmEmail(values.code),
      done: () => go('/account', t('Your address was changed.')),
    }),
    h('p', {}, t('No mail?'), ' ', h('a', { href: '#/email' }, t('Mail another code'))),
  ],

  '/history': async () => {
    const list = h('ul', { class: 'sessions' });
    const more = h('button', { type: 'button', class: 'quiet', click: showMore }, t('Show more'));
    let next;
    const error = await showMore();
    return error ? refused(error) : [heading(t('What happened to your account')), list, more];

    async function showMore() {
      const answer = await accounts.events({ pageToken: next });
      if (!answer.ok) {
        status.textContent = textOf(answer.error);
        return answer.error;
      }

      list.append(...answer.value.events.map(event =>
        h('li', {}, h('strong', {}, eventOf(event.kind)), h('p', { class: 'hint' }, about(event)))));
      next = answer.value.next;
      more.hidden = next === null;
    }
  },

  '/delete': () => [
    heading(t('Delete account')),
    h('p', {}, t('We will delete everything about your account. You can change your mind for a while: sign in to keep it.')),
    form({
      fields: [currentPassword(t('Current password'))],
      button: t('Delete account'),
      style: 'danger',
      submit: values => accounts.deleteAccount(values.password),
      done: ({ deletes_at }) =>
        go('/', t('Your account will be deleted on {0}. Until then, sign in to keep it.', new Date(deletes_at).toLocaleString(language))),
    }),
  ],

  '/keep': () => [
    heading(t('Keep the account')),
    form({
      fields: [address(), currentPassword(t('Password'))],
      button: t('Keep the account'),
      submit: values => accounts.restore(values.username, values.password),
      done: () => go('/account', t('Your account will not be deleted.')),
    }),
  ],

  '/password': () => [
    heading(t('Change password')),
    form({
      fields: [currentPassword(t('Current password')), newPassword()],
      button: t('Change password'),
      submit: values => accounts.changePassword(values.password, values.new_password),
      done: () => go('/account', t('Your password was changed, and all other devices were signed out.')),
    }),
  ],

  '/sessions': async () => {
    const sessions = await accounts.sessions();
    if (!sessions.ok) {
      return refused(sessions.error);
    }

    return [
      heading(t('Where you are signed in')),
      h('ul', { class: 'sessions' }, ...sessions.value.map(session => h('li', {},
        h('div', {},
          h('strong', {}, deviceOf(session.client)),
          session.current ? h('span', { class: 'chip' }, t('this device')) : undefined),
        h('p', { class: 'hint' }, t('Last used {0}', new Date(session.last_used).toLocaleString(language))),
        session.current ? undefined : h('button', { type: 'button', class: 'quiet', click: () => end(session.id) }, t('Sign out'))))),
      h('button', { type: 'button', class: 'quiet', click: () => signOut(true) }, t('Sign out everywhere')),
    ];
  },
};

const sendAgain = () => h('p', {}, t('No mail?'), ' ', h('button', {
  type: 'button',
  class: 'link',
  click: async () => {
    const username = document.getElementById('field-username').value;
    const answer = await accounts.requestCode(username);
    status.textContent = answer.ok ? t('We have mailed another code.') : textOf(answer.error);
  },
}, t('Mail another code')));

const refused = error => error.status === 401
  ? go('/sign-in', textOf(error))
  : [
      heading(t('Sorry')),
      h('p', { class: 'problem', role: 'alert' }, textOf(error)),
      h('button', { type: 'button', click: show }, t('Try again')),
    ];

const about = ({ time, client }) =>
  [new Date(time).toLocaleString(language), client && deviceOf(client)].filter(Boolean).join(' · ');

async function download() {
  const answer = await accounts.exportAccount();
  if (!answer.ok) {
    status.textContent = textOf(answer.error);
    return;
  }

  const url = URL.createObjectURL(new Blob([JSON.stringify(answer.value, null, 2)], { type: 'application/json' }));
  h('a', { href: url, download: 'account.json' }).click();
  URL.revokeObjectURL(url);
}

async function end(id) {
  const answer = await accounts.endSession(id);
  go('/sessions', answer.ok ? t('Signed out.') : textOf(answer.error));
}

async function signOut(everywhere = false) {
  await accounts.signOut(everywhere);
  go('/', everywhere ? t('Signed out everywhere.') : t('Signed out.'));
}

const forSignedIn = new Set(['/account', '/password', '/sessions', '/email', '/email/confirm', '/history', '/delete']);

async function show() {
  const path = location.hash.slice(1) || '/';
  const isSignedIn = await accounts.isSignedIn();
  if (forSignedIn.has(path) && !isSignedIn) {
    return go('/sign-in');
  }

  nav.replaceChildren(...isSignedIn
    ? [link('/account', t('Account'), path), link('/password', t('Password'), path), link('/sessions', t('Devices'), path),
        h('button', { type: 'button', class: 'link', click: () => signOut() }, t('Sign out'))]
    : [link('/sign-in', t('Sign in'), path), link('/sign-up', t('Sign up'), path)]);
  const content = await (pages[path] ?? pages['/'])();

  // A slow answer must not replace a page that the user has opened in the meantime.
  if (content && path === (location.hash.slice(1) || '/')) {
    main.replaceChildren(...content);
    document.title = `${main.querySelector('h1')?.textContent ?? 'Example'} – Example`;
    status.textContent = notice;
    notice = '';
    scrollTo(0, 0);
    (path === '/account' ? main : main.querySelector('input:not([value]), input[value=""]') ?? main).focus();
  }
}

const link = (path, text, current) => h('a', { href: `#${path}`, 'aria-current': path === current ? 'page' : undefined }, text);

document.body.append(h('footer', {}, h('select', { 'aria-label': t('Language'), change: event => setLanguage(event.target.value) },
  ...Object.entries(languages).map(([tag, name]) => h('option', { value: tag, lang: tag, selected: tag === language }, name)))));
addEventListener('hashchange', show);
show();
