import { go, h, heading, refused } from '/page.js';
import { textOf } from '/texts.js';

/** What to show instead of a view that the API has refused. */
export function refusedView(error) {
  switch (error.code) {
    case 'forbidden':
      return [
        heading('This page is not for you'),
        h('p', {}, 'Only administrators may see it, and your account is not one.'),
        h('p', {}, h('a', { href: '/' }, 'Your own account')),
      ];
    case 'second_factor_required':
      return [
        heading('One step is missing'),
        h('p', {}, 'A password alone does not open this page. Set up an authenticator app or a passkey, sign out, and sign in with it.'),
        h('p', {}, h('a', { class: 'button', href: '/#/security' }, 'Set up a second step')),
      ];
    case 'not_found':
      return [heading('No such account'), h('p', {}, 'It no longer exists.'), h('p', {}, h('a', { href: '#/accounts' }, 'All accounts'))];
    default:
      return refused(error);
  }
}

/** The answer to an act. If it shows that the view is out of date, the view makes way for what is true now. */
export async function leaveOn(call) {
  const answer = await call;
  const code = answer.ok ? undefined : answer.error.code;
  if (code === 'not_found' || code === 'stale') {
    go(location.hash.slice(1), textOf(answer.error));
  } else if (['forbidden', 'second_factor_required'].includes(code)) {
    go('/accounts');
  }

  return answer;
}
