/** The languages of the mails, each by its own name. The English texts are the keys of the translations in `languages/`. */
export const languages = {
  ar: 'العربية', de: 'Deutsch', en: 'English', es: 'Español', fr: 'Français', pt: 'Português', tr: 'Türkçe', 'zh-Hans': '中文',
};

/** The only language of the page, or the one that the user chose here, or the first of the browser's languages that is supported. */
export const language = [document.documentElement.dataset.language, localStorage.getItem('language'), ...navigator.languages]
  .map(supported).find(Boolean) ?? 'en';

const texts = language === 'en' ? {} : (await import(`./languages/${language}.js`)).default;
document.documentElement.lang = language;
document.documentElement.dir = language === 'ar' ? 'rtl' : 'ltr';

function supported(wanted) {
  const primary = tag => tag?.split('-')[0].toLowerCase();
  return Object.keys(languages).find(tag => primary(tag) === primary(wanted));
}

export function setLanguage(chosen) {
  localStorage.setItem('language', chosen);
  location.reload();
}

/** A text in the user's language; `value` replaces its `{0}`. */
export const t = (text, value) => (texts[text] ?? text).replace('{0}', () => value);

/** What a code means to a user. Codes come from the API; texts belong to the app. */
const errors = {
  invalid_credentials: t('The address or the password is wrong.'),
  not_active: t('This address is not confirmed yet. Enter the code that we mailed you.'),
  expired_account: t('This account has expired. Please contact us.'),
  disabled_account: t('This account is disabled. Please contact us.'),
  deletion_pending: t('This account will be deleted.'),
  invalid_code: t('This code is wrong or no longer valid. Check the newest mail, or request another code.'),
  invalid_password: t('The current password is wrong.'),
  otp_required: t('Please fill this in.'),
  invalid_otp: t('This code is wrong or was used before. Wait for the next one.'),
  totp_active: t('Two-step verification is on.'),
  totp_inactive: t('Two-step verification is off.'),
  invalid_credential: t('This passkey does not work here. Sign in another way.'),
  passkey_exists: t('This device already has a passkey for the account.'),
  passkey_failed: t('Your browser could not use the passkey.'),
  cancelled: t('Nothing happened. Try again when you are ready.'),
  too_many: t('There are too many. Remove one first.'),
  invalid_id_token: t('The other provider did not sign you in. Try again.'),
  access_denied: t('The other provider did not sign you in. Try again.'),
  email_not_verified: t('The other provider has not verified your address. Create an account here.'),
  account_exists: t('This address already has an account. Sign in to it in another way.'),
  identity_taken: t('It is linked to another account.'),
  last_administrator: t('This is the last administrator. Make somebody else an administrator first.'),
  username_taken: t('This address already has an account.'),
  last_way_in: t('You could not sign in any more. Set a password or create a passkey first.'),
  password_dont_match: t('The two passwords differ.'),
  stale: t('The account was changed elsewhere. This is its current state.'),
  token_not_valid: t('You have been signed out.'),
  not_found: t('This no longer exists.'),
  unreachable: t('No connection. Check your network and try again.'),
  unavailable: t('The service is busy. Try again in a moment.'),
  internal: t('The service is out of order. We have been notified.'),
};

const fields = {
  required: t('Please fill this in.'),
  blank: t('Please fill this in.'),
  null: t('Please fill this in.'),
  invalid: t('This is not valid.'),
  invalid_email: t('Enter a valid email address.'),
  too_long: t('This is too long.'),
  too_short: t('Use at least 8 characters.'),
  too_common: t('This password is too common. Three unrelated words make a good one.'),
  too_similar: t('This is too similar to your address or name.'),
};

export const textOf = ({ code, retryAfter }) =>
  code === 'throttled' ? t('Too many attempts. Wait {0} seconds.', retryAfter ?? 60)
  : code === 'invalid_fields' ? t('Please check the marked fields.')
  : errors[code] ?? t('Something went wrong. Try again later.');

const events = {
  activated: t('Account created'),
  signed_in: t('Signed in'),
  signed_out: t('Signed out'),
  signed_out_everywhere: t('Signed out everywhere'),
  session_revoked: t('A device was signed out'),
  refresh_token_reused: t('Someone used a copy of this session, so it was ended'),
  refresh_token_repeated: t('A used sign-in token came again'),
  password_changed: t('Password changed'),
  password_reset: t('Password set with a mailed code'),
  email_changed: t('Address changed'),
  email_restored: t('Old address restored'),
  deletion_requested: t('Deletion requested'),
  restored: t('Deletion cancelled'),
  totp_enabled: t('Two-step verification turned on'),
  totp_removed: t('Two-step verification turned off'),
  recovery_codes_renewed: t('New recovery codes made'),
  recovery_code_used: t('Recovery code used'),
  passkey_added: t('Passkey created'),
  passkey_removed: t('Passkey removed'),
  passkey_renamed: t('Passkey renamed'),
  passkey_refused: t('A copy of a passkey was refused'),
  identity_linked: t('Account of another provider linked'),
  identity_removed: t('Account of another provider unlinked'),
  invited: t('Invited by an administrator'),
  imported: t('Account brought from another system'),
  restored_from_backup: t('Account brought back from a backup'),
  details_changed: t('Profile changed'),
  disabled: t('Account disabled'),
  enabled: t('Account enabled'),
  role_changed: t('Role changed'),
  expiration_changed: t('Expiration date changed'),
  password_voided: t('Password voided'),
  mail_failed: t('A mail could not be delivered'),
};

export const eventOf = kind => events[kind] ?? kind;

const ways = { pwd: t('Password'), hwk: t('Passkey'), fed: t('Linked account'), mca: t('Mailed code'), otp: t('second step') };

/** How a session was opened: `Password + second step`. */
export const wayOf = amr => amr.map(method => ways[method] ?? method).join(' + ');

const brands = { apple: 'Apple', google: 'Google', microsoft: 'Microsoft' };

export const providerOf = name => brands[name] ?? name[0].toUpperCase() + name.slice(1);

const browsers = { Edg: 'Edge', OPR: 'Opera', Firefox: 'Firefox', Chrome: 'Chrome', Safari: 'Safari' };
const systems = { Android: 'Android', iPhone: 'iPhone', iPad: 'iPad', Windows: 'Windows', 'Mac OS': 'macOS', Linux: 'Linux' };

/** A readable name for the client of a session: `Chrome, Windows`. Apps that are not browsers name themselves. */
export function deviceOf(userAgent) {
  const names = [browsers, systems].map(known => Object.entries(known).find(([sign]) => userAgent?.includes(sign))?.[1]);
  return names.filter(Boolean).join(', ') || userAgent || t('Unknown device');
}

export const fieldTextOf = code => fields[code] ?? t('This is not valid.');
