// From sign-up to sign-out with the client that @hey-api/openapi-ts generates: node build/hey-api.js http://localhost:7071
import { client } from './hey-api/client.gen.js';
import * as accounts from './hey-api/sdk.gen.js';
import { check, mailedCode } from './local.js';

declare const process: { argv: string[] };

const [, , origin = 'http://localhost:7071'] = process.argv;
const [username, password] = [`alan-${Date.now()}@example.com`, 'blue tractor 77'] as const;
let access: string | undefined;
client.setConfig({ baseUrl: `${origin}/api`, auth: () => access });

const refused = await accounts.register({ body: { username: 'nobody', password1: password, password2: password } });
check(refused.error?.message === 'username: invalid_email' && refused.response?.status === 400);
check((await accounts.register({ body: { username, password1: password, password2: password, first_name: 'Alan' } })).data?.code === 201);
check((await accounts.login({ body: { username, password } })).error?.message === 'not_active');
check((await accounts.activate({ body: { username, code: '12' } })).error?.message === 'code: invalid');
check((await accounts.activate({ body: { username, code: await mailedCode(origin, username) } })).data?.data === 'success');
const login = (await accounts.login({ body: { username, password } })).data?.data;
check(login?.user.first_name === 'Alan');
check((await accounts.getDetails()).error?.message === 'not_authenticated');
access = login?.access;
check((await accounts.updateDetails({ body: { job: 'Mathematician' } })).data?.data.job === 'Mathematician');
check((await accounts.updateDetails({ body: { job: 'Poet' }, headers: { 'If-Match': '"another state"' } })).error?.message === 'stale');
check((await accounts.revokeSession({ path: { id: 'none' } })).error?.message === 'not_found');
check((await accounts.listSessions()).data?.data[0]?.current === true);
check((await accounts.logout({ body: { all: true } })).data?.data === 'success');
check((await accounts.refresh({ body: { refresh: login!.refresh } })).error?.message === 'token_not_valid');
console.log('done');
