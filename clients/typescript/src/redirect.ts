import type { LoginCode, Result } from './types.js';

type Kept = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

const key = 'accounts.verifier';

export interface RedirectOptions {
  /** The address that ends in `/api`. */
  api: string;
  /** The name of the provider in the deployment's settings. */
  provider: string;
  /** Where the browser comes back to: exactly one of the deployment's `Providers__ReturnUrls`. */
  returnUrl: string;
  /** Where the secret of this browser waits for the return. `sessionStorage` by default. */
  storage?: Kept;
}

/** Where to send the browser for a sign-in at a provider. `externalReturn` reads what it comes back with. */
export async function externalSignInUrl({ api, provider, returnUrl, storage = sessionStorage }: RedirectOptions): Promise<string> {
  const verifier = base64Url(crypto.getRandomValues(new Uint8Array(32)));
  const challenge = base64Url(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier))));
  storage.setItem(key, verifier);
  const query = new URLSearchParams({ return_url: returnUrl, code_challenge: challenge });
  return `${api.replace(/\/+$/, '')}/account/login/external/${encodeURIComponent(provider)}?${query}`;
}

/**
 * What the browser came back with, for `signInExternal`; undefined if `url` is not of a return. It is good once, so read it once, and
 * remove it from the address bar.
 */
export function externalReturn(url: string, storage: Kept = sessionStorage): Result<LoginCode> | undefined {
  const query = new URL(url).searchParams;
  const [login_code, error, verifier] = [query.get('login_code'), query.get('error'), storage.getItem(key)];
  if (login_code === null && error === null) {
    return undefined;
  }

  storage.removeItem(key);
  return login_code !== null && verifier !== null
    ? { ok: true, value: { login_code, verifier } }
    : { ok: false, error: { code: error ?? 'invalid_code', status: 0, fields: {} } };
}

const base64Url = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
