import { hasPasskeys } from './client/index.js';
import {
  accounts, address, button, code, currentPassword, form, go, h, hasOwnPasskey, heading, newPassword, refused, remember, remembered, status,
  takeNotice, when,
} from './page.js';
import { historyOf } from './history.js';
import { save, securityPages } from './security.js';
import { pageOfReturn, signInPages, stopAutofill } from './sign-in.js';
import { deviceOf, language, languages, setLanguage, t, textOf, wayOf } from './texts.js';

const main = document.getElementById('main');
const nav = document.getElementById('nav');
nav.setAttribute('aria-label', t('Account'));

// The code that takes an account back has letters.
const resetCode = { ...code, inputmode: 'text' };

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
        remember({ username: values.username });
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
        remember({ username: values.username });
        return answer === 'set_password'
          ? go('/reset', t('Someone else also signed up with this address. Set a password with the code in the mail that follows.'))
          : go('/sign-in', t('Your address is confirmed. Sign in now.'));
      },
    }),
    sendAgain(),
  ],

  ...signInPages,
  ...securityPages,

  '/forgot': () => [
    heading(t('Forgot your password?')),
    h('p', {}, t('We will mail you a code to set a new one.')),
    form({
      fields: [address()],
      button: t('Mail a code'),
      submit: values => accounts.requestCode(values.username),
      done: (_, values) => {
        remember({ username: values.username });
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
        remember({ username: values.username });
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
    remembered.username = user.username;
    return [
      heading(t('Your account')),
      h('p', { class: 'hint' }, user.username),
      ...await passkeyOffer(),
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

  '/email': async () => [
    heading(t('Change address')),
    form({
      fields: [
        currentPassword(),
        { name: 'username', label: t('New email address'), type: 'email', autocomplete: 'email', required: true },
      ],
      button: t('Mail a code'),
      usesPasskey: await hasOwnPasskey(),
      submit: (values, proof) => accounts.changeEmail(proof, values.username),
      done: (_, values) => {
        remembered.wanted = values.username;
        go('/email/confirm', t('We have mailed a code to the new address.'));
      },
    }),
  ],

  '/email/confirm': () => [
    heading(t('Change address')),
    h('p', { class: 'hint' }, remembered.wanted ?? ''),
    form({
      fields: [code],
      button: t('Confirm'),
      submit: values => accounts.confirmEmail(values.code),
      done: () => go('/account', t('Your address was changed.')),
    }),
    h('p', {}, t('No mail?'), ' ', h('a', { href: '#/email' }, t('Mail another code'))),
  ],

  '/history': async () => {
    const { error, content } = await historyOf(page => accounts.events(page));
    return error ? refused(error) : [heading(t('What happened to your account')), ...content];
  },

  '/delete': async () => [
    heading(t('Delete account')),
    h('p', {}, t('We will delete everything about your account. You can change your mind for a while: sign in to keep it.')),
    form({
      fields: [currentPassword()],
      button: t('Delete account'),
      style: 'danger',
      usesPasskey: await hasOwnPasskey(),
      submit: (_, proof) => accounts.deleteAccount(proof),
      done: ({ deletes_at }) =>
        go('/', t('Your account will be deleted on {0}. Until then, sign in to keep it.', when(deletes_at))),
    }),
  ],

  '/keep': () => [
    heading(t('Keep the account')),
    form({
      fields: [address(), currentPassword(t('Password'))],
      button: t('Keep the account'),
      submit: values => accounts.restore(values.username, values.password, values.otp),
      done: () => go('/account', t('Your account will not be deleted.')),
    }),
  ],

  '/password': async () => [
    heading(t('Change password')),
    form({
      fields: [currentPassword(), newPassword()],
      button: t('Change password'),
      usesPasskey: await hasOwnPasskey(),
      submit: (values, proof) => accounts.changePassword(proof, values.new_password),
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
        h('p', { class: 'hint' }, [t('Last used {0}', when(session.last_used)), wayOf(session.amr)].join(' · ')),
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

// After a sign-in with a password, until the user has a passkey or does not want one.
async function passkeyOffer() {
  if (!remembered.offersPasskey || !hasPasskeys() || localStorage.getItem('passkeys') === 'no') {
    return [];
  }

  const passkeys = await accounts.passkeys();
  const offer = h('aside', { class: 'offer' },
    h('p', {}, t('Next time, sign in without a password.')),
    h('p', { class: 'actions' },
      h('a', { class: 'button', href: '#/passkeys/add' }, t('Create a passkey')), button(t('Not now'), decline, 'link')));
  return passkeys.ok && passkeys.value.length === 0 ? [offer] : [];

  function decline() {
    localStorage.setItem('passkeys', 'no');
    offer.remove();
    main.focus();
  }
}

async function download() {
  const answer = await accounts.exportAccount();
  if (!answer.ok) {
    status.textContent = textOf(answer.error);
    return;
  }

  save('account.json', JSON.stringify(answer.value, null, 2), 'application/json');
}

async function end(id) {
  const answer = await accounts.endSession(id);
  go('/sessions', answer.ok ? t('Signed out.') : textOf(answer.error));
}

async function signOut(everywhere = false) {
  await accounts.signOut(everywhere);
  go('/', everywhere ? t('Signed out everywhere.') : t('Signed out.'));
}

const forSignedIn = new Set([
  '/account', '/password', '/sessions', '/email', '/email/confirm', '/history', '/delete', ...Object.keys(securityPages),
]);

async function show() {
  stopAutofill();
  const path = location.hash.slice(1) || '/';
  const isSignedIn = await accounts.isSignedIn();
  if (forSignedIn.has(path) && !isSignedIn) {
    return go('/sign-in');
  }

  nav.replaceChildren(...isSignedIn
    ? [link('/account', t('Account'), path), link('/security', t('Security'), path), link('/sessions', t('Devices'), path),
        h('button', { type: 'button', class: 'link', click: () => signOut() }, t('Sign out'))]
    : [link('/sign-in', t('Sign in'), path), link('/sign-up', t('Sign up'), path)]);
  const content = await (pages[path] ?? pages['/'])();

  // A slow answer must not replace a page that the user has opened in the meantime.
  if (content && path === (location.hash.slice(1) || '/')) {
    main.replaceChildren(...content);
    document.title = `${main.querySelector('h1')?.textContent ?? 'Example'} – Example`;
    status.textContent = takeNotice();
    scrollTo(0, 0);
    (path === '/account' ? main : main.querySelector('input:not([value]), input[value=""]') ?? main).focus();
  }
}

const link = (path, text, current) => h('a', { href: `#${path}`, 'aria-current': path === current ? 'page' : undefined }, text);

document.body.append(h('footer', {}, h('select', { 'aria-label': t('Language'), change: event => setLanguage(event.target.value) },
  ...Object.entries(languages).map(([tag, name]) => h('option', { value: tag, lang: tag, selected: tag === language }, name)))));
addEventListener('hashchange', show);
const returned = pageOfReturn();
if (returned) {
  go(returned);
} else {
  show();
}
