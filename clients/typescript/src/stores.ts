import type { Tokens } from './types.js';

/** Where tokens are kept. A secure store of a mobile platform answers with promises. */
export interface TokenStore {
  load(): Tokens | undefined | Promise<Tokens | undefined>;
  save(tokens: Tokens | undefined): void | Promise<void>;
}

/** Forgets the tokens with the page: the safest choice for a web app without a back end of its own. */
export function memoryStore(): TokenStore {
  let kept: Tokens | undefined;
  return {
    load: () => kept,
    save: tokens => {
      kept = tokens;
    },
  };
}

/**
 * Keeps the tokens in `sessionStorage` (one tab) or `localStorage` (all tabs). Any script of the page's origin can read them there, so the
 * page needs a strict Content-Security-Policy.
 */
export function webStore(storage: Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>, key = 'accounts.tokens'): TokenStore {
  return {
    load: () => {
      const text = storage.getItem(key);
      return text === null ? undefined : JSON.parse(text) as Tokens;
    },
    save: tokens => tokens ? storage.setItem(key, JSON.stringify(tokens)) : storage.removeItem(key),
  };
}
