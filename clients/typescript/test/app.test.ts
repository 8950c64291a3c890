import { expect, test } from 'vitest';
import { createAccounts, memoryStore, type AccountsError, type Result } from '../src/index.js';

declare const process: { env: Record<string, string | undefined> };

// A local app: dotnet run --project tools/LocalHost
const origin = process.env['ACCOUNTS_ORIGIN'] ?? 'http://localhost:7071';
const password = 'blue tractor 77';
let number = 0;

const create = () => {
  const store = memoryStore();
  return { store, accounts: createAccounts({ api: `${origin}/api`, store }) };
};

async function mailedCode(username: string, mails: number): Promise<string> {
  for (;;) {
    const sent = await (await fetch(`${origin}/emailMessages?to=${encodeURIComponent(username)}`)).json() as { subject: string }[];
    const code = sent.length >= mails && sent.at(-1)?.subject.match(/\d{6,}/)?.[0];
    if (code) {
      return code;
    }

    await new Promise(resolve => setTimeout(resolve, 50));
  }
}

async function signUp() {
  const username = `user${Date.now()}-${number++}@example.com`;
  const { store, accounts } = create();
  valueOf(await accounts.register({ username, password1: password, password2: password, first_name: 'Ada' }));
  valueOf(await accounts.activate(username, await mailedCode(username, 1)));
  valueOf(await accounts.signIn(username, password));
  return { username, store, accounts };
}

function valueOf<T>(result: Result<T>): T {
  if (!result.ok) {
    throw new Error(JSON.stringify(result.error));
  }

  return result.value;
}

const errorOf = (result: Result<unknown>): AccountsError | undefined => result.ok ? undefined : result.error;

test('from sign-up to sign-out', async () => {
  const { username, store, accounts } = await signUp();
  const details = await accounts.details();

  expect(valueOf(details)).toMatchObject({ username, first_name: 'Ada', role: 'C', language: null });
  expect(valueOf(await accounts.update({ job: 'Mathematician', language: 'de' }, details.etag)).language).toBe('de');
  expect(errorOf(await accounts.update({ job: 'Poet' }, details.etag))?.code).toBe('stale');
  expect(valueOf(await accounts.sessions()).map(session => session.current)).toEqual([true]);
  expect(errorOf(await accounts.endSession('none'))?.code).toBe('not_found');
  await accounts.signOut(true);
  expect(await store.load()).toBeUndefined();
  expect(await accounts.isSignedIn()).toBe(false);
});

test('errors are values by code and field', async () => {
  const { accounts } = create();
  const refused = await accounts.register({ username: 'nobody', password1: password, password2: password });

  expect(errorOf(refused)).toMatchObject({ code: 'invalid_fields', status: 400, fields: { username: ['invalid_email'] } });
  expect(errorOf(await accounts.signIn('nobody@example.com', 'a wrong password'))?.code).toBe('invalid_credentials');
  expect(errorOf(await accounts.details())?.code).toBe('not_authenticated');
});

test('calls that are refused together are served by one refresh', async () => {
  const { store, accounts } = await signUp();
  const before = (await store.load())!;
  await store.save({ access: 'refused', refresh: before.refresh });
  const calls = await Promise.all(Array.from({ length: 5 }, () => accounts.details()));

  expect(calls.every(call => call.ok)).toBe(true);
  expect((await store.load())!.refresh).not.toBe(before.refresh);
});

test('a changed password keeps this session', async () => {
  const { accounts } = await signUp();

  expect(valueOf(await accounts.changePassword(password, 'green tractor 78'))).toBe('success');
  expect((await accounts.details()).ok).toBe(true);
});

test('an address changes, and the history tells it', async () => {
  const { username, accounts } = await signUp();
  const moved = `moved-${username}`;
  valueOf(await accounts.changeEmail(password, moved));
  expect(valueOf(await accounts.confirmEmail(await mailedCode(moved, 1))).username).toBe(moved);
  const first = valueOf(await accounts.events({ pageSize: 1 }));
  const rest = valueOf(await accounts.events({ pageToken: first.next! }));

  // The clock of a test may stand still, and then they come in any order.
  expect([...first.events, ...rest.events].map(event => event.kind).sort()).toEqual(['activated', 'email_changed', 'signed_in']);
  expect(rest.next).toBeNull();
  expect(valueOf(await accounts.exportAccount())).toMatchObject({
    account: { details: { username: moved }, new_address: null },
    addresses: [{ username: moved }, { username }],
  });
});

test('an account is deleted and kept after all', async () => {
  const { username, accounts } = await signUp();
  expect(errorOf(await accounts.deleteAccount('a wrong password'))?.code).toBe('invalid_password');
  expect(Date.parse(valueOf(await accounts.deleteAccount(password)).deletes_at)).toBeGreaterThan(Date.now());
  expect(await accounts.isSignedIn()).toBe(false);
  expect(errorOf(await accounts.signIn(username, password))?.code).toBe('deletion_pending');
  expect(valueOf(await accounts.restore(username, password)).username).toBe(username);
  expect((await accounts.details()).ok).toBe(true);
});

test('strangers do not delay a client that has signed in before', async () => {
  const { username, accounts } = await signUp();
  await accounts.signOut();
  const stranger = createAccounts({ api: `${origin}/api`, retries: 0 });
  for (let i = 0; i < 5; i++) {
    expect(errorOf(await stranger.signIn(username, 'a wrong password'))?.code).toBe('invalid_credentials');
  }

  expect(errorOf(await stranger.signIn(username, password))?.code).toBe('throttled');
  expect(valueOf(await accounts.signIn(username, password)).username).toBe(username);
});

test('a session that the app has ended is forgotten', async () => {
  const { username, accounts, store } = await signUp();
  const other = create();
  valueOf(await other.accounts.signIn(username, password));
  await other.accounts.signOut(true);

  expect(errorOf(await accounts.details())?.code).toBe('token_not_valid');
  expect(await store.load()).toBeUndefined();
});
