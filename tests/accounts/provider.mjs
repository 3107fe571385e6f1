// An OpenID Connect provider on a free port of loopback, for the tests of signing in: the library that others run.
//
// It prints its issuer. Nobody types anything: whoever is sent there is signed in as POST /_test says, in JSON:
//   {"sub", "email", "email_verified", "name"}   the account of the next one who comes
//   {"cancel": true}                             the next one who comes changes their mind
//   {"rotate": true}                             other keys, as providers change them now and then

import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";

import { Provider } from "oidc-provider";

const CLIENT = {
  client_id: "ispace",
  client_secret: "mot-bi-mat-dai-cua-ispace",
  redirect_uris: ["http://localhost:8361/sign-in/provider/return"],
};
const accounts = new Map();
let next = {};
let provider;
let answer;

function key() {
  return { ...generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ format: "jwk" }), use: "sig" };
}

function begin(issuer) {
  provider = new Provider(issuer, {
    clients: [CLIENT],
    jwks: { keys: [key()] },
    cookies: { keys: ["chi-de-thu"] },
    claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
    features: { devInteractions: { enabled: false } },
    pkce: { required: () => true },
    findAccount: (_context, sub) => ({ accountId: sub, claims: () => ({ sub, ...accounts.get(sub) }) }),
    interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
    // Each comes anew: who was there before with the same browser is no reason to ask nobody.
    loadExistingGrant: async (context) => {
      const grant = new provider.Grant({ clientId: CLIENT.client_id, accountId: context.oidc.session.accountId });
      grant.addOIDCScope("openid email profile");
      await grant.save();
      return grant;
    },
  });
  answer = provider.callback();
}

async function told(request) {
  let text = "";
  for await (const piece of request) text += piece;
  return JSON.parse(text);
}

const server = createServer(async (request, response) => {
  if (request.url === "/_test") {
    next = await told(request);
    if (next.sub) accounts.set(next.sub, next);
    if (next.rotate) begin(provider.issuer);
    response.end();
  } else if (request.url.startsWith("/interaction/")) {
    const result = next.cancel ? { error: "access_denied" } : { login: { accountId: next.sub } };
    await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
  } else {
    answer(request, response);
  }
});

server.listen(0, "127.0.0.1", () => {
  begin(`http://127.0.0.1:${server.address().port}`);
  console.log(provider.issuer);
});
process.stdin.resume().on("end", () => process.exit(0)); // whoever started it is gone
