/** What a code means to a user. Codes come from the API; texts belong to the app. */
const errors = {
  invalid_credentials: 'The address or the password is wrong.',
  not_active: 'This address is not confirmed yet. Enter the code that we mailed.',
  expired_account: 'The time of this account is over. Please contact us.',
  disabled_account: 'This account is disabled. Please contact us.',
  invalid_code: 'This code is not right, or no longer valid. Look at the newest mail, or ask for another code.',
  invalid_password: 'The current password is wrong.',
  password_dont_match: 'The two passwords differ.',
  stale: 'The account was changed elsewhere. Here is its new state.',
  token_not_valid: 'You have been signed out.',
  not_found: 'It is no longer there.',
  unreachable: 'No connection. Check your network and try again.',
  unavailable: 'The service is busy. Try again in a moment.',
  internal: 'The service is out of order. We are told about it.',
};

const fields = {
  required: 'Please fill this in.',
  blank: 'Please fill this in.',
  null: 'Please fill this in.',
  invalid: 'This cannot be right.',
  invalid_email: 'This is no e-mail address.',
  too_long: 'This is too long.',
  too_short: 'Use at least 8 characters.',
  too_common: 'This password is too common. Three unrelated words are a good one.',
  too_similar: 'This resembles your address or name.',
};

export const textOf = ({ code, retryAfter }) =>
  code === 'throttled' ? `Too many tries. Wait ${retryAfter ?? 60} seconds.`
  : code === 'invalid_fields' ? 'Please look at the marked fields.'
  : errors[code] ?? 'Something went wrong. Try again later.';

export const fieldTextOf = code => fields[code] ?? 'This cannot be right.';
