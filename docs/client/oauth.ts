// An access token, validated by libraries that know nothing of this app: node build/oauth.js http://localhost:7071
import { createRemoteJWKSet, jwtVerify } from 'jose';
import * as oauth from 'oauth4webapi';
import { check, mailedCode } from './local.js';

declare const process: { argv: string[] };

const [, , origin = 'http://localhost:7071', audience = 'account-functions'] = process.argv;
const [username, password] = [`barbara-${Date.now()}@example.com`, 'blue tractor 77'] as const;
const post = async (operation: string, body: object) =>
  (await fetch(`${origin}/api/account/${operation}`, {
    method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body),
  })).json() as Promise<{ data: { access: string } }>;
await post('register', { username, password1: password, password2: password });
await post('activate', { username, code: await mailedCode(origin, username) });
const { access } = (await post('login', { username, password })).data;

// RFC 9068 §4, for a local issuer without TLS.
const issuer = new URL(`${origin}/api`);
const local = { [oauth.allowInsecureRequests]: true };
const discovered = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, local));
const request = new Request('https://shop.example/orders', { headers: { Authorization: `Bearer ${access}` } });
const claims = await oauth.validateJwtAccessToken(discovered, request, audience, local);
check(claims.client_id === audience && typeof claims.auth_time === 'number' && (claims.amr as string[])[0] === 'pwd');

const verified = await jwtVerify(access, createRemoteJWKSet(new URL(discovered.jwks_uri!)), {
  issuer: discovered.issuer, audience, typ: 'at+jwt', algorithms: ['ES256'], requiredClaims: ['sub', 'client_id', 'iat', 'jti'],
});
check(verified.payload.sub === claims.sub);
console.log('done');
