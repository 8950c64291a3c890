const dark = matchMedia('(prefers-color-scheme: dark)');
const setMode = () => document.documentElement.classList.toggle('dark-mode', dark.matches);
dark.addEventListener('change', setMode);
setMode();

const root = document.getElementById('swagger-ui');
const url = new URL(root.dataset.document, location.href).href;

// A link may name an operation by its id alone, as docs#Register does. Swagger UI wants its tag, too.
async function findOperation() {
  const id = location.hash.slice(1);
  if (!id || id.startsWith('/')) {
    return;
  }

  const { paths } = await (await fetch(url)).json();
  const operation = Object.values(paths).flatMap(Object.values).find(({ operationId }) => operationId.toLowerCase() === id.toLowerCase());
  if (operation) {
    history.replaceState(null, '', `#/${encodeURIComponent(operation.tags[0])}/${operation.operationId}`);
  }
}

function start() {
  const ui = SwaggerUIBundle({
    domNode: root,
    url,
    deepLinking: true,
    defaultModelsExpandDepth: 0,
    displayRequestDuration: true,
    tryItOutEnabled: true,
    // The badge would send the document's address to a service elsewhere.
    validatorUrl: null,
    // A sign-in or refresh tried here authorizes the operations tried next.
    responseInterceptor: response => {
      const access = response.body?.data?.access;
      if (access) {
        ui.preauthorizeApiKey('bearer', access);
      }

      return response;
    },
  });
}

// If the document is not there, Swagger UI says so itself.
findOperation().catch(() => {}).finally(start);

addEventListener('hashchange', () => {
  if (location.hash && !location.hash.startsWith('#/')) {
    location.reload();
  }
});

// On a developer's machine, the local host has an outbox beside the API.
if (['localhost', '127.0.0.1'].includes(location.hostname)) {
  const outbox = document.getElementById('outbox');
  fetch(outbox.querySelector('a').href, { method: 'HEAD' }).then(answer => { outbox.hidden = !answer.ok; }, () => {});
}
