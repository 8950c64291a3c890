import { createPasskey, hasPasskeys, signalPasskeys } from './client/index.js';
import { providers } from './config.js';
import { accounts, button, currentPassword, form, go, h, hasOwnPasskey, heading, otp, refused, remember, remembered, status, when } from './page.js';
import { qrCode } from './qr.js';
import { leaveFor } from './sign-in.js';
import { deviceOf, providerOf, t, textOf } from './texts.js';

/** The pages on how the account is signed in to. */
export const securityPages = {
  '/security': async () => {
    const [totp, passkeys, identities] = await Promise.all([
      accounts.totp(), hasPasskeys() ? accounts.passkeys() : undefined, providers.length > 0 ? accounts.identities() : undefined,
    ]);
    if (!totp.ok) {
      return refused(totp.error);
    }

    return [
      heading(t('Security')),
      h('h2', {}, t('Password')),
      h('p', {}, h('a', { href: '#/password' }, t('Change password'))),
      ...twoSteps(totp.value),
      ...passkeys?.ok ? passkeyList(passkeys.value) : [],
      ...identities?.ok ? identityList(identities.value) : [],
    ];
  },

  '/security/app': async () => [
    heading(t('Set up an authenticator app')),
    h('p', {}, t('An authenticator app on your phone shows a new code every half minute. With it, a stolen password is not enough to sign in.')),
    await confirming(t('Continue'), proof => accounts.setUpTotp(proof), secret => {
      remember({ secret });
      go('/security/app/scan');
    }),
  ],

  '/security/app/scan': () => remembered.secret ? [
    heading(t('Set up an authenticator app')),
    h('p', {}, t('Scan this with the app:')),
    ...qrImage(remembered.secret.uri),
    h('p', {}, h('a', { href: remembered.secret.uri }, t('Open it in an app on this device'))),
    h('p', {}, t('Or type this key into the app:')),
    h('p', {}, h('code', { class: 'secret' }, remembered.secret.secret.match(/.{1,4}/g).join(' '))),
    form({
      fields: [{ ...otp(), name: 'code' }],
      button: t('Turn on'),
      submit: values => accounts.confirmTotp(values.code),
      done: ({ recovery_codes }) => showCodes(recovery_codes, t('Two-step verification is on.')),
    }),
  ] : go('/security'),

  '/security/app/remove': async () => [
    heading(t('Turn off two-step verification')),
    h('p', {}, t('Your password alone will be enough to sign in, and your recovery codes will no longer work.')),
    await confirming(t('Turn off'), proof => accounts.removeTotp(proof), () => go('/security', t('Two-step verification is off.')), 'danger'),
  ],

  '/security/codes': async () => [
    heading(t('New recovery codes')),
    h('p', {}, t('The old ones will no longer work.')),
    await confirming(t('Make new codes'), proof => accounts.renewRecoveryCodes(proof), ({ recovery_codes }) => showCodes(recovery_codes)),
  ],

  '/security/codes/save': () => remembered.codes ? [
    heading(t('Your recovery codes')),
    h('p', {}, t('Save them now; we will not show them again. If you lose your phone, each of them signs you in once.')),
    h('ol', { class: 'codes' }, ...remembered.codes.map(one => h('li', {}, h('code', {}, one)))),
    h('p', { class: 'actions' },
      button(t('Copy'), copyCodes), button(t('Download'), () => save('recovery-codes.txt', codeText())), button(t('Print'), () => print())),
    h('p', {}, h('a', { class: 'button', href: '#/security' }, t('I have saved them'))),
  ] : go('/security'),

  '/security/link': async () => {
    const { linked, external } = remembered;
    if (!external?.ok) {
      return go('/security', external ? textOf(external.error) : '');
    }

    return [
      heading(t('Link {0}', providerOf(linked))),
      h('p', {}, t('Confirm that it is you. From now on, you can also sign in with {0}.', providerOf(linked))),
      await confirming(t('Link {0}', providerOf(linked)), proof => accounts.linkIdentity(proof, external.value),
        () => go('/security', t('The account was linked.'))),
    ];
  },

  '/passkeys/add': async () => [
    heading(t('Create a passkey')),
    h('p', {}, t('With a passkey you sign in with your fingerprint, your face or the PIN of your device, without a password.')),
    form({
      fields: [
        { name: 'name', label: t('Name of the passkey'), autocomplete: 'off', value: deviceOf(navigator.userAgent) }, currentPassword(),
      ],
      button: t('Create a passkey'),
      usesPasskey: await hasOwnPasskey(),
      submit: (values, proof) => createPasskey(accounts, proof, values.name || undefined),
      done: () => go('/security', t('Your passkey is ready. Use it at your next sign-in.')),
    }),
  ],

  '/passkeys/change': () => remembered.passkey ? [
    heading(t('Passkey')),
    form({
      fields: [{ name: 'name', label: t('Name of the passkey'), autocomplete: 'off', value: remembered.passkey.name }],
      button: t('Save'),
      submit: values => accounts.renamePasskey(remembered.passkey.id, values.name),
      done: () => go('/security', t('Saved.')),
    }),
    h('p', { class: 'more' }, button(t('Remove this passkey'), () => removePasskey(remembered.passkey), 'danger')),
  ] : go('/security'),
};

