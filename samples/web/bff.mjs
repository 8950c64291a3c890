// A back end for the page (BFF): it keeps the tokens and gives the browser a cookie that no script can read.
import { randomBytes } from 'node:crypto';
import { createAccounts, memoryStore } from '../../clients/typescript/dist/index.js';

const cookie = '__Host-session';
const deviceCookie = '__Host-device';
const year = 365 * 24 * 60 * 60;
const limit = 64 * 1024;
const attributes = 'Path=/; Secure; HttpOnly; SameSite=Strict';
const signsIn = new Set(['signIn', 'restore', 'signInWithCode', 'signInWithPasskey', 'signInExternal']);

const valueOf = (request, name) =>
  request.headers.cookie?.split('; ').find(pair => pair.startsWith(`${name}=`))?.slice(name.length + 1);

/**
 * Answers `POST /bff/OPERATION` with the arguments of a client's operation as a JSON array, and with its result as JSON. With `admin`,
 * there are also the operations for administrators, such as `admin.find`.
 */
export function createBff(api, { admin }) {
  // In memory, so a restart signs all users out. An app with several instances needs a shared store.
  const sessions = new Map();

  function open(request) {
    const { 'user-agent': agent = '', 'accept-language': language = '' } = request.headers;
    let device = valueOf(request, deviceCookie);
    const accounts = createAccounts({
      api,
      store: memoryStore(),
      // One for each browser. If several people share a browser, keep one for each of them.
      devices: { load: () => device, save: (_, fresh) => { device = fresh; } },
      // The list of devices shows the browser's name, and mails use its language.
      fetch: (input, init) => fetch(input, { ...init, headers: { ...init.headers, 'User-Agent': agent, 'Accept-Language': language } }),
    });
    return { accounts, device: () => device };
  }

  async function call(request, operation, parameters) {
    const id = valueOf(request, cookie);
    const session = sessions.get(id) ?? open(request);
    const result = await operation.split('.').reduce((group, name) => group[name], session.accounts)(...parameters);
    const isSignedIn = await session.accounts.isSignedIn();
    if (sessions.has(id) && isSignedIn && !signsIn.has(operation)) {
      return { result };
    }

    // A sign-in gets a new session id, so that an attacker cannot plant one.
    sessions.delete(id);
    if (!isSignedIn) {
      return { result, setCookie: id && [`${cookie}=; Max-Age=0; ${attributes}`] };
    }

    const fresh = randomBytes(32).toString('base64url');
    sessions.set(fresh, session);
    const device = session.device();
    return {
      result,
      setCookie: [
        `${cookie}=${fresh}; ${attributes}`,
        ...(device === undefined ? [] : [`${deviceCookie}=${device}; Max-Age=${year}; ${attributes}`]),
      ],
    };
  }

  const { admin: forAdministrators, ...forOwners } = createAccounts({ api });
  const operations = new Set([...Object.keys(forOwners), ...admin ? Object.keys(forAdministrators).map(name => `admin.${name}`) : []]);

  return async function answer(request, response) {
    const operation = request.url.slice('/bff/'.length);
    // SameSite keeps other sites out, and the content type keeps out what a browser sends without asking.
    if (request.method !== 'POST' || request.headers['content-type'] !== 'application/json' || !operations.has(operation)) {
      response.writeHead(400).end();
      return;
    }

    let body = '';
    for await (const chunk of request.setEncoding('utf8')) {
      body += chunk;
      if (body.length > limit) {
        response.writeHead(413, { Connection: 'close' }).end();
        return;
      }
    }

    const { result, setCookie } = await call(request, operation, JSON.parse(body));
    response.writeHead(200, { 'Content-Type': 'application/json', ...(setCookie ? { 'Set-Cookie': setCookie } : {}) });
    response.end(JSON.stringify(result ?? null));
  };
}
