/* Passkeys, by django-allauth's scripts; this names the parts of the page to them.
   form[data-passkey=add|authenticate|login]  its only button asks the browser; the field "credential" takes the answer,
                                              "passwordless" says whether the passkey signs in alone
   #js_data                                   what the server asks for
   [data-passkey-problem]                     hidden until the browser gives none: its window was closed, or there is none */
for (const form of document.querySelectorAll("form[data-passkey]")) {
  const kind = form.dataset.passkey;
  const { credential, passwordless } = form.elements;
  const ids = { [kind]: form.querySelector("button").id, credential: credential.id, passwordless: passwordless?.id };
  allauth.webauthn.forms[`${kind}Form`]({ ids: { ...ids, data: "js_data" } });
}

document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  for (const line of document.querySelectorAll("[data-passkey-problem]")) line.hidden = false;
});
