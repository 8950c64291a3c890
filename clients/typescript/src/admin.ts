import { query, type Answer, type Call } from './http.js';
import type { Account, AccountChanges, AccountEvents, AccountPage, Invitation } from './types.js';

type Send = <T>(call: Call) => Promise<Answer<T>>;

/** What administrators do with the accounts of others. `second_factor_required`: sign in with an authenticator app or a passkey. */
export function adminOf(send: Send) {
  const path = (id: string, act = '') => `admin/accounts/${encodeURIComponent(id)}${act}`;
  const get = <T>(where: string) => send<T>({ method: 'GET', path: where });
  const act = (id: string, name: string) => send<Account>({ method: 'POST', path: path(id, name), body: {} });
  return {
    /** The newest first. `next` of an answer is the `pageToken` of the next call. A page may hold fewer accounts than asked for. */
    accounts: (page: { createdBefore?: string; pageSize?: number; pageToken?: string } = {}) => get<AccountPage>(
      `admin/accounts?${query({ created_before: page.createdBefore, page_size: page.pageSize, page_token: page.pageToken })}`),

    /** The account with an address: one or none. */
    find: (username: string) => get<AccountPage>(`admin/accounts?${query({ username })}`),

    /** Makes an account, and mails its owner a code to set a password. */
    invite: (invitation: Invitation) => send<Account>({ method: 'POST', path: 'admin/accounts', body: invitation }),

    /** The account and its state, for `change`. */
    account: (id: string) => get<Account>(path(id)),

    /** With `ifMatch` (the `etag` of `account`), changes only that state; any other gets `stale`. */
    change: (id: string, changes: AccountChanges, ifMatch?: string) =>
      send<Account>({ method: 'POST', path: path(id), body: changes, ifMatch }),

    /** Ends every session. */
    signOut: (id: string) => act(id, '/sign-out'),

    /** Voids the password, and mails the owner a code to set another. */
    resetPassword: (id: string) => act(id, '/reset'),

    /** For an owner who has lost the authenticator app and the recovery codes. */
    removeTotp: (id: string) => act(id, '/totp/remove'),

    /** With `now`, the owner cannot restore the account. */
    remove: (id: string, { now = false } = {}) => send<Account>({ method: 'DELETE', path: path(id, now ? '?now=true' : '') }),

    /** The history of an account, newest first. */
    events: (id: string, page: { pageSize?: number; pageToken?: string } = {}) =>
      get<AccountEvents>(path(id, `/events?${query({ page_size: page.pageSize, page_token: page.pageToken })}`)),
  };
}
