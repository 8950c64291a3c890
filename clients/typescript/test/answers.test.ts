import { afterEach, expect, test, vi } from 'vitest';
import { createAccounts, memoryStore } from '../src/index.js';

const envelope = (message: string, code: number) => JSON.stringify({ status: 'error', code, data: null, message });
const html = '<html>Sorry</html>';

// An API that refuses the access token and answers a refresh as told.
function after(status: number, body: string, retryAfter?: string) {
  const waited: number[] = [];
  const store = memoryStore();
  let ended = 0;
  const accounts = createAccounts({
    api: 'https://accounts.example/api/',
    store,
    onSessionEnd: () => ended++,
    pause: async seconds => void waited.push(seconds),
    fetch: async input => String(input).endsWith('/refresh')
      ? new Response(body, { status, headers: retryAfter ? { 'Retry-After': retryAfter } : {} })
      : new Response(envelope('token_not_valid', 401), { status: 401 }),
  });
  return { accounts, store, waited, ended: () => ended };
}

test.each([
  [401, envelope('token_not_valid', 401), true],
  [400, envelope('expired_account', 400), true],
  [401, html, false],
  [401, '{"error":"proxy authentication"}', false],
  [401, envelope('token_not_valid', 400), false],
  [400, envelope('invalid_json', 400), false],
  [403, html, false],
  [404, '', false],
  [408, html, false],
  [413, html, false],
  [429, envelope('throttled', 429), false],
  [502, html, false],
  [503, envelope('unavailable', 503), false],
  [200, '{}', false],
  [200, html, false],
])('only the app ends a session: %i %s → %s', async (status, body, ends) => {
  const { accounts, store, ended } = after(status, body);
  await store.save({ access: 'old', refresh: 'old' });
  const answer = await accounts.details();

  expect(answer.ok).toBe(false);
  expect(await store.load()).toEqual(ends ? undefined : { access: 'old', refresh: 'old' });
  expect(ended()).toBe(ends ? 1 : 0);
});

test.each([
  ['7', [7, 7]],
  [new Date(Date.now() + 20_000).toUTCString(), [20, 20]],
  ['soon', [1, 1]],
  ['3600', []],
])('the client waits as long as Retry-After says, a minute at most: %s', async (retryAfter, expected) => {
  const { accounts, store, waited } = after(503, envelope('unavailable', 503), retryAfter);
  await store.save({ access: 'old', refresh: 'old' });
  await accounts.details();

  expect(waited.map(seconds => Math.round(seconds / 2))).toEqual(expected.map(seconds => Math.round(seconds / 2)));
});

test('a fault of the app is not repeated', async () => {
  const { accounts, store, waited } = after(503, envelope('internal', 503), '60');
  await store.save({ access: 'old', refresh: 'old' });
  await accounts.details();

  expect(waited).toEqual([]);
});

test('without a connection the error says so, after some tries', async () => {
  const waited: number[] = [];
  const accounts = createAccounts({
    api: 'https://accounts.example/api',
    pause: async seconds => void waited.push(seconds),
    fetch: async () => { throw new TypeError('fetch failed'); },
  });

  expect(await accounts.requestCode('ada@example.com')).toEqual({ ok: false, error: { code: 'unreachable', status: 0, fields: {} } });
  expect(waited).toEqual([1, 1]);
});

test('mails are asked for in the language of the app', async () => {
  const languages: (string | null)[] = [];
  const accounts = createAccounts({
    api: 'https://accounts.example/api',
    language: 'tr',
    fetch: async (_, init) => {
      languages.push(new Headers(init?.headers).get('Accept-Language'));
      return new Response(envelope('invalid_credentials', 401), { status: 401 });
    },
  });
  await accounts.signIn('ada@example.com', 'blue tractor 77');

  expect(languages).toEqual(['tr']);
});

afterEach(() => vi.unstubAllGlobals());

test.each([
  ['kept', () => new Map<string, string>()],
  ['kept in memory where storage is forbidden', () => undefined],
])('the device of a browser is %s and sent with the next sign-in and with codes', async (_, make) => {
  const kept = make();
  const storage = { getItem: (key: string) => kept!.get(key) ?? null, setItem: (key: string, value: string) => void kept!.set(key, value) };
  vi.stubGlobal('window', {});
  vi.stubGlobal('localStorage', storage);
  const sent: unknown[] = [];
  const data = { access: 'a', refresh: 'r', user: {}, device: 'proof' };
  const create = () => createAccounts({
    api: 'https://accounts.example/api',
    fetch: async (_, init) => {
      sent.push(JSON.parse(init!.body as string).device);
      return new Response(JSON.stringify({ status: 'success', code: 200, data, message: null }));
    },
  });
  const accounts = create();
  await accounts.signIn('ada@example.com', 'one');
  await accounts.signIn('ada@example.com', 'two');
  await accounts.requestCode('ada@example.com');
  await accounts.resetPassword('ada@example.com', '123456', 'three');
  await accounts.signIn('bob@example.com', 'three');
  await create().restore(' Ada@example.com', 'four');

  expect(sent).toEqual([undefined, 'proof', 'proof', 'proof', undefined, kept ? 'proof' : undefined]);
  expect(JSON.stringify([...kept ?? []])).not.toContain('ada');
});

test('a store of devices that fails does not fail the sign-in', async () => {
  const fail = () => { throw new Error('no storage'); };
  const data = { access: 'a', refresh: 'r', user: {}, device: 'proof' };
  const accounts = createAccounts({
    api: 'https://accounts.example/api',
    devices: { load: fail, save: fail },
    fetch: async () => new Response(JSON.stringify({ status: 'success', code: 200, data, message: null })),
  });

  expect((await accounts.signIn('ada@example.com', 'one')).ok).toBe(true);
  expect(await accounts.isSignedIn()).toBe(true);
});
