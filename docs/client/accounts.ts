import createClient from 'openapi-fetch';
// npx openapi-typescript https://accounts.example.com/api/openapi.json -o api.d.ts
import type { components, paths } from './api.js';

export type User = components['schemas']['UserReply'];
export type Tokens = Pick<components['schemas']['TokenReply'], 'access' | 'refresh'>;

/** Where the tokens are kept; all tabs of an app share one. */
export interface TokenStore {
  load(): Tokens | undefined;
  save(tokens: Tokens | undefined): void;
}

/** A client of the API that sends the access token, and renews it when it is refused. `api` is the address that ends in `/api`. */
export function createAccounts(api: string, tokens: TokenStore) {
  const open = createClient<paths, 'application/json'>({ baseUrl: api });
  let renewing: Promise<boolean> | undefined;

  const withToken = (request: Request, access: string | undefined) => {
    const copy = request.clone();
    if (access) {
      copy.headers.set('Authorization', `Bearer ${access}`);
    }

    return fetch(copy);
  };

  const signedIn = createClient<paths, 'application/json'>({
    baseUrl: api,
    async fetch(request) {
      const used = tokens.load()?.access;
      const answer = await withToken(request, used);
      return answer.status === 401 && used && await renew(used) ? withToken(request, tokens.load()?.access) : answer;
    },
  });

  // However many calls are refused at once, one refresh serves them all; the lock does the same for other tabs.
  function renew(refused: string): Promise<boolean> {
    return renewing ??= oneTabAtATime(() => refresh(refused)).finally(() => renewing = undefined);
  }

  async function refresh(refused: string): Promise<boolean> {
    for (let tries = 0; tries < 4; tries++) {
      const old = tokens.load();
      if (!old || old.access !== refused) {
        return old !== undefined; // Another tab has signed out, or refreshed.
      }

      try {
        const { data, error, response } = await open.POST('/account/refresh', { body: { refresh: old.refresh } });
        if (data?.data?.access && data.data.refresh) {
          tokens.save(data.data);
          return true;
        }

        if (isOver(response.status, error)) {
          tokens.save(undefined); // Sign in again.
          return false;
        }

        await seconds(wait(response.headers.get('Retry-After')));
      } catch {
        await seconds(1); // The answer was lost. The same token may be sent again, and gets the same successor.
      }
    }

    return false; // No connection for now; the session may well be good.
  }

  return {
    /** Operations that need no token. */
    open,

    /** Operations of the signed-in account. */
    signedIn,

    async signIn(username: string, password: string): Promise<User | string> {
      const { data, error } = await open.POST('/account/login', { body: { username, password } });
      if (!data?.data?.access) {
        return error?.message ?? 'unavailable'; // What a proxy answers has no message.
      }

      tokens.save(data.data);
      return data.data.user;
    },

    async signOut(everywhere = false): Promise<void> {
      await signedIn.POST('/account/logout', { body: { all: everywhere } });
      tokens.save(undefined);
    },
  };
}

// Only the app itself ends a session. A proxy in between may answer anything.
const isOver = (status: number, body: { message?: string } | undefined) =>
  (status === 401 && body?.message === 'token_not_valid') || (status === 400 && body?.message === 'expired_account');

// Seconds, or a date (RFC 9110 §10.2.3); a minute at most.
function wait(retryAfter: string | null): number {
  const count = /^\d+$/.test(retryAfter ?? '') ? Number(retryAfter) : (Date.parse(retryAfter ?? '') - Date.now()) / 1000;
  return Math.min(Math.max(Number.isNaN(count) ? 1 : count, 1), 60);
}

const seconds = (count: number) => new Promise(resolve => setTimeout(resolve, count * 1000));

const oneTabAtATime = <T>(work: () => Promise<T>): Promise<T> =>
  globalThis.navigator?.locks ? navigator.locks.request('accounts-refresh', work) as Promise<T> : work();