async function confirming(text, submit, done, style) {
  return form({
    fields: [currentPassword()],
    button: text,
    style,
    usesPasskey: await hasOwnPasskey(),
    submit: (_, proof) => submit(proof),
    done,
  });
}

const twoSteps = ({ since, recovery_codes_left }) => [
  h('h2', {}, t('Two-step verification')),
  h('p', {}, since === null ? t('Off. A stolen password is enough to sign in.') : t('On since {0}.', when(since))),
  since === null ? undefined : h('p', { class: recovery_codes_left < 3 ? 'problem' : 'hint' }, t('Recovery codes left: {0}', recovery_codes_left)),
  h('ul', { class: 'more' }, ...(since === null
    ? [h('a', { href: '#/security/app' }, t('Set up an authenticator app'))]
    : [h('a', { href: '#/security/codes' }, t('New recovery codes')), h('a', { href: '#/security/app/remove' }, t('Turn off'))]
  ).map(item => h('li', {}, item))),
].filter(Boolean);

const passkeyList = passkeys => [
  h('h2', {}, t('Passkeys')),
  passkeys.length === 0 ? h('p', {}, t('None yet. With a passkey you sign in without a password.')) : h('ul', { class: 'sessions' },
    ...passkeys.map(passkey => h('li', {},
      h('strong', {}, passkey.name),
      passkey.backed_up ? h('span', { class: 'chip' }, t('on several devices')) : undefined,
      h('p', { class: 'hint' }, t('Last used {0}', when(passkey.last_used))),
      h('button', {
        type: 'button',
        class: 'link',
        'aria-label': `${t('Change')}: ${passkey.name}`,
        click: () => {
          remember({ passkey });
          go('/passkeys/change');
        },
      }, t('Change'))))),
  h('p', {}, h('a', { href: '#/passkeys/add' }, t('Create a passkey'))),
];

const identityList = identities => [
  h('h2', {}, t('Linked accounts')),
  identities.length === 0 ? h('p', {}, t('None.')) : h('ul', { class: 'sessions' }, ...identities.map(({ provider, email, created }) => h('li', {},
    h('strong', {}, providerOf(provider)),
    h('p', { class: 'hint' }, [email, t('since {0}', when(created))].filter(Boolean).join(' · ')),
    button(t('Unlink {0}', providerOf(provider)), () => unlink(provider))))),
  h('p', { class: 'actions' }, ...providers.filter(provider => !identities.some(identity => identity.provider === provider))
    .map(provider => button(t('Link {0}', providerOf(provider)), () => leaveFor(provider, { isLinking: true })))),
];

async function removePasskey(passkey) {
  const answer = await accounts.removePasskey(passkey.id);
  const left = await accounts.passkeys();
  if (answer.ok && left.ok) {
    // So that the browser offers it no more.
    await signalPasskeys(left.value, passkey);
  }

  go('/security', answer.ok ? t('The passkey was removed.') : textOf(answer.error));
}

async function unlink(provider) {
  const answer = await accounts.unlinkIdentity(provider);
  go('/security', answer.ok ? t('The account was unlinked.') : textOf(answer.error));
}

function showCodes(codes, say) {
  remember({ codes });
  go('/security/codes/save', say);
}

const codeText = () => `${remembered.codes.join('\n')}\n`;

async function copyCodes() {
  status.textContent = await navigator.clipboard.writeText(codeText()).then(() => t('Copied.'), () => t('Your browser does not allow it.'));
}

/** Offers a file to the user. */
export function save(name, text, type = 'text/plain') {
  const url = URL.createObjectURL(new Blob([text], { type }));
  h('a', { href: url, download: name }).click();
  URL.revokeObjectURL(url);
}

// Dark on light, whatever the colours of the page: not every camera reads the opposite.
function qrImage(text) {
  const modules = qrCode(text);
  if (modules === undefined) {
    return [];
  }

  const element = (name, attributes) => {
    const made = document.createElementNS('http://www.w3.org/2000/svg', name);
    Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
    return made;
  };
  const size = modules.length + 8;
  const dark = modules.flatMap((row, y) => row.flatMap((isDark, x) => isDark ? [`M${x + 4} ${y + 4}h1v1h-1z`] : []));
  const image = element('svg', { class: 'qr', viewBox: `0 0 ${size} ${size}`, role: 'img', 'aria-label': t('QR code'), 'shape-rendering': 'crispEdges' });
  image.append(element('rect', { width: size, height: size, fill: '#fff' }), element('path', { d: dark.join(''), fill: '#000' }));
  return [image];
}
