import { adminOf } from './admin.js';
import { createHttp, query, type Answer, type Call } from './http.js';
import { bodyOf, waysInOf } from './ways-in.js';
import { defaultDevices, memoryStore, type DeviceStore, type TokenStore } from './stores.js';
import type {
  AccountEvents, Changes, ExternalSignIn, PasskeyAnswer, Proof, Registration, Result, Session, Tokens, User,
} from './types.js';

export interface AccountsOptions {
  /** The address that ends in `/api`. */
  api: string;
  /** In memory by default. */
  store?: TokenStore;
  /** By default a browser's `localStorage`, or else memory. */
  devices?: DeviceStore;
  /** Called when the app has ended the session: ask the user to sign in. */
  onSessionEnd?: () => void;
  /** The language of the mails, as a value of `Accept-Language`. The browser's by default. */
  language?: string;
  /** How often to repeat a call if the app asks to wait or does not answer. 2 by default. */
  retries?: number;
  fetch?: typeof fetch;
  /** For tests. */
  pause?: (seconds: number) => Promise<void>;
}

export type Accounts = ReturnType<typeof createAccounts>;

type SignedIn = Tokens & { user: User; device?: string };

// Who signs in with a passkey or at a provider is known only afterwards: the device of the client's last sign-in is kept under this name.
const lastUser = '';

