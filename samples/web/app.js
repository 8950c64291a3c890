import { createAccounts, webStore } from './client/index.js';
import { api } from './config.js';
import { fieldTextOf, textOf } from './texts.js';

const accounts = createAccounts({
  api,
  store: webStore(sessionStorage),
  onSessionEnd: () => go('/sign-in', textOf({ code: 'token_not_valid' })),
});
const main = document.getElementById('main');
const status = document.getElementById('status');
const nav = document.getElementById('nav');

// What one page passes to the next: the address that was typed, and what to say.
let remembered = { username: '' };
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
function form({ fields, button, submit, done }) {
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
      h('label', { for: id }, label), input, hint ? h('p', { class: 'hint' }, hint) : undefined, h('p', { class: 'fault', id: `${id}-fault` })));
  }

  const submitButton = h('button', { type: 'submit' }, button);
  element.append(problem, submitButton);

  async function send(event) {
    event.preventDefault();
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
    if (error.code === 'not_active') {
      remembered = { username: values.username };
      problem.append(' ', h('a', { href: '#/activate' }, 'Enter the code'));
    }
  }

  return element;
}

const address = () => ({
  name: 'username', label: 'E-mail address', type: 'email', autocomplete: 'username', required: true, value: remembered.username,
});
const code = {
  name: 'code', label: 'Code from the mail', inputmode: 'numeric', autocomplete: 'one-time-code', required: true,
  hint: 'Paste it as it is; spaces do not matter.',
};
const newPassword = (name = 'new_password', label = 'New password') => ({
  name, label, type: 'password', autocomplete: 'new-password', required: true, hint: 'At least 8 characters. Three unrelated words are a good one.',
});
const heading = text => h('h1', {}, text);

