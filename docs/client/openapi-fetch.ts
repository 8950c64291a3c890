// From sign-up to sign-out with the types that openapi-typescript generates: node build/openapi-fetch.js http://localhost:7071
import createClient from 'openapi-fetch';
import type { paths } from './api.js';
import { check, mailedCode } from './local.js';

declare const process: { argv: string[] };

const [, , origin = 'http://localhost:7071'] = process.argv;
const [username, password] = [`ada-${Date.now()}@example.com`, 'blue tractor 77'] as const;
const accounts = createClient<paths, 'application/json'>({ baseUrl: `${origin}/api` });
let access = '';
accounts.use({
  onRequest({ request }) {
    if (access) {
      request.headers.set('Authorization', `Bearer ${access}`);
    }
  },
});

const refused = await accounts.POST('/account/register', { body: { username: 'nobody', password1: password, password2: password } });
check(refused.error?.code === 400 && refused.error.errors?.['username']?.[0] === 'invalid_email');
const registered = await accounts.POST('/account/register', { body: { username, password1: password, password2: password, first_name: 'Ada' } });
check(registered.data?.data.username === username);
check((await accounts.POST('/account/login', { body: { username, password } })).error?.message === 'not_active');
const activated = await accounts.POST('/account/activate', { body: { username, code: await mailedCode(origin, username) } });
check(activated.data?.data === 'success');
const login = await accounts.POST('/account/login', { body: { username, password } });
check(login.data?.data.user.first_name === 'Ada');
access = login.data!.data.access;
const details = await accounts.GET('/account/details');
const tag = details.response.headers.get('ETag')!;
const changed = await accounts.POST('/account/details', { body: { job: 'Mathematician' }, params: { header: { 'If-Match': tag } } });
check(changed.data?.data.job === 'Mathematician');
const stale = await accounts.POST('/account/details', { body: { job: 'Poet' }, params: { header: { 'If-Match': tag } } });
check(stale.error?.message === 'stale');
const sessions = await accounts.GET('/account/sessions');
check(sessions.data?.data.length === 1 && sessions.data.data[0]!.current);
check((await accounts.POST('/account/logout', { body: { all: true } })).data?.data === 'success');
access = '';
check((await accounts.POST('/account/refresh', { body: { refresh: login.data!.data.refresh } })).error?.message === 'token_not_valid');
console.log('done');
