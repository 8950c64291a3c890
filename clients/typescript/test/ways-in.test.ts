import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import {
  confirmByPasskey, createAccounts, createPasskey, externalReturn, externalSignInUrl, hasPasskeyAutofill, hasPasskeys, signalPasskeys,
  signInByPasskey, type Passkey,
} from '../src/index.js';

const passkey: Passkey = {
  id: '1', name: 'Laptop', created: '', last_used: '', backed_up: false, credential_id: 'c1', rp_id: 'example.com', user_id: 'u1',
};
const answers: Record<string, unknown> = {
  'passkeys/options': { options: { challenge: 'create' }, state: 's1' },
  'passkeys/confirmation': { options: { challenge: 'confirm' }, state: 's2' },
  'login/passkey/options': { options: { challenge: 'get', timeout: 300_000 }, state: 's3' },
  passkeys: passkey,
};
let sent: [string, Record<string, unknown>][];
let ask: ReturnType<typeof vi.fn>;
let signalled: unknown[];

// A browser whose user does as `ask` says, and an API that accepts everything.
beforeEach(() => {
  sent = [];
  signalled = [];
  ask = vi.fn(async ({ publicKey }) => ({ toJSON: () => ({ answer: publicKey.challenge }) }));
  vi.stubGlobal('navigator', { credentials: { create: (o: unknown) => ask(o), get: (o: unknown) => ask(o) } });
  vi.stubGlobal('PublicKeyCredential', {
    parseCreationOptionsFromJSON: (json: unknown) => json,
    parseRequestOptionsFromJSON: (json: unknown) => json,
    isConditionalMediationAvailable: async () => true,
    signalAllAcceptedCredentials: async (accepted: unknown) => void signalled.push(accepted),
  });
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const create = () => createAccounts({
  api: 'https://accounts.example/api',
  devices: { load: () => undefined, save: () => {} },
  fetch: async (input, init) => {
    const path = String(input).slice('https://accounts.example/api/account/'.length);
    sent.push([path, init?.body ? JSON.parse(init.body as string) : undefined]);
    const data = answers[path] ?? { access: 'a', refresh: 'r', user: { username: 'ada@example.com' } };
    return new Response(JSON.stringify({ status: 'success', code: 200, data, message: null }));
  },
});
const fail = (name: string) => ask.mockRejectedValue(Object.assign(new Error(), { name }));

test('a passkey is created with the options of the app and added', async () => {
  expect(await createPasskey(create(), { password: 'one', otp: '123456' }, 'Laptop')).toEqual({ ok: true, value: passkey });
  expect(sent).toEqual([
    ['passkeys/options', { password: 'one', otp: '123456' }],
    ['passkeys', { state: 's1', credential: { answer: 'create' }, name: 'Laptop' }],
  ]);
});

test('a passkey signs in, and confirms a change', async () => {
  const accounts = create();
  expect((await signInByPasskey(accounts)).ok).toBe(true);
  const proof = await confirmByPasskey(accounts);
  await accounts.deleteAccount(proof.ok ? proof.value : '');

  expect(sent.slice(1)).toEqual([
    ['login/passkey', { state: 's3', credential: { answer: 'get' } }],
    ['passkeys/confirmation', {}],
    ['delete', { state: 's2', credential: { answer: 'confirm' } }],
  ]);
});

test.each([
  ['NotAllowedError', 'cancelled'],
  ['AbortError', 'cancelled'],
  ['InvalidStateError', 'passkey_exists'],
  ['SecurityError', 'passkey_failed'],
])('what goes wrong in the browser is an error like any other: %s → %s', async (name, code) => {
  fail(name);

  expect(await createPasskey(create(), 'one')).toEqual({ ok: false, error: { code, status: 0, fields: {} } });
  expect(sent.length).toBe(1);
});

test('autofill waits with a fresh challenge until a passkey is taken', async () => {
  vi.useFakeTimers();
  ask.mockImplementationOnce(({ signal }: { signal: AbortSignal }) =>
    new Promise((_, reject) => signal.addEventListener('abort', () => reject(Object.assign(new Error(), { name: 'AbortError' })))));
  const signingIn = signInByPasskey(create(), { isAutofill: true });
  await vi.advanceTimersByTimeAsync(239_000);
  expect(ask).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(2_000);

  expect((await signingIn).ok).toBe(true);
  expect(ask.mock.calls.map(([options]) => options.mediation)).toEqual(['conditional', 'conditional']);
  expect(sent.map(([path]) => path)).toEqual(['login/passkey/options', 'login/passkey/options', 'login/passkey']);
});

test('autofill ends when the user signs in otherwise', async () => {
  ask.mockImplementation(({ signal }: { signal: AbortSignal }) =>
    new Promise((_, reject) => signal.addEventListener('abort', () => reject(Object.assign(new Error(), { name: 'AbortError' })))));
  const ending = new AbortController();
  const signingIn = signInByPasskey(create(), { isAutofill: true, signal: ending.signal });
  await vi.waitFor(() => expect(ask).toHaveBeenCalled());
  ending.abort();

  expect(await signingIn).toMatchObject({ ok: false, error: { code: 'cancelled' } });
  expect(await signInByPasskey(create(), { isAutofill: true, signal: ending.signal })).toMatchObject({ error: { code: 'cancelled' } });
  expect(ask).toHaveBeenCalledTimes(1);
});

test('the browser hears which passkeys are left', async () => {
  await signalPasskeys([passkey, { ...passkey, credential_id: 'c2' }]);
  await signalPasskeys([], passkey);
  await signalPasskeys([]);

  const account = { rpId: 'example.com', userId: 'u1' };
  expect(signalled).toEqual([
    { ...account, allAcceptedCredentialIds: ['c1', 'c2'] }, { ...account, allAcceptedCredentialIds: [] },
  ]);
});

test('without a browser there are no passkeys', async () => {
  vi.stubGlobal('PublicKeyCredential', undefined);

  expect([hasPasskeys(), await hasPasskeyAutofill()]).toEqual([false, false]);
});

const storage = () => {
  const kept = new Map<string, string>();
  return {
    kept,
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  };
};

test('a sign-in at a provider comes back with what only this browser can redeem', async () => {
  const session = storage();
  const options = { api: 'https://accounts.example/api/', provider: 'google', returnUrl: 'https://app.example/', storage: session };
  const url = new URL(await externalSignInUrl(options));
  const [verifier] = [...session.kept.values()];
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier)));

  expect(url.origin + url.pathname).toBe('https://accounts.example/api/account/login/external/google');
  expect(url.searchParams.get('return_url')).toBe('https://app.example/');
  expect(url.searchParams.get('code_challenge')).toMatch(/^[\w-]{43}$/);
  expect(atob(url.searchParams.get('code_challenge')!.replaceAll('-', '+').replaceAll('_', '/'))).toBe(String.fromCharCode(...digest));
  expect(externalReturn('https://app.example/', session)).toBeUndefined();
  const returned = externalReturn('https://app.example/?login_code=once', session);
  expect(returned).toEqual({ ok: true, value: { login_code: 'once', verifier } });
  expect(externalReturn('https://app.example/?login_code=once', session)).toMatchObject({ error: { code: 'invalid_code' } });
  expect(externalReturn('https://app.example/?error=account_exists', session)).toMatchObject({ error: { code: 'account_exists' } });
  await create().signInExternal(returned?.ok ? returned.value : { login_code: '', verifier: '' }, '123456');
  expect(sent).toEqual([['login/external', { login_code: 'once', verifier, otp: '123456' }]]);
});

test('an ID token signs in, is linked, and confirms a change', async () => {
  const accounts = create();
  const token = { provider: 'apple', id_token: 'jwt', nonce: 'n' };
  await accounts.signInExternal({ ...token, first_name: 'Ada' });
  await accounts.linkIdentity('one', token);
  await accounts.deleteAccount({ ...token, otp: '123456' });

  expect(sent).toEqual([
    ['login/external', { ...token, first_name: 'Ada' }],
    ['identities', { ...token, password: 'one' }],
    ['delete', { confirm_provider: 'apple', confirm_id_token: 'jwt', confirm_nonce: 'n', otp: '123456' }],
  ]);
});
