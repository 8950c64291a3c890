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

/**
 * Where the device is kept: what proves at a sign-in that this client has signed in before, so that strangers who fail at the address do not
 * delay its user. It opens nothing. Keep it when the user signs out.
 */
export interface DeviceStore {
  load(): string | undefined | Promise<string | undefined>;
  save(device: string): void | Promise<void>;
}

/** In `localStorage` where there is one, else in memory. */
export function defaultDevice(key = 'accounts.device'): DeviceStore {
  let kept: string | undefined;
  return {
    load: () => quietly(() => localStorage.getItem(key)) ?? kept,
    save: device => {
      kept = device;
      quietly(() => localStorage.setItem(key, device));
    },
  };
}

// Browsers throw where the user has forbidden storage, and so does a full one. A sign-in is worth more than its device.
function quietly<T>(use: () => T): T | undefined {
  try {
    return typeof window === 'undefined' ? undefined : use();
  } catch {
    return undefined;
  }
}
