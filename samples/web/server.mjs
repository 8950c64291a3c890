// Serves the sample on its own port, with nothing but Node.js:
// node server.mjs [--admin] [--cookie] [--codes] [--providers google,apple] [PORT] [API]
import { createServer } from 'node:http';
import { readFile, readdir } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const folder = dirname(fileURLToPath(import.meta.url));
const client = join(folder, '..', '..', 'clients', 'typescript', 'dist');
const { values: { admin, cookie, codes, providers }, positionals: [port = '5173', api = 'http://localhost:7071/api'] } = parseArgs({
  options: {
    // The page for administrators, samples/admin.
    admin: { type: 'boolean', default: process.env.SAMPLE_ADMIN === 'true' },
    cookie: { type: 'boolean', default: false },
    // Whether the API signs in by mailed codes (Accounts__SignInByCode), and the providers that it is a client of (Providers__*).
    codes: { type: 'boolean', default: process.env.SAMPLE_CODES === 'true' },
    providers: { type: 'string', default: process.env.SAMPLE_PROVIDERS ?? '' },
  },
  allowPositionals: true,
});
const config = { api, cookie, mailedCodes: codes, providers: providers.split(',').map(name => name.trim()).filter(Boolean) };
const types = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };
const files = {
  '/': join(folder, 'index.html'),
  ...Object.fromEntries(['app', 'history', 'page', 'qr', 'remote', 'security', 'sign-in', 'texts'].map(name => [`/${name}.js`, join(folder, `${name}.js`)])),
  '/style.css': join(folder, 'style.css'),
  ...Object.fromEntries((await readdir(join(folder, 'languages'))).map(name => [`/languages/${name}`, join(folder, 'languages', name)])),
  // By the names of its sources, which are there before it is built.
  ...Object.fromEntries((await readdir(join(client, '..', 'src'))).map(source => source.replace(/ts$/, 'js'))
    .map(name => [`/client/${name}`, join(client, name)])),
  ...admin ? {
    '/admin': join(folder, '..', 'admin', 'index.html'),
    ...Object.fromEntries(['account.js', 'admin.css', 'admin.js', 'refusals.js'].map(name => [`/admin/${name}`, join(folder, '..', 'admin', name)])),
  } : {},
};

const bff = cookie ? (await import('./bff.mjs')).createBff(api, { admin }) : undefined;

// No inline script or style, calls to a single origin, and no script that turns text into HTML.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
  + `connect-src ${cookie ? "'self'" : new URL(api).origin}; `
  + "form-action 'none'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

createServer(async (request, response) => {
  const path = new URL(request.url, 'http://sample').pathname;
  response.setHeader('Content-Security-Policy', policy);
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.setHeader('Referrer-Policy', 'no-referrer');
  response.setHeader('Cache-Control', 'no-store');
  if (path === '/config.js') {
    response.setHeader('Content-Type', 'text/javascript; charset=utf-8');
    response.end(Object.entries(config).map(([name, value]) => `export const ${name} = ${JSON.stringify(value)};\n`).join(''));
    return;
  }

  if (bff && path.startsWith('/bff/')) {
    bff(request, response).catch(() => response.writeHead(400).end());
    return;
  }

  try {
    const file = files[path];
    const content = file ? await readFile(file) : undefined;
    response.statusCode = content ? 200 : 404;
    response.setHeader('Content-Type', `${types[extname(file ?? '.html')]}; charset=utf-8`);
    response.end(content ?? 'Not found');
  } catch (error) {
    response.statusCode = 500;
    response.end(`${error.message}. Build the client first: npm start`);
  }
}).on('error', error => {
  console.error(error.code === 'EADDRINUSE' ? `Port ${port} is in use: npm start -- PORT takes another.` : error.message);
  process.exit(1);
}).listen(Number(port), '127.0.0.1', () => console.log(`The sample is at http://localhost:${port} and calls ${api}`));
