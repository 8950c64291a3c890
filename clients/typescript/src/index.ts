export { createAccounts, type Accounts, type AccountsOptions } from './accounts.js';
export { confirmByPasskey, createPasskey, hasPasskeyAutofill, hasPasskeys, signalPasskeys, signInByPasskey } from './passkeys.js';
export { externalReturn, externalSignInUrl } from './redirect.js';
export { memoryStore, webStore, type DeviceStore, type TokenStore } from './stores.js';
export type {
  Account, AccountChanges, AccountEvent, AccountEvents, AccountPage, AccountsError, Changes, ExternalProof, ExternalSignIn, Identity, IdToken,
  Invitation, LoginCode, Passkey, PasskeyAnswer, PasskeyOptions, Proof, RecoveryCodes, Registration, Result, Session, Tokens, Totp, TotpSecret,
  User,
} from './types.js';