/** A client of the API. Errors are values; nothing is thrown. */
export function createAccounts(options: AccountsOptions) {
  const { store = memoryStore(), devices = defaultDevices(), onSessionEnd, retries = 2 } = options;
  const send = options.fetch ?? ((input, init) => fetch(input, init));
  const pause = options.pause ?? (seconds => new Promise(resolve => setTimeout(resolve, seconds * 1000)));
  const http = createHttp({ api: options.api.replace(/\/+$/, ''), language: options.language, send, retries, pause });
  let renewing: Promise<boolean> | undefined;

  const open = <T>(path: string, body: unknown) => http.send<T>({ method: 'POST', path, body });

  async function keep(answer: Answer<SignedIn>): Promise<Result<User>> {
    if (!answer.ok) {
      return answer;
    }

    const { access, refresh, user } = answer.value;
    await store.save({ access, refresh });
    return { ok: true, value: user };
  }

  // A failing store must not fail a call, which matters more than its device.
  const deviceOf = (username: string) => settled(async () => devices.load(username));

  async function signIn(path: string, proof: object, username = lastUser): Promise<Result<User>> {
    const answer = await open<SignedIn>(path, { ...proof, device: await deviceOf(username) });
    const { device, user } = answer.ok ? answer.value : {};
    if (device !== undefined) {
      await settled(async () => devices.save(username || user!.username, device));
      await settled(async () => devices.save(lastUser, device));
    }

    return keep(answer);
  }

  // Sends the call with the access token, and once more with a new one if the app refuses it.
  async function signedIn<T>(call: Call): Promise<Answer<T>> {
    const used = (await store.load())?.access;
    const answer = await http.send<T>({ ...call, access: used });
    const isRefused = !answer.ok && answer.error.code === 'token_not_valid';
    return isRefused && used !== undefined && await renew(used)
      ? http.send<T>({ ...call, access: (await store.load())?.access })
      : answer;
  }

  // One refresh serves all calls that are refused at once; the lock does the same for other tabs.
  const renew = (refused: string): Promise<boolean> =>
    renewing ??= oneTabAtATime(() => refresh(refused)).finally(() => renewing = undefined);

  async function refresh(refused: string): Promise<boolean> {
    const old = await store.load();
    if (old === undefined || old.access !== refused) {
      return old !== undefined; // Another tab has signed out, or refreshed.
    }

    const answer = await http.send<SignedIn>({ method: 'POST', path: 'refresh', body: { refresh: old.refresh } });
    if (answer.ok) {
      await keep(answer);
    } else if (answer.error.code === 'token_not_valid' || answer.error.code === 'expired_account') {
      // Only the app itself ends a session.
      await store.save(undefined);
      onSessionEnd?.();
    }

    return answer.ok;
  }

  return {
    ...waysInOf(signedIn, open),

    admin: adminOf(signedIn),

    /** The answer is the same for every address; a mail brings the code. */
    register: (registration: Registration) => open<{ username: string }>('register', registration),

    /** `set_password`: ask the user for the code in the mail that follows and for a password, and call `resetPassword`. */
    activate: (username: string, code: string) => open<'success' | 'set_password'>('activate', { username, code }),

    /** `otp_required`: ask the user for the code of the authenticator app or a recovery code, and repeat the call with it. */
    signIn: (username: string, password: string, otp?: string) => signIn('login', { username, password, otp }, username),

    /** Mails a code for `signInWithCode`. `not_found`: the deployment does not sign in by mailed codes. */
    mailSignInCode: async (username: string) => open<'success'>('login/code', { username, device: await deviceOf(username) }),

    /** `otp_required` as with a password; it does not use up the mailed code. */
    signInWithCode: (username: string, code: string, otp?: string) => signIn('login', { username, code, otp }, username),

    /** With what a passkey answered to the options of `passkeySignInOptions`; `signInByPasskey` does all of it in a browser. */
    signInWithPasskey: (answer: PasskeyAnswer) => signIn('login/passkey', answer),

    /** With an ID token that a provider's SDK gave to the app, or with what `externalReturn` read after a redirect. */
    signInExternal: (identity: ExternalSignIn, otp?: string) => signIn('login/external', { ...identity, otp }),

    /** Mails a reset code, or the activation code again. */
    requestCode: async (username: string) => open<'success'>('code', { username, device: await deviceOf(username) }),

    /** Ends every session and does not sign in. */
    resetPassword: async (username: string, code: string, new_password: string) =>
      open<'success'>('forgot', { username, code, new_password, device: await deviceOf(username) }),

    /** Cancels a pending deletion (`deletion_pending`), and signs in. */
    restore: (username: string, password: string, otp?: string) => signIn('restore', { username, password, otp }, username),

    /** Whether there are tokens. They may have expired. */
    isSignedIn: async () => await store.load() !== undefined,

    /** The account and its state, for `update`. */
    details: () => signedIn<User>({ method: 'GET', path: 'details' }),

    /** With `ifMatch` (the `etag` of `details`), changes only that state; any other gets `stale`. */
    update: (changes: Changes, ifMatch?: string) => signedIn<User>({ method: 'POST', path: 'details', body: changes, ifMatch }),

    /** Ends every other session. */
    async changePassword(proof: Proof, new_password: string): Promise<Result<'success'>> {
      const answer = await signedIn<'success'>({ method: 'POST', path: 'password', body: { ...bodyOf(proof), new_password } });
      const access = (await store.load())?.access;
      if (answer.ok && access !== undefined) {
        await renew(access); // The access token has died with the old password.
      }

      return answer;
    },

    /** Mails a code to the new address, for `confirmEmail`. */
    changeEmail: (proof: Proof, username: string) =>
      signedIn<'success'>({ method: 'POST', path: 'email', body: { ...bodyOf(proof), username } }),

    /** Moves the account to its new address. */
    confirmEmail: (code: string) => signedIn<User>({ method: 'POST', path: 'email/confirm', body: { code } }),

    /** What happened to the account, newest first. `next` of an answer is the `pageToken` of the next call. */
    events(page: { pageSize?: number | undefined; pageToken?: string | undefined } = {}): Promise<Result<AccountEvents>> {
      const { pageSize, pageToken } = page;
      return signedIn<AccountEvents>({ method: 'GET', path: `events?${query({ page_size: pageSize, page_token: pageToken })}` });
    },

    /** Everything stored about the user, for a download. */
    exportAccount: () => signedIn<Record<string, unknown>>({ method: 'GET', path: 'export', isDocument: true }),

    /** Schedules the deletion and signs out. Until `deletes_at`, `restore` cancels it. */
    async deleteAccount(proof: Proof): Promise<Result<{ deletes_at: string }>> {
      const answer = await signedIn<{ deletes_at: string }>({ method: 'POST', path: 'delete', body: bodyOf(proof) });
      if (answer.ok) {
        await store.save(undefined);
      }

      return answer;
    },

    sessions: () => signedIn<Session[]>({ method: 'GET', path: 'sessions' }),

    endSession: (id: string) => signedIn<'success'>({ method: 'DELETE', path: `sessions/${encodeURIComponent(id)}` }),

    /** Forgets the tokens, even if the app does not answer. */
    async signOut(everywhere = false): Promise<Result<'success'>> {
      const answer = await signedIn<'success'>({ method: 'POST', path: 'logout', body: { all: everywhere } });
      await store.save(undefined);
      return answer;
    },
  };
}

const settled = <T>(work: () => Promise<T>): Promise<T | undefined> => work().catch(() => undefined);

const oneTabAtATime = <T>(work: () => Promise<T>): Promise<T> =>
  globalThis.navigator?.locks ? navigator.locks.request('accounts-refresh', work) as Promise<T> : work();
