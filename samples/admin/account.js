import { accounts, button, form, go, h, heading, status, when } from '/page.js';
import { historyOf } from '/history.js';
import { textOf } from '/texts.js';
import { leaveOn, refusedView } from './refusals.js';

const { admin } = accounts;
const never = '9999-12-31T23:59:59Z';

export const dayOf = time => new Date(time).toLocaleDateString('en', { dateStyle: 'medium' });

/** The state of an account in words. */
export function statesOf({ role, disabled, deletes_at, expiration_date, has_password }) {
  const isExpired = role === 'C' && new Date(expiration_date) <= Date.now();
  return Object.entries({
    'Administrator': role === 'A',
    'Active': !disabled && !isExpired && !deletes_at,
    'Disabled': disabled,
    'Expired': isExpired,
    'Being deleted': deletes_at,
    'No password': !has_password,
  }).filter(([, holds]) => holds).map(([text]) => h('span', { class: 'chip' }, text));
}

/** An account, what an administrator can do with it, and its history. */
export async function accountView(id) {
  const [answer, { error, content: events }] = await Promise.all([admin.account(id), historyOf(page => admin.events(id, page), whoOf)]);
  if (!answer.ok || error) {
    return refusedView(answer.error ?? error);
  }

  const account = answer.value;
  return [
    heading(account.username),
    h('p', {}, ...statesOf(account)),
    facts(account),
    h('h2', {}, 'What you can do'),
    h('ul', { class: 'acts' }, ...actsOf(account, answer.etag).map((act, place) => item(account, act, `act-${place}`))),
    h('h2', {}, 'Expiration'),
    account.role === 'A' ? h('p', {}, 'Accounts of administrators do not expire.') : expiration(account, answer.etag),
    h('h2', {}, 'History'),
    ...events,
  ];
}

const whoOf = by => by === 'operator' ? 'by an operator' : h('a', { href: `#/accounts/${by}` }, 'by an administrator');

const facts = account => h('dl', {}, ...[
  ['Name', `${account.first_name} ${account.last_name}`.trim() || 'Not given'],
  ['Created', when(account.created)],
  ['Expires', account.role === 'A' || account.expiration_date === never ? 'Never' : when(account.expiration_date)],
  ...account.deletes_at ? [['To be deleted', when(account.deletes_at)]] : [],
  ['Password', account.has_password ? 'Set' : 'None'],
  ['Authenticator app', account.second_factor_since ? `Since ${dayOf(account.second_factor_since)}` : 'None'],
  ['Id', h('code', {}, account.id)],
].map(([term, value]) => h('div', {}, h('dt', {}, term), h('dd', {}, value))));

// `asks`: it cannot be undone. `isFinal`: not even by the owner.
const actsOf = ({ id, role, disabled, deletes_at, has_password, second_factor_since }, etag) => [
  disabled ? {
    name: 'Enable', said: 'Enabled.', run: () => admin.change(id, { disabled: false }, etag),
    what: 'The owner can sign in again, and gets a mail.',
  } : {
    name: 'Disable', said: 'Disabled.', run: () => admin.change(id, { disabled: true }, etag),
    what: 'Nobody can sign in until you enable it. Every session ends, and the owner gets a mail.',
  },
  {
    name: 'Sign out everywhere', said: 'Signed out everywhere.', run: () => admin.signOut(id), asks: true,
    what: 'Every session ends. The owner can sign in again.',
  },
  role === 'A' ? {
    name: 'Make client', said: 'The account is a client now.', run: () => admin.change(id, { role: 'C' }, etag), asks: true,
    what: 'The owner can no longer open this page. Every session ends, and the owner gets a mail.',
  } : {
    name: 'Make administrator', said: 'The account is an administrator now.', run: () => admin.change(id, { role: 'A' }, etag), asks: true,
    what: 'The owner can do everything that you can do here. Every session ends, and the owner gets a mail.',
  },
  has_password ? {
    name: 'Void password', said: 'The password is void. The mail with the code is on its way.', asks: true,
    run: () => admin.resetPassword(id),
    what: 'The password no longer works, and every session ends. A mail brings the owner a code to set another.',
  } : {
    name: 'Mail a code', said: 'The mail with the code is on its way.', run: () => admin.resetPassword(id),
    what: 'The account has no password. A mail brings the owner a code to set one.',
  },
  second_factor_since && {
    name: 'Remove authenticator app', said: 'The authenticator app is removed.', run: () => admin.removeTotp(id), asks: true,
    what: 'For an owner who has lost it; make sure that it is the owner who asks. The password alone will be enough to sign in. '
      + 'Every session ends, and the owner gets a mail.',
  },
  !deletes_at && {
    name: 'Delete', said: 'Deletion requested.', run: () => admin.remove(id), asks: true,
    what: 'Every session ends. Everything about the account is deleted after some days; until then, the owner can restore it. '
      + 'The owner gets a mail with the date.',
  },
  {
    name: 'Delete now', said: 'Deletion requested.', run: () => admin.remove(id, { now: true }), asks: true, isFinal: true,
    what: 'Everything about the account is deleted within minutes. Nobody can restore it. After a change of address, it stays until the '
      + 'former address can no longer recover it.',
  },
].filter(Boolean);

function item(account, act, id) {
  const opener = button(act.name, () => act.asks ? ask(account, act) : run(), act.name.startsWith('Delete') ? 'danger' : 'quiet');
  opener.setAttribute('aria-describedby', id);
  return h('li', {}, h('p', { id }, act.what), opener);

  async function run() {
    status.textContent = '';
    opener.disabled = true;
    const answer = await leaveOn(act.run());
    opener.disabled = false;
    if (answer.ok) {
      finish(act);
    } else {
      status.textContent = textOf(answer.error);
      opener.focus();
    }
  }
}

function ask({ username }, act) {
  const sure = form({
    fields: act.isFinal ? [{ name: 'typed', label: 'Type the address of the account to go on', autocomplete: 'off' }] : [],
    button: act.name,
    style: 'danger',
    submit: async ({ typed }) => {
      if (act.isFinal && typed.trim().toLowerCase() !== username.toLowerCase()) {
        return { ok: false, error: { code: 'invalid_fields', fields: { typed: ['invalid'] } } };
      }

      const answer = await leaveOn(act.run());
      if (!answer.ok && !dialog.open) {
        status.textContent = textOf(answer.error);
      }

      return answer;
    },
    done: () => finish(act),
  });
  const cancel = button('Cancel', () => dialog.close());
  cancel.autofocus = !act.isFinal;
  sure.querySelector('.actions').append(cancel);
  const dialog = h('dialog', { 'aria-labelledby': 'asked', close: () => dialog.remove() },
    h('h2', { id: 'asked' }, `${act.name}?`), h('p', {}, h('strong', {}, username)), h('p', {}, act.what), sure);
  document.getElementById('main').append(dialog);
  dialog.showModal();
}

const finish = ({ said }) => go(location.hash.slice(1), said);

const expiration = ({ id, expiration_date }, etag) => form({
  fields: [{
    name: 'expiration_date', label: 'Last day', type: 'date', value: expiration_date.slice(0, 10),
    hint: 'The account expires at the end of this day (UTC). The owner gets no mail.',
  }],
  button: 'Change',
  style: 'quiet',
  submit: values => leaveOn(admin.change(id, { expiration_date: `${values.expiration_date}T23:59:59Z` }, etag)),
  done: ({ expiration_date: changed }) => go(`/accounts/${id}`, `The account expires on ${when(changed)}.`),
});
