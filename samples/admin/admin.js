import { accounts, address, button, form, go, h, heading, reload, status, takeNotice } from '/page.js';
import { signInForm, stopAutofill } from '/sign-in.js';
import { accountView, dayOf, statesOf } from './account.js';
import { leaveOn, refusedView } from './refusals.js';

const main = document.getElementById('main');
const nav = document.getElementById('nav');
const { admin } = accounts;

const views = [
  [/^\/accounts$/, () => accountList()],
  [/^\/accounts\/older\/(\w+)$/, token => accountList(token)],
  [/^\/accounts\/(\w+)$/, accountView],
  [/^\/invite$/, () => invitation()],
];

async function accountList(pageToken) {
  const page = await admin.accounts({ pageToken });
  if (!page.ok) {
    return refusedView(page.error);
  }

  const { accounts: found, next } = page.value;
  return [
    heading('Accounts'),
    h('search', {}, form({
      fields: [{ ...address(''), label: 'Address of an account', autocomplete: 'off' }],
      button: 'Find',
      submit: values => leaveOn(admin.find(values.username)),
      done: ({ accounts: [match] }) => match ? go(`/accounts/${match.id}`) : sayNoMatch(),
    })),
    found.length > 0 ? accountTable(found) : h('p', {}, 'This page has no accounts.'),
    h('p', { class: 'actions' },
      ...pageToken ? [h('a', { href: '#/accounts' }, 'Newest accounts')] : [],
      ...next ? [h('a', { href: `#/accounts/older/${next}` }, 'Older accounts')] : []),
  ];
}

function sayNoMatch() {
  status.textContent = 'No account has this address.';
  document.getElementById('field-username').focus();
}

const accountTable = found => h('table', {},
  h('caption', {}, 'Newest first'),
  h('thead', {}, h('tr', {}, ...['Account', 'State', 'Created'].map(title => h('th', { scope: 'col' }, title)))),
  h('tbody', {}, ...found.map(account => h('tr', {},
    h('th', { scope: 'row' },
      h('a', { href: `#/accounts/${account.id}` }, account.username),
      h('p', { class: 'hint' }, `${account.first_name} ${account.last_name}`)),
    h('td', {}, ...statesOf(account)),
    h('td', {}, dayOf(account.created))))));

const invitation = () => [
  heading('Invite somebody'),
  h('p', {}, 'We make an account and mail its owner a code to set a password.'),
  form({
    fields: [
      { ...address(''), autocomplete: 'off' },
      { name: 'first_name', label: 'First name', autocomplete: 'off' },
      { name: 'last_name', label: 'Last name', autocomplete: 'off' },
      { name: 'role', label: 'Role', options: { C: 'Client', A: 'Administrator' }, value: 'C' },
    ],
    button: 'Invite',
    submit: ({ username, first_name, last_name, role }) => leaveOn(admin.invite({ username, first_name, last_name, role })),
    done: ({ id }) => go(`/accounts/${id}`, 'Invited. The mail with the code is on its way.'),
  }),
];

const signIn = () => [
  heading('Sign in'),
  h('p', {}, 'Administrators sign in with a passkey, or with a password and their authenticator app.'),
  ...signInForm(() => location.hash === '#/sign-in' ? go('/accounts') : reload()),
  h('p', {}, h('a', { href: '/#/forgot' }, 'Forgot your password?')),
];

async function signOut() {
  await accounts.signOut();
  go('/sign-in', 'Signed out.');
}

async function show() {
  stopAutofill();
  const { hash } = location;
  const path = hash.slice(1);
  const isSignedIn = await accounts.isSignedIn();
  const [pattern, view] = views.find(([known]) => known.test(path)) ?? [];
  if (isSignedIn && !view) {
    return go('/accounts', takeNotice());
  }

  const content = isSignedIn ? await view(...pattern.exec(path).slice(1)) : signIn();

  // A slow answer must not replace a view that the user has opened in the meantime.
  if (content && hash === location.hash) {
    nav.replaceChildren(...isSignedIn
      ? [link('/accounts', 'Accounts', path), link('/invite', 'Invite', path), button('Sign out', signOut, 'link')]
      : []);
    main.replaceChildren(...content);
    const title = main.querySelector('h1');
    document.title = `${title.textContent} – Administration`;
    status.textContent = takeNotice();
    scrollTo(0, 0);
    title.tabIndex = -1;
    title.focus();
  }
}

const link = (path, text, current) => h('a', { href: `#${path}`, 'aria-current': path === current ? 'page' : undefined }, text);

addEventListener('hashchange', show);
show();
