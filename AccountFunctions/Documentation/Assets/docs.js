const dark = matchMedia('(prefers-color-scheme: dark)');
const setMode = () => document.documentElement.classList.toggle('dark-mode', dark.matches);
dark.addEventListener('change', setMode);
setMode();

const root = document.getElementById('swagger-ui');
SwaggerUIBundle({
  domNode: root,
  url: new URL(root.dataset.document, location.href).href,
  deepLinking: true,
  displayRequestDuration: true,
  tryItOutEnabled: true,
  // The badge would send the document's address to a service elsewhere.
  validatorUrl: null,
});
