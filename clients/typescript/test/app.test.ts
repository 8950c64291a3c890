import { expect, test } from 'vitest';
import { createAccounts } from '../src/index.js';
import { api, create, errorOf, mailedCode, password, signUp, valueOf } from './local.js';

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
  const stranger = createAccounts({ api, retries: 0 });
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

test('an account has a second factor from its set-up to its removal', async () => {
  const { username, accounts } = await signUp();
  const { secret } = valueOf(await accounts.setUpTotp(password));
  const codes = valueOf(await accounts.confirmTotp(await totpOf(secret))).recovery_codes;

  expect(errorOf(await accounts.signIn(username, password))?.code).toBe('otp_required');
  expect(errorOf(await accounts.signIn(username, password, '000000'))?.code).toBe('invalid_otp');
  expect(valueOf(await accounts.signIn(username, password, codes[0])).username).toBe(username);
  expect(valueOf(await accounts.sessions()).find(session => session.current)?.amr).toEqual(['pwd', 'otp']);
  expect(valueOf(await accounts.totp())).toMatchObject({ recovery_codes_left: 9 });
  expect(errorOf(await accounts.changePassword(password, 'green tractor 78'))?.code).toBe('otp_required');
  const fresh = valueOf(await accounts.renewRecoveryCodes({ password, otp: codes[1]! })).recovery_codes;
  expect(valueOf(await accounts.removeTotp({ password, otp: fresh[0]! }))).toBe('success');
  expect(valueOf(await accounts.totp())).toEqual({ since: null, recovery_codes_left: 0 });
});

test('what the deployment does not have is not found', async () => {
  const { username, accounts } = await signUp();

  expect(errorOf(await accounts.mailSignInCode(username))?.code).toBe('not_found');
  expect(errorOf(await accounts.removePasskey('none'))?.code).toBe('not_found');
});

// RFC 6238.
async function totpOf(secret: string): Promise<string> {
  const bits = Array.from(secret, letter => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0')).join('');
  const key = Uint8Array.from(bits.match(/.{8}/g)!, byte => parseInt(byte, 2));
  const counter = new DataView(new ArrayBuffer(8));
  counter.setUint32(4, Math.floor(Date.now() / 30_000));
  const hmac = await crypto.subtle.importKey('raw', key, { name: 'HMAC', hash: 'SHA-1' }, false, ['sign']);
  const mac = new DataView(await crypto.subtle.sign('HMAC', hmac, counter));
  return `${(mac.getUint32(mac.getUint8(19) & 15) & 0x7fffffff) % 1_000_000}`.padStart(6, '0');
}
