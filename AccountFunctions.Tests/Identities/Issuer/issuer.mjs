// A real OpenID provider (npm oidc-provider) on a free port of 127.0.0.1 for the tests. It prints its issuer. Its users sign in and consent
// without being asked. A line on its standard input rotates its signing key and is acknowledged. It ends with its standard input.
import { createServer } from 'node:http';
import { generateKeyPairSync } from 'node:crypto';
import { createInterface } from 'node:readline';
import Provider, { interactionPolicy } from 'oidc-provider';

// Standard output is for the test.
console.info = console.error;
const redirect = process.argv[2];
const newKey = (kid) => ({
  ...generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' }),
  kid, use: 'sig', alg: 'RS256',
});
const server = createServer();
await new Promise((resolve) => server.listen(Number(process.argv[3] ?? 0), '127.0.0.1', resolve));
const issuer = `http://127.0.0.1:${server.address().port}`;

const make = (kid) => {
  const provider = new Provider(issuer, {
    clients: [{ client_id: 'web', client_secret: 'secret', redirect_uris: [redirect], token_endpoint_auth_method: 'client_secret_basic' }],
    jwks: { keys: [newKey(kid)] },
    cookies: { keys: ['only for tests'] },
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['given_name', 'family_name'] },
    features: { devInteractions: { enabled: false } },
    pkce: { required: () => true },
    interactions: { policy: interactionPolicy.base(), url: (_, interaction) => `/interaction/${interaction.uid}` },
    findAccount: (_, sub) => ({
      accountId: sub,
      claims: () => ({ sub, email: `${sub}@example.com`, email_verified: true, given_name: 'Ada', family_name: 'Lovelace' }),
    }),
  });

  // The user is always the same, and allows everything.
  const app = provider.callback();
  return async (request, response) => {
    if (!request.url.startsWith('/interaction/')) return app(request, response);
    const { prompt, params, session, grantId } = await provider.interactionDetails(request, response);
    if (prompt.name === 'login') {
      return provider.interactionFinished(request, response, { login: { accountId: 'ada' } });
    }
    const grant = grantId ? await provider.Grant.find(grantId)
      : new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
    grant.addOIDCScope('openid email profile');
    return provider.interactionFinished(request, response, { consent: { grantId: await grant.save() } }, { mergeWithLastSubmission: true });
  };
};

let handle = make('1');
server.on('request', (request, response) => handle(request, response));
console.log(issuer);
let rotations = 1;
createInterface({ input: process.stdin })
  .on('line', () => {
    handle = make(`${++rotations}`);
    console.log('ok');
  })
  .on('close', () => process.exit());
