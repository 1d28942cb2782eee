// A real OpenID provider on a loopback port, which can be told whom it recognises and how it misbehaves.
//
//   node provider.mjs PORT REDIRECT_URI POST_LOGOUT_REDIRECT_URI
//
// POST /told takes JSON: `account` (the `sub` of whoever signs in next), `claims` (about them), `acr`, `fault`.
import http from 'node:http';
import { generateKeyPairSync } from 'node:crypto';
import Provider from 'oidc-provider';
import * as jose from 'jose';

const [port, redirectUris, postLogoutRedirectUri] = process.argv.slice(2);
const issuer = `http://127.0.0.1:${port}`;
const SECRET = 'a-secret-for-tests-of-more-than-32-bytes';

const pair = (kid) => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { kid, privateKey, publicKey, jwk: (key) => ({ ...key.export({ format: 'jwk' }), kid, alg: 'RS256', use: 'sig' }) };
};
const known = pair('k1');
const rotated = pair('k2');
const stranger = pair('k3');

let told = { account: 'nobody', claims: {}, acr: 'eidas1', fault: null };

const client = (id, options) => ({
  client_id: id,
  client_secret: SECRET,
  redirect_uris: redirectUris.split(','),
  post_logout_redirect_uris: [postLogoutRedirectUri],
  grant_types: ['authorization_code'],
  response_types: ['code'],
  id_token_signed_response_alg: 'RS256',
  ...options,
});

const provider = new Provider(issuer, {
  clients: [
    client('essaim', { userinfo_signed_response_alg: 'RS256', token_endpoint_auth_method: 'client_secret_post' }),
    client('essaim-plain', { token_endpoint_auth_method: 'client_secret_basic' }),
  ],
  jwks: { keys: [known.jwk(known.privateKey)] },
  cookies: { keys: ['only for tests'] },
  acrValues: ['eidas1', 'eidas2', 'eidas3'],
  claims: {
    openid: ['sub'], email: ['email', 'email_verified'], profile: ['given_name', 'family_name'],
    given_name: ['given_name'], usual_name: ['usual_name'], uid: ['uid'], siret: ['siret'], idp_id: ['idp_id'],
    acr: null, auth_time: null, iss: null, sid: null,
  },
  scopes: ['openid', 'given_name', 'usual_name', 'email', 'uid', 'siret', 'idp_id', 'profile'],
  features: {
    jwtUserinfo: { enabled: true }, userinfo: { enabled: true }, devInteractions: { enabled: false },
    rpInitiatedLogout: { enabled: true }, claimsParameter: { enabled: true },
  },
  pkce: { required: () => true },
  conformIdTokenClaims: true,
  ttl: { AuthorizationCode: 30, AccessToken: 60, IdToken: 300, Interaction: 600, Session: 3600, Grant: 3600 },
  interactions: { url: (_ctx, interaction) => `/recognise/${interaction.uid}` },
  findAccount: (_ctx, id) => ({ accountId: id, claims: async () => ({ sub: id, ...told.claims }) }),
  async loadExistingGrant(ctx) {
    const grant = new ctx.oidc.provider.Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId });
    grant.addOIDCScope(ctx.oidc.params.scope);
    grant.addOIDCClaims(['acr', 'auth_time']);
    await grant.save();
    return grant;
  },
});

const now = () => Math.floor(Date.now() / 1000);
const sign = (claims, key = known) => new jose.SignJWT(claims)
  .setProtectedHeader({ alg: 'RS256', kid: key.kid, typ: 'JWT' }).sign(key.privateKey);
const unsigned = (claims) => [{ alg: 'none' }, claims]
  .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.') + '.';
// The public key, which everybody has, taken for the secret of an HMAC.
const confused = (claims) => new jose.SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid: known.kid })
  .sign(Buffer.from(known.publicKey.export({ format: 'pem', type: 'spki' })));

