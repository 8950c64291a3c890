import { expect, test } from 'vitest';
import { createAccounts } from '../src/index.js';

const sent: unknown[] = [];
const { admin } = createAccounts({
  api: 'https://accounts.example/api',
  fetch: async (input, init) => {
    const headers = new Headers(init?.headers);
    sent.push([init?.method, String(input).slice('https://accounts.example/api/account/admin/'.length), init?.body, headers.get('If-Match')]);
    return new Response(JSON.stringify({ status: 'success', code: 200, data: {}, message: null }));
  },
});

test('an administrator finds and changes accounts of others', async () => {
  await admin.accounts();
  await admin.accounts({ createdBefore: '2026-11-23T12:00:00Z', pageSize: 5, pageToken: 'a' });
  await admin.find('ada+1@example.com');
  await admin.invite({ username: 'ada@example.com', role: 'A' });
  await admin.account('1/2');
  await admin.change('1', { disabled: true }, '"t"');
  await admin.signOut('1');
  await admin.resetPassword('1');
  await admin.removeTotp('1');
  await admin.remove('1');
  await admin.remove('1', { now: true });
  await admin.events('1', { pageSize: 5 });

  expect(sent).toEqual([
    ['GET', 'accounts?', undefined, null],
    ['GET', 'accounts?created_before=2026-11-23T12%3A00%3A00Z&page_size=5&page_token=a', undefined, null],
    ['GET', 'accounts?username=ada%2B1%40example.com', undefined, null],
    ['POST', 'accounts', '{"username":"ada@example.com","role":"A"}', null],
    ['GET', 'accounts/1%2F2', undefined, null],
    ['POST', 'accounts/1', '{"disabled":true}', '"t"'],
    ['POST', 'accounts/1/sign-out', '{}', null],
    ['POST', 'accounts/1/reset', '{}', null],
    ['POST', 'accounts/1/totp/remove', '{}', null],
    ['DELETE', 'accounts/1', undefined, null],
    ['DELETE', 'accounts/1?now=true', undefined, null],
    ['GET', 'accounts/1/events?page_size=5', undefined, null],
  ]);
});
