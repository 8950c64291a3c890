// The peer: better-auth with addresses and passwords, its rows in memory: node server.mjs PORT
import { createServer } from 'node:http';
import { betterAuth } from 'better-auth';
import { memoryAdapter } from 'better-auth/adapters/memory';
import { hashPassword } from 'better-auth/crypto';
import { toNodeHandler } from 'better-auth/node';
import { bearer } from 'better-auth/plugins';

const port = Number(process.argv[2]);
const auth = betterAuth({
  baseURL: `http://127.0.0.1:${port}`,
  secret: 'Nobody but a benchmark ever signs in here.',
  database: memoryAdapter({ user: [], session: [], account: [], verification: [] }),
  emailAndPassword: { enabled: true },
  rateLimit: { enabled: false },
  plugins: [bearer()],
});
const answer = toNodeHandler(auth);

createServer(async (request, response) => {
  if (request.url === '/hash') {
    response.end(await hashPassword('blue tractor 77'));
  } else {
    await answer(request, response);
  }
}).listen(port, '127.0.0.1', () => console.log('ready'));
