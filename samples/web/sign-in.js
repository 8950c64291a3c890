import { externalReturn, externalSignInUrl, hasPasskeyAutofill, hasPasskeys, signInByPasskey } from './client/index.js';
import { api, mailedCodes, providers } from './config.js';
import { accounts, address, button, code, currentPassword, form, go, h, heading, otp, recoverySwitch, remember, remembered, status } from './page.js';
import { providerOf, t, textOf } from './texts.js';

let autofill = new AbortController();
let external;

/** Stops offering passkeys in the form of a page that is gone. */
export function stopAutofill() {
  autofill.abort();
  autofill = new AbortController();
}

/** Reads what a provider has sent the browser back with, and says which page continues. */
export function pageOfReturn() {
  const returned = externalReturn(location.href);
  if (returned === undefined) {
    return undefined;
  }

  history.replaceState(null, '', location.pathname);
  const linked = sessionStorage.getItem('linking');
  sessionStorage.removeItem('linking');
  if (linked) {
    remember({ linked, external: returned });
    return '/security/link';
  }

  external = returned;
  return '/sign-in/external';
}

/** Sends the browser to a provider, to sign in there. */
export async function leaveFor(provider, { isLinking = false } = {}) {
  const url = await externalSignInUrl({ api, provider, returnUrl: `${location.origin}/` });
  if (isLinking) {
    sessionStorage.setItem('linking', provider);
  } else {
    sessionStorage.removeItem('linking');
  }

  location.assign(url);
}

/** The form of the password, and a button for a passkey, which the browser also offers in the form. `done` gets the user. */
export function signInForm(done) {
  const passkey = button(t('Sign in with a passkey'), () => usePasskey(done));
  passkey.hidden = !hasPasskeys();
  offerPasskeys(passkey, done);
  return [
    form({
      fields: [{ ...address(), autocomplete: 'username webauthn' }, currentPassword(t('Password'))],
      button: t('Sign in'),
      submit: values => accounts.signIn(values.username, values.password, values.otp),
      done: user => done(user, { offersPasskey: true }),
    }),
    h('div', { class: 'ways' }, passkey),
  ];
}

/** The ways in. */
export const signInPages = {
  '/sign-in': () => {
    const [passwords, ways] = signInForm(welcome);
    ways.append(...providers.map(provider => button(t('Continue with {0}', providerOf(provider)), () => leaveFor(provider))));
    return [
      heading(t('Sign in')),
      passwords,
      ways,
      mailedCodes ? h('p', {}, h('a', { href: '#/sign-in/code' }, t('Send me a code instead'))) : undefined,
      h('p', {}, h('a', { href: '#/forgot' }, t('Forgot your password?'))),
      h('p', {}, t('New here?'), ' ', h('a', { href: '#/sign-up' }, t('Create an account'))),
    ].filter(Boolean);
  },

  '/sign-in/code': () => [
    heading(t('Sign in with a code')),
    form({
      fields: [address(document.getElementById('field-username')?.value)],
      button: t('Mail a code'),
      submit: values => accounts.mailSignInCode(values.username),
      done: (_, values) => {
        remember({ username: values.username });
        go('/sign-in/code/enter', t('If there is an account, a code is on its way.'));
      },
    }),
  ],

  '/sign-in/code/enter': () => [
    heading(t('Sign in with a code')),
    form({
      fields: [address(), code],
      button: t('Sign in'),
      submit: values => accounts.signInWithCode(values.username, values.code, values.otp),
      done: user => welcome(user, { offersPasskey: true }),
    }),
    h('p', {}, t('No mail?'), ' ', h('a', { href: '#/sign-in/code' }, t('Mail another code'))),
  ],

  '/sign-in/external': async () => {
    const answer = external?.ok ? await accounts.signInExternal(external.value) : external;
    if (answer?.ok) {
      return welcome(answer.value);
    }

    if (answer?.error.code !== 'otp_required') {
      return go('/sign-in', answer ? textOf(answer.error) : '');
    }

    const element = form({
      fields: [otp()],
      button: t('Sign in'),
      submit: values => accounts.signInExternal(external.value, values.otp),
      done: user => welcome(user),
    });
    element.querySelector('[type=submit]').after(recoverySwitch(element.querySelector('input')));
    return [heading(t('Sign in')), element];
  },
};

function welcome(user, { offersPasskey = false } = {}) {
  external = undefined;
  remember({ username: user.username, offersPasskey });
  go('/account', t('Hello {0}.', user.first_name || user.username));
}

// The browser offers passkeys in the field of the address, for as long as the page is open.
async function offerPasskeys(passkeyButton, done) {
  const { signal } = autofill;
  if (!await hasPasskeyAutofill() || signal.aborted) {
    return;
  }

  let isTaken = false;
  const answer = await signInByPasskey({
    passkeySignInOptions: () => accounts.passkeySignInOptions(),
    signInWithPasskey: taken => {
      isTaken = true;
      return accounts.signInWithPasskey(taken);
    },
  }, { isAutofill: true, signal });
  if (answer.ok) {
    done(answer.value);
  } else if (isTaken) {
    status.textContent = textOf(answer.error);
  } else {
    // The user has not asked for anything, so a deployment without passkeys is no fault to show.
    passkeyButton.hidden = answer.error.code === 'not_found';
  }
}

async function usePasskey(done) {
  // Browsers ask one thing at a time.
  stopAutofill();
  status.textContent = '';
  const answer = await signInByPasskey(accounts);
  if (answer.ok) {
    done(answer.value);
    return;
  }

  status.textContent = textOf(answer.error);
}
