/** The client's operations, called through the page's own back end (bff.mjs), which keeps the tokens. */
export const remoteAccounts = ({ language, onSessionEnd }, group = '') => new Proxy({}, {
  get: (_, operation) => operation === 'admin' ? remoteAccounts({ language, onSessionEnd }, 'admin.') : async (...parameters) => {
    try {
      const response = await fetch(`/bff/${group}${operation}`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'Accept-Language': language },
        body: JSON.stringify(parameters),
      });
      const result = await response.json();
      if (result?.error?.code === 'token_not_valid') {
        onSessionEnd();
      }

      return result;
    } catch {
      return { ok: false, error: { code: 'unreachable', status: 0, fields: {} } };
    }
  },
});
