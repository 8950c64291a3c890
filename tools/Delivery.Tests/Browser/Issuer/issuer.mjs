// An OpenID Connect provider whose user types the address to be: node issuer.mjs PORT CALLBACK
import { createServer } from 'node:http';
import Provider from 'oidc-provider';

const [, , port, callback] = process.argv;
const origin = `http://localhost:${port}`;
const provider = new Provider(origin, {
  clients: [{ client_id: 'sample', client_secret: 'a secret for tests', redirect_uris: [callback] }],
  claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['given_name'] },
  conformIdTokenClaims: false,
  cookies: { keys: ['a key for tests'] },
  features: { devInteractions: { enabled: false } },
  findAccount: (_, sub) => ({
    accountId: sub,
    claims: () => ({ sub, email: sub, email_verified: !sub.startsWith('unverified'), given_name: 'Ada' }),
  }),
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
});
const oidc = provider.callback();
const form = `<!doctype html><html lang="en"><title>Acme</title>
  <form><label>Acme address <input name="sub"></label><button>Allow</button><button name="cancel" value="1">Cancel</button></form>`;

async function interact(request, response) {
  const { prompt, params, session, grantId } = await provider.interactionDetails(request, response);
  const query = new URL(request.url, origin).searchParams;
  if (query.has('cancel')) {
    await provider.interactionFinished(request, response, { error: 'access_denied' });
  } else if (prompt.name === 'consent') {
    const grant = grantId ? await provider.Grant.find(grantId) : new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
    grant.addOIDCScope('openid email profile');
    await provider.interactionFinished(request, response, { consent: { grantId: await grant.save() } }, { mergeWithLastSubmission: true });
  } else if (query.has('sub')) {
    await provider.interactionFinished(request, response, { login: { accountId: query.get('sub') } });
  } else {
    response.setHeader('Content-Type', 'text/html').end(form);
  }
}

createServer((request, response) => {
  if (request.url.startsWith('/interaction/')) {
    interact(request, response).catch(error => response.writeHead(500).end(String(error)));
  } else if (request.url === '/favicon.ico') {
    response.writeHead(204).end();
  } else {
    oidc(request, response);
  }
}).listen(Number(port), 'localhost', () => console.log('ready'));
