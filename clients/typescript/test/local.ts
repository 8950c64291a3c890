import { createAccounts, memoryStore, type AccountsError, type Result } from '../src/index.js';

declare const process: { env: Record<string, string | undefined> };

// A local app: dotnet run --project tools/LocalHost
const origin = process.env['ACCOUNTS_ORIGIN'] ?? 'http://localhost:7071';
export const api = `${origin}/api`;
export const password = 'blue tractor 77';
let number = 0;

export const create = () => {
  const store = memoryStore();
  return { store, accounts: createAccounts({ api, store }) };
};

export async function mailedCode(username: string, mails: number): Promise<string> {
  for (;;) {
    const sent = await (await fetch(`${origin}/emailMessages?to=${encodeURIComponent(username)}`)).json() as { subject: string }[];
    const code = sent.length >= mails && sent.at(-1)?.subject.match(/\d{6,}/)?.[0];
    if (code) {
      return code;
    }

    await new Promise(resolve => setTimeout(resolve, 50));
  }
}

export async function signUp() {
  const username = `user${Date.now()}-${number++}@example.com`;
  const { store, accounts } = create();
  valueOf(await accounts.register({ username, password1: password, password2: password, first_name: 'Ada' }));
  valueOf(await accounts.activate(username, await mailedCode(username, 1)));
  valueOf(await accounts.signIn(username, password));
  return { username, store, accounts };
}

export function valueOf<T>(result: Result<T>): T {
  if (!result.ok) {
    throw new Error(JSON.stringify(result.error));
  }

  return result.value;
}

export const errorOf = (result: Result<unknown>): AccountsError | undefined => result.ok ? undefined : result.error;
