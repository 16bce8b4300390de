// Swagger UI over the API's document. In the demo its key and tokens are filled in.
"use strict";

const place = document.getElementById("docs");
const demo = JSON.parse(document.getElementById("demo").textContent);

/** The user whom a request's body names, or undefined. */
function userOf(request) {
  try {
    return JSON.parse(request.body).user_id;
  } catch {
    return undefined;
  }
}

/** In the demo a request that carries a token carries that of the user whom its body names. */
function sign(request) {
  const token = demo?.tokens[userOf(request)];
  if (token && request.headers?.Authorization) {
    request.headers.Authorization = `Bearer ${token}`;
  }
  return request;
}

function fillIn() {
  if (!demo) return;
  ui.preauthorizeApiKey("serviceKey", demo.key);
  ui.preauthorizeApiKey("userToken", demo.token);
}

const ui = SwaggerUIBundle({
  url: place.dataset.document,
  domNode: place,
  deepLinking: true,
  defaultModelsExpandDepth: 0,
  defaultModelExpandDepth: 3,
  displayRequestDuration: true,
  docExpansion: "list",
  tryItOutEnabled: true,
  validatorUrl: null,
  requestInterceptor: sign,
  onComplete: fillIn,
});
