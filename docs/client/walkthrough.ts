// From sign-up to sign-out against a local app: node build/walkthrough.js http://localhost:7071
import { createAccounts, type Tokens } from './accounts.js';
import { check, mailedCode } from './local.js';

declare const process: { argv: string[] };

const [, , origin = 'http://localhost:7071'] = process.argv;
const [username, password] = [`ada-${Date.now()}@example.com`, 'blue tractor 77'] as const;
let kept: Tokens | undefined;
const accounts = createAccounts(`${origin}/api`, { load: () => kept, save: tokens => kept = tokens });

const refused = await accounts.open.POST('/account/register', { body: { username: 'nobody', password1: password, password2: password } });
check(refused.error?.code === 400 && 'errors' in refused.error && refused.error.errors?.username?.[0] === 'invalid_email');

const registered = await accounts.open.POST('/account/register', { body: { username, password1: password, password2: password, first_name: 'Ada' } });
check(registered.data?.data.username === username);
check(await accounts.signIn(username, password) === 'not_active');

const activated = await accounts.open.POST('/account/activate', { body: { username, code: await mailedCode(origin, username) } });
check(activated.data?.data === 'success');
const user = await accounts.signIn(username, password);
check(typeof user !== 'string' && user.first_name === 'Ada');

// Refused tokens, five calls at once: one refresh.
const before = kept;
kept = { access: 'refused', refresh: before!.refresh };
const calls = await Promise.all(Array.from({ length: 5 }, () => accounts.signedIn.GET('/account/details')));
check(calls.every(call => call.data?.data.username === username));
check(kept.refresh !== before!.refresh);

const tag = calls[0]!.response.headers.get('ETag')!;
const changed = await accounts.signedIn.POST('/account/details', { body: { job: 'Mathematician' }, params: { header: { 'If-Match': tag } } });
check(changed.data?.data.job === 'Mathematician');
const stale = await accounts.signedIn.POST('/account/details', { body: { job: 'Poet' }, params: { header: { 'If-Match': tag } } });
check(stale.error?.message === 'stale');

const sessions = await accounts.signedIn.GET('/account/sessions');
check(sessions.data?.data.length === 1 && sessions.data.data[0]!.current);
await accounts.signOut(true);
check(kept === undefined);
console.log('done');
