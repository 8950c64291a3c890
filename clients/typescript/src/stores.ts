import type { Tokens } from './types.js';

/** Keeps tokens. A mobile platform's secure store may return promises. */
export interface TokenStore {
  load(): Tokens | undefined | Promise<Tokens | undefined>;
  save(tokens: Tokens | undefined): void | Promise<void>;
}

/** Forgets the tokens with the page: the safest choice for a web app without its own back end. */
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

/**
 * Where devices are kept, one for each user name: what proves at a sign-in that this client has signed in to the account before, so that
 * strangers who fail at the address do not delay its owner. A device opens nothing. Keep it when the user signs out.
 */
export interface DeviceStore {
  load(username: string): string | undefined | Promise<string | undefined>;
  save(username: string, device: string): void | Promise<void>;
}

/** In `localStorage` if there is one, or else in memory. */
export function defaultDevices(prefix = 'accounts.device.'): DeviceStore {
  const kept = new Map<string, string>();
  const inBrowser = <T>(use: () => T) => typeof window === 'undefined' ? undefined : quietly(use);
  return {
    load: username => inBrowser(() => localStorage.getItem(prefix + digestOf(username))) ?? kept.get(digestOf(username)),
    save: (username, device) => {
      kept.set(digestOf(username), device);
      inBrowser(() => localStorage.setItem(prefix + digestOf(username), device));
    },
  };
}

// Browsers throw if the user has blocked storage, or if it is full.
function quietly<T>(use: () => T): T | undefined {
  try {
    return use();
  } catch {
    return undefined;
  }
}

// FNV-1a in 32 bits, so that no address stays in the browser after its user signs out.
const digestOf = (username: string): string => Array.from(username.trim().toLowerCase(), letter => letter.codePointAt(0)!)
  .reduce((hash, letter) => Math.imul(hash ^ letter, 0x01000193) >>> 0, 0x811c9dc5).toString(36);
