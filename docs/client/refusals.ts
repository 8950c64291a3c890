// What a proxy may answer to a refresh, and what of it ends the session: node build/refusals.js
import { createAccounts, type Tokens } from './accounts.js';

const envelope = (message: string, code: number) => JSON.stringify({ status: 'error', code, data: null, message });
const html = '<html>Sorry</html>';
const cases: { status: number; body: string; retryAfter?: string; ends: boolean; waits?: number }[] = [
  { status: 401, body: envelope('token_not_valid', 401), ends: true },
  { status: 400, body: envelope('expired_account', 400), ends: true },
  { status: 401, body: html, ends: false },
  { status: 401, body: '{"error":"proxy authentication"}', ends: false },
  { status: 400, body: html, ends: false },
  { status: 400, body: envelope('invalid_json', 400), ends: false },
  { status: 403, body: html, ends: false },
  { status: 404, body: '', ends: false },
  { status: 408, body: html, ends: false },
  { status: 413, body: html, ends: false },
  { status: 429, body: envelope('throttled', 429), retryAfter: '7', ends: false, waits: 7 },
  { status: 429, body: envelope('throttled', 429), retryAfter: new Date(Date.now() + 20_500).toUTCString(), ends: false, waits: 20 },
  { status: 502, body: html, ends: false, waits: 1 },
  { status: 503, body: envelope('internal', 503), retryAfter: '3600', ends: false, waits: 60 },
  { status: 200, body: '{}', ends: false },
  { status: 200, body: html, ends: false },
  { status: 200, body: '{"status":"success","code":200,"data":"success","message":null}', ends: false },
];

const waited: number[] = [];
globalThis.setTimeout = ((work: () => void, milliseconds: number) => {
  waited.push(milliseconds / 1000);
  queueMicrotask(work);
}) as unknown as typeof setTimeout;

for (const { status, body, retryAfter, ends, waits } of cases) {
  let kept: Tokens | undefined = { access: 'old', refresh: 'old' };
  waited.length = 0;
  globalThis.fetch = async input => new URL((input as Request).url).pathname.endsWith('/refresh')
    ? new Response(body, { status, headers: retryAfter ? { 'Retry-After': retryAfter } : {} })
    : new Response(envelope('token_not_valid', 401), { status: 401 });
  const accounts = createAccounts('https://accounts.example/api', { load: () => kept, save: tokens => kept = tokens });
  await accounts.signedIn.GET('/account/details').catch(() => undefined);
  if ((kept === undefined) !== ends || (waits !== undefined && Math.abs(waited[0]! - waits) > 1)) {
    throw new Error(`${status} ${body}: ${JSON.stringify({ kept, waited })}`);
  }
}

console.log('done');
