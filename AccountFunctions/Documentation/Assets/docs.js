const root = document.getElementById('swagger-ui');
SwaggerUIBundle({
  domNode: root,
  url: root.dataset.document,
  deepLinking: true,
  displayRequestDuration: true,
  tryItOutEnabled: true,
  // The badge would send the document's address to a service elsewhere.
  validatorUrl: null,
});
