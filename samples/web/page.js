import { createAccounts, confirmByPasskey, hasPasskeys, webStore } from './client/index.js';
import { api, cookie } from './config.js';
import { remoteAccounts } from './remote.js';
import { fieldTextOf, language, t, textOf } from './texts.js';

const onSessionEnd = () => go('/sign-in', textOf({ code: 'token_not_valid' }));
export const accounts = cookie
  ? remoteAccounts({ language, onSessionEnd })
  : createAccounts({ api, store: webStore(sessionStorage), language, onSessionEnd });
export const status = document.getElementById('status');

/** What one page passes to the next, such as the address that the user typed. */
export const remembered = { username: '' };

/** Forgets what the pages before have passed. */
export function remember(values) {
  Object.keys(remembered).forEach(name => delete remembered[name]);
  Object.assign(remembered, { username: '' }, values);
}

let notice = '';

/** Opens a page, with a message. */
export function go(path, say = '') {
  notice = say;
  if (location.hash === `#${path}`) {
    reload();
  } else {
    location.hash = path;
  }
}

export const reload = () => dispatchEvent(new Event('hashchange'));

export function takeNotice() {
  const say = notice;
  notice = '';
  return say;
}

/** An element: h('p', { class: 'hint' }, 'Text'). */
export function h(name, attributes = {}, ...children) {
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

export const heading = text => h('h1', {}, text);

export const button = (text, click, style = 'quiet') => h('button', { type: 'button', class: style, click }, text);

/** What to show instead of a page whose data the API has refused. */
export const refused = error => error.status === 401
  ? go('/sign-in', textOf(error))
  : [heading(t('Sorry')), h('p', { class: 'problem', role: 'alert' }, textOf(error)), button(t('Try again'), reload, undefined)];

/**
 * A form whose fields carry the names of the API; `options` of a field are texts to choose from, by value. `submit` gets their values and
 * returns the API's answer. If the API asks for the second factor, so does the form, and it sends the same call again with `otp`. With
 * `usesPasskey`, a passkey replaces the password: `submit` gets as its second argument what proves who the user is.
 */
export function form({ fields, button: text, style, usesPasskey, submit, done }) {
  const inputs = new Map();
  const problem = h('p', { class: 'problem', role: 'alert' });
  const element = h('form', { novalidate: true, submit: event => send(event) });
  const submitButton = h('button', { type: 'submit', class: style }, text);
  const passkeyButton = usesPasskey ? button(t('Use a passkey'), usePasskey) : undefined;
  element.append(problem, h('p', { class: 'actions' }, submitButton, ...passkeyButton ? [passkeyButton] : []));
  fields.forEach(add);

  function add({ name, label, hint, options, ...attributes }) {
    const id = `field-${name}`;
    const described = [hint && `${id}-hint`, `${id}-fault`].filter(Boolean).join(' ');
    const kind = options ? 'select' : attributes.type === 'textarea' ? 'textarea' : 'input';
    const input = h(kind, { id, name, ...attributes, 'aria-describedby': described },
      ...Object.entries(options ?? {}).map(([value, text]) => h('option', { value }, text)));
    if (attributes.value !== undefined) {
      input.value = attributes.value;
    }

    inputs.set(name, input);
    problem.before(h('div', { class: 'field' },
      h('label', { for: id }, label), input, hint ? h('p', { class: 'hint', id: `${id}-hint` }, hint) : undefined,
      h('p', { class: 'fault', id: `${id}-fault` })));
  }

  async function send(event, proof) {
    event?.preventDefault();
    status.textContent = '';
    problem.textContent = '';
    for (const [name, input] of inputs) {
      input.removeAttribute('aria-invalid');
      document.getElementById(`field-${name}-fault`).textContent = '';
    }

    const values = Object.fromEntries([...inputs].map(([name, input]) => [name, input.value]));
    const isBusy = isOn => [submitButton, passkeyButton].forEach(one => one && (one.disabled = isOn));
    isBusy(true);
    const answer = await submit(values, proof ?? { password: values.password, otp: values.otp });
    isBusy(false);
    return answer.ok ? done(answer.value, values) : show(answer.error, values);
  }

  async function usePasskey() {
    const confirmed = await confirmByPasskey(accounts);
    return confirmed.ok ? send(undefined, confirmed.value) : show(confirmed.error, {});
  }

  function show(error, values) {
    if (error.code === 'otp_required' && !inputs.has('otp')) {
      askForCode();
      return;
    }

    problem.textContent = textOf(error);
    for (const [name, codes] of Object.entries(error.fields)) {
      inputs.get(name)?.setAttribute('aria-invalid', 'true');
      const fault = document.getElementById(`field-${name}-fault`);
      if (fault) {
        fault.textContent = fieldTextOf(codes[0]);
      }
    }

    if (inputs.has('otp') && ['invalid_credentials', 'invalid_password', 'invalid_code'].includes(error.code)) {
      startAgain();
    }

    (element.querySelector('[aria-invalid]') ?? (error.code === 'invalid_otp' ? inputs.get('otp') : undefined) ?? submitButton).focus();
    const wayOn = { not_active: ['#/activate', t('Enter the code')], deletion_pending: ['#/keep', t('Keep the account')] }[error.code];
    if (wayOn) {
      remember({ username: values.username });
      problem.append(' ', h('a', { href: wayOn[0] }, wayOn[1]));
    }
  }

  // The fields before keep their values, out of sight.
  function askForCode() {
    element.querySelectorAll('.field').forEach(field => field.hidden = true);
    add(otp());
    submitButton.after(recoverySwitch(inputs.get('otp')));
    passkeyButton?.remove();
    inputs.get('otp').focus();
  }

  function startAgain() {
    inputs.get('otp').parentElement.remove();
    inputs.delete('otp');
    element.querySelector('.recovery').remove();
    element.querySelectorAll('.field').forEach(field => field.hidden = false);
  }

  return element;
}

/** The field of the second factor. */
export const otp = () => ({
  name: 'otp', label: t('Code of your authenticator app'), inputmode: 'numeric', autocomplete: 'one-time-code', required: true,
  hint: t('Open the app and type the six digits that it shows now.'),
});

/** Turns the field of the app's code into one for a recovery code, which has letters. */
export const recoverySwitch = input => h('button', {
  type: 'button',
  class: 'link recovery',
  click: event => {
    event.target.remove();
    input.setAttribute('inputmode', 'text');
    input.setAttribute('autocomplete', 'off');
    input.value = '';
    input.parentElement.querySelector('label').textContent = t('Recovery code');
    input.parentElement.querySelector('.hint').textContent = t('One of the ten codes that you have saved. Each works once.');
    input.focus();
  },
}, t('Use a recovery code'));

export const address = (value = remembered.username) => ({
  name: 'username', label: t('Email address'), type: 'email', autocomplete: 'username', required: true, value,
});
export const currentPassword = (label = t('Current password')) => ({
  name: 'password', label, type: 'password', autocomplete: 'current-password', required: true,
});
export const newPassword = (name = 'new_password', label = t('New password')) => ({
  name, label, type: 'password', autocomplete: 'new-password', required: true,
  hint: t('At least 8 characters. Three unrelated words make a good password.'),
});
export const code = {
  name: 'code', label: t('Code from the mail'), inputmode: 'numeric', autocomplete: 'one-time-code', required: true,
  hint: t('Paste it as it is; spaces do not matter.'),
};

/** Whether the user can prove with a passkey, instead of the password, who they are. */
export async function hasOwnPasskey() {
  const passkeys = hasPasskeys() ? await accounts.passkeys() : { ok: false };
  return passkeys.ok && passkeys.value.length > 0;
}

export const when = time => new Date(time).toLocaleString(language, { dateStyle: 'medium', timeStyle: 'short' });
