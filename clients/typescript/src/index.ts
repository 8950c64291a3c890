export { createAccounts, type Accounts, type AccountsOptions } from './accounts.js';
export { memoryStore, webStore, type DeviceStore, type TokenStore } from './stores.js';
export type { AccountEvent, AccountEvents, AccountsError, Changes, Registration, Result, Session, Tokens, User } from './types.js';