const pages = {
  '/': async () => await accounts.isSignedIn() ? go('/account') : [
    heading('Welcome'),
    h('p', {}, 'This sample signs people up and in with the AccountFunctions API, from a page on another origin.'),
    h('p', { class: 'actions' }, h('a', { class: 'button', href: '#/sign-up' }, 'Create an account'), h('a', { href: '#/sign-in' }, 'Sign in')),
  ],

  '/sign-up': () => [
    heading('Create an account'),
    form({
      fields: [
        { name: 'first_name', label: 'First name', autocomplete: 'given-name' },
        { name: 'last_name', label: 'Last name', autocomplete: 'family-name' },
        address(), newPassword('password1', 'Password'),
      ],
      button: 'Create account',
      submit: values => accounts.register({ ...values, password2: values.password1 }),
      done: (_, values) => {
        remembered = { username: values.username };
        go('/activate', 'We have mailed a code to your address.');
      },
    }),
    h('p', {}, 'Have an account? ', h('a', { href: '#/sign-in' }, 'Sign in')),
  ],

  '/activate': () => [
    heading('Confirm your address'),
    form({
      fields: [address(), code],
      button: 'Confirm',
      submit: values => accounts.activate(values.username, values.code),
      done: (answer, values) => {
        remembered = { username: values.username };
        return answer === 'set_password'
          ? go('/reset', 'Somebody else signed up with this address, too. Set a password with the code of the mail that follows.')
          : go('/sign-in', 'Your address is confirmed. Sign in now.');
      },
    }),
    sendAgain(),
  ],

  '/sign-in': () => [
    heading('Sign in'),
    form({
      fields: [address(), { name: 'password', label: 'Password', type: 'password', autocomplete: 'current-password', required: true }],
      button: 'Sign in',
      submit: values => accounts.signIn(values.username, values.password),
      done: user => go('/account', `Hello ${user.first_name || user.username}.`),
    }),
    h('p', {}, h('a', { href: '#/forgot' }, 'Forgot your password?')),
    h('p', {}, 'New here? ', h('a', { href: '#/sign-up' }, 'Create an account')),
  ],

  '/forgot': () => [
    heading('Forgot your password?'),
    h('p', {}, 'We mail you a code with which you set a new one.'),
    form({
      fields: [address()],
      button: 'Mail a code',
      submit: values => accounts.requestCode(values.username),
      done: (_, values) => {
        remembered = { username: values.username };
        go('/reset', 'If there is an account, a code is on its way.');
      },
    }),
  ],

  '/reset': () => [
    heading('Set a new password'),
    form({
      fields: [address(), code, newPassword()],
      button: 'Set password',
      submit: values => accounts.resetPassword(values.username, values.code, values.new_password),
      done: (_, values) => {
        remembered = { username: values.username };
        go('/sign-in', 'Your password is set. Sign in now.');
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
    return [
      heading('Your account'),
      h('p', { class: 'hint' }, user.username),
      form({
        fields: [
          { name: 'first_name', label: 'First name', autocomplete: 'given-name', value: user.first_name },
          { name: 'last_name', label: 'Last name', autocomplete: 'family-name', value: user.last_name },
          { name: 'country_code', label: 'Country', autocomplete: 'country', value: user.country_code ?? '' },
          { name: 'job', label: 'Job', autocomplete: 'organization-title', value: user.job ?? '' },
          { name: 'hobbies', label: 'Hobbies', value: user.hobbies ?? '' },
          { name: 'bio', label: 'About you', type: 'textarea', rows: '4', value: user.bio ?? '' },
        ],
        button: 'Save',
        submit: async ({ first_name, last_name, ...rest }) => {
          const optional = Object.fromEntries(Object.entries(rest).map(([name, value]) => [name, value || null]));
          const answer = await accounts.update({ first_name, last_name, ...optional }, details.etag);
          if (!answer.ok && answer.error.code === 'stale') {
            go('/account', textOf(answer.error));
          }

          return answer;
        },
        done: () => go('/account', 'Saved.'),
      }),
    ];
  },

  '/password': () => [
    heading('Change your password'),
    form({
      fields: [{ name: 'password', label: 'Current password', type: 'password', autocomplete: 'current-password', required: true }, newPassword()],
      button: 'Change password',
      submit: values => accounts.changePassword(values.password, values.new_password),
      done: () => go('/account', 'Your password is changed, and all other devices are signed out.'),
    }),
  ],

  '/sessions': async () => {
    const sessions = await accounts.sessions();
    if (!sessions.ok) {
      return refused(sessions.error);
    }

    return [
      heading('Where you are signed in'),
      h('ul', { class: 'sessions' }, ...sessions.value.map(session => h('li', {},
        h('div', {}, h('strong', {}, session.client ?? 'Unknown device'), session.current ? h('span', { class: 'chip' }, 'this device') : undefined),
        h('p', { class: 'hint' }, `Last used ${new Date(session.last_used).toLocaleString()}`),
        session.current ? undefined : h('button', { type: 'button', class: 'quiet', click: () => end(session.id) }, 'Sign out')))),
      h('button', { type: 'button', class: 'quiet', click: () => signOut(true) }, 'Sign out everywhere'),
    ];
  },
};

const sendAgain = () => h('p', {}, 'No mail? ', h('button', {
  type: 'button',
  class: 'link',
  click: async () => {
    const username = document.getElementById('field-username').value;
    const answer = await accounts.requestCode(username);
    status.textContent = answer.ok ? 'We have mailed another code.' : textOf(answer.error);
  },
}, 'Mail another code'));

const refused = error => error.status === 401
  ? go('/sign-in', textOf(error))
  : [heading('Sorry'), h('p', { class: 'problem', role: 'alert' }, textOf(error)), h('button', { type: 'button', click: show }, 'Try again')];

async function end(id) {
  const answer = await accounts.endSession(id);
  go('/sessions', answer.ok ? 'Signed out there.' : textOf(answer.error));
}

async function signOut(everywhere = false) {
  await accounts.signOut(everywhere);
  go('/', everywhere ? 'Signed out everywhere.' : 'Signed out.');
}

async function show() {
  const path = location.hash.slice(1) || '/';
  const isSignedIn = await accounts.isSignedIn();
  nav.replaceChildren(...isSignedIn
    ? [link('/account', 'Account', path), link('/password', 'Password', path), link('/sessions', 'Devices', path),
        h('button', { type: 'button', class: 'link', click: () => signOut() }, 'Sign out')]
    : [link('/sign-in', 'Sign in', path), link('/sign-up', 'Sign up', path)]);
  const content = await (pages[path] ?? pages['/'])();
  if (content) {
    main.replaceChildren(...content);
    document.title = `${main.querySelector('h1')?.textContent ?? 'Example'} – Example`;
    status.textContent = notice;
    notice = '';
    (main.querySelector('input:not([value]), input[value=""]') ?? main).focus();
  }
}

const link = (path, text, current) => h('a', { href: `#${path}`, 'aria-current': path === current ? 'page' : undefined }, text);

addEventListener('hashchange', show);
show();
