import { newToken, newUser, session, signInBody, tokenMade, tokenShown, userChange, userShown, username, whoAmI } from '../../contract/users.ts'; // prettier-ignore
import { smallListQuery } from '../../contract/lists.ts';
import { listOf, may, nothing, ok, REV, type Route } from '../route.ts';

const tag = 'session';
const user = { username: 'wang', name: '王警官', role: 'police', counties: ['140902'] };
const params = { username };

/** Signing in, users and tokens. */
export const SESSION_ROUTES: Route[] = [
  {
    method: 'post', path: '/session', tag, words: ['登录', 'Sign in'], who: 'anybody',
    note: 'The answer sets the cookie `cleanhaul_session` (HttpOnly, SameSite=Strict, Secure under TLS) for twelve hours.',
    body: { schema: signInBody, example: { username: 'wang', password: 'correct horse' } },
    answers: ok(session, { headers: { 'Set-Cookie': 'the session' }, example: { user: { name: '王警官', role: 'police', counties: ['140902'] } } }),
    problems: { 401: ['wrong-credentials'], 429: ['too-many-attempts'] },
  },
  { method: 'get', path: '/session', tag, words: ['当前用户', 'Who is signed in'], who: 'signed-in', answers: ok(whoAmI) },
  {
    method: 'delete', path: '/session', tag, words: ['退出', 'Sign out'], who: 'anybody',
    answers: { 204: { words: ['已退出', 'signed out'], headers: { 'Set-Cookie': 'ends the session' } } },
  },
  { method: 'get', path: '/users', tag, words: ['用户列表', 'Users'], who: may('users'), query: smallListQuery, list: true, answers: ok(listOf(userShown)) },
  {
    method: 'post', path: '/users', tag, words: ['新建用户', 'Make a user'], who: may('users'), idempotent: true,
    body: { schema: newUser, example: { ...user, password: 'correct horse' } },
    answers: ok(userShown, { headers: REV, example: user }, 201),
    problems: { 403: ['owner-only'], 409: ['username-taken'], 422: ['idempotency-key-reused'] },
  },
  { method: 'get', path: '/users/{username}', tag, params, words: ['一个用户', 'One user'], who: may('users'), answers: ok(userShown, { headers: REV, example: user }), problems: { 404: ['unknown-user'] } },
  {
    method: 'patch', path: '/users/{username}', tag, params, words: ['修改用户', 'Change a user'], who: may('users'), ifMatch: 'heeded',
    note: 'Anything but another name ends the sessions and sockets of the user on every process within 5 s.',
    body: { schema: userChange, example: { counties: ['140902', '140981'] } },
    answers: ok(userShown, { headers: REV, example: user }),
    problems: { 403: ['owner-only'], 404: ['unknown-user'], 409: ['last-owner'], 422: ['enterprise-missing'] },
  },
  { method: 'get', path: '/tokens', tag, words: ['令牌列表', 'Tokens'], who: may('tokens'), query: smallListQuery, list: true, answers: ok(listOf(tokenShown)) },
  {
    method: 'post', path: '/tokens', tag, words: ['新建令牌', 'Make a token'], who: may('tokens'), idempotent: true,
    note: 'The token is shown this once. A repeat with the same Idempotency-Key makes no other one and cannot show it again: 409.',
    body: { schema: newToken, example: { name: '日报程序', role: 'auditor', expires: '2099-12-31' } },
    answers: ok(tokenMade, { example: { id: 'Zm9vYmFyYmF6', token: 'ch_…' } }, 201),
    problems: { 403: ['owner-only'], 409: ['token-shown-before'], 422: ['expired'] },
  },
  {
    method: 'delete', path: '/tokens/{id}', tag, words: ['停用令牌', 'End a token'], who: may('tokens'), answers: nothing,
    problems: { 403: ['owner-only'], 404: ['unknown-token'] },
  },
]; // prettier-ignore