const idTokenFaults = {
  audience: (claims) => sign({ ...claims, aud: 'somebody-else' }),
  second_audience: (claims) => sign({ ...claims, aud: ['essaim', 'somebody-else'] }),
  expired: (claims) => sign({ ...claims, iat: now() - 900, exp: now() - 300 }),
  nonce: (claims) => sign({ ...claims, nonce: 'of-another-sign-in' }),
  no_nonce: ({ nonce: _gone, ...claims }) => sign(claims),
  issuer: (claims) => sign({ ...claims, iss: 'https://elsewhere.test' }),
  access_token: (claims) => sign({ ...claims, at_hash: 'AAAAAAAAAAAAAAAAAAAAAA' }),
  subject: (claims) => sign({ ...claims, sub: 12 }),
  none: unsigned,
  confused,
  stranger: (claims) => sign(claims, stranger),
  rotated: (claims) => sign(claims, rotated),
  level: (claims) => sign({ ...claims, acr: 'eidas1' }),
  stale: (claims) => sign({ ...claims, auth_time: now() - 3600 }),
  no_auth_time: ({ auth_time: _gone, ...claims }) => sign(claims),
  odd_auth_time: (claims) => sign({ ...claims, auth_time: 1e300 }),
  no_id_token: () => undefined,
};
const userinfoFaults = {
  userinfo_signature: (_claims, body) => body.replace(/\.[^.]+$/, (end) => `.${end.slice(1).split('').reverse().join('')}`),
  userinfo_altered: (claims, body) => {
    const [header, , signature] = body.split('.');
    const altered = Buffer.from(JSON.stringify({ ...claims, email: 'chloe@valmoret.test' })).toString('base64url');
    return [header, altered, signature].join('.');
  },
  userinfo_subject: (claims) => sign({ ...claims, sub: 'somebody-else' }),
  userinfo_audience: (claims) => sign({ ...claims, aud: 'somebody-else' }),
  userinfo_issuer: (claims) => sign({ ...claims, iss: 'https://elsewhere.test' }),
  userinfo_expired: (claims) => sign({ ...claims, exp: now() - 300 }),
  userinfo_none: unsigned,
  userinfo_stranger: (claims) => sign(claims, stranger),
  userinfo_odd: (claims) => sign({ ...claims, email: ['a', 'b'] }),
};

provider.use(async (ctx, next) => {
  const { fault } = told;
  if (ctx.path === '/told') {
    let body = '';
    for await (const chunk of ctx.req) body += chunk;
    told = { claims: {}, acr: 'eidas1', fault: null, ...JSON.parse(body) };
    ctx.status = 204;
    return;
  }
  if (ctx.path.startsWith('/recognise/')) {
    const result = fault === 'given_up'
      ? { error: 'access_denied', error_description: 'the person gave up' }
      : { login: { accountId: told.account, acr: told.acr, remember: true } };
    ctx.redirect(await provider.interactionResult(ctx.req, ctx.res, result, { mergeWithLastSubmission: false }));
    return;
  }
  await next();
  if (ctx.path === '/token' && ctx.status === 200 && fault in idTokenFaults) {
    const { id_token: issued, ...rest } = ctx.body;
    ctx.body = { ...rest, id_token: await idTokenFaults[fault](jose.decodeJwt(issued)) };
  }
  if (ctx.path === '/token' && fault === 'token_down') { ctx.status = 503; ctx.body = 'down'; }
  if (ctx.path === '/token' && fault === 'token_odd') { ctx.status = 200; ctx.body = ['odd']; }
  if (ctx.path === '/token' && fault === 'token_cut') { ctx.respond = false; ctx.res.destroy(); }
  if (ctx.path === '/token' && fault === 'token_deep') { ctx.status = 200; ctx.type = 'application/json'; ctx.body = '['.repeat(1 << 17); }
  if (ctx.path === '/token' && fault === 'slow') await new Promise((done) => { setTimeout(done, 3000); });
  if (ctx.path === '/me' && ctx.status === 200) {
    if (fault in userinfoFaults) {
      ctx.body = await userinfoFaults[fault](jose.decodeJwt(ctx.body), ctx.body);
      ctx.type = 'application/jwt';
    }
    if (fault === 'userinfo_json') { ctx.body = jose.decodeJwt(ctx.body); ctx.type = 'application/json'; }
    if (fault === 'userinfo_down') { ctx.status = 500; ctx.body = 'down'; }
    if (fault === 'userinfo_long') { ctx.body = 'x'.repeat(1 << 20); ctx.type = 'application/jwt'; }
    if (fault === 'userinfo_stalled' || fault === 'userinfo_cut') {
      ctx.respond = false;
      ctx.res.writeHead(200, { 'content-type': 'application/jwt', 'content-length': 1000 });
      ctx.res.write('half of it');
      if (fault === 'userinfo_cut') setTimeout(() => ctx.res.destroy(), 100);
    }
    if (fault === 'userinfo_drips') {
      ctx.respond = false;
      ctx.res.writeHead(200, { 'content-type': 'application/jwt' });
      const drip = setInterval(() => ctx.res.write('x'), 50);
      ctx.res.on('close', () => clearInterval(drip));
    }
    if (fault === 'userinfo_page') { ctx.body = '<p>Please sign in</p>'; ctx.type = 'text/html'; }
  }
  if (ctx.path === '/jwks' && fault === 'rotated') ctx.body = { keys: [known, rotated].map((key) => key.jwk(key.publicKey)) };
  if (ctx.path.endsWith('openid-configuration') && fault === 'discovery_issuer') ctx.body = { ...ctx.body, issuer: 'https://elsewhere.test' };
  if (ctx.path.endsWith('openid-configuration') && fault === 'discovery_plain') ctx.body = { ...ctx.body, token_endpoint: 'http://elsewhere.test/token' };
});
// Whoever started it has gone.
process.stdin.on('end', () => process.exit()).resume();
provider.on('server_error', (_ctx, error) => console.error(error));
http.createServer(provider.callback()).listen(Number(port), '127.0.0.1', () => console.log('ready'));
