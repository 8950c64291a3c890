/** The newest code that was mailed to an address. Only a local app shows its mails. */
export async function mailedCode(origin: string, username: string): Promise<string> {
  for (;;) {
    const mails = await (await fetch(`${origin}/emailMessages?to=${encodeURIComponent(username)}`)).json() as { subject: string }[];
    const code = mails.at(-1)?.subject.match(/\d{6,}/)?.[0];
    if (code) {
      return code;
    }

    await new Promise(resolve => setTimeout(resolve, 100));
  }
}

export function check(holds: boolean): void {
  if (!holds) {
    throw new Error('not as it should be');
  }
}
